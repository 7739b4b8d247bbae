"""A turn without a task of its own is a task of CrewAI all the same: an agent there works only on tasks."""

AT_ITS_TURN = "Do what fits your role, building on the results you were given."
"""The text of a step without a task, in a team that has others."""
TOLD_AT_THE_START = "{mission}\n\n" + AT_ITS_TURN
"""The text of every step of a team that has no tasks."""
