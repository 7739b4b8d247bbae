"""The roles that MetaGPT brings itself are known: their words are in MetaGPT, and in no file of a team."""

from collections.abc import Iterator, Mapping

from swarm.teams.metagpt.source import Class

_LANGUAGE = "Use the same language as the user requirement."


def _own(
    name: str, profile: str, goal: str, constraints: str, actions: tuple[str, ...], watches: tuple[str, ...]
) -> Class:
    texts = {"name": name, "profile": profile, "goal": goal, "constraints": constraints}
    return Class(("Role",), texts, actions, watches, in_order=False)


OWN: Mapping[str, Class] = {
    "ProductManager": _own(
        "Alice",
        "Product Manager",
        "efficiently create a successful product that meets market demands and user expectations",
        _LANGUAGE,
        ("WritePRD",),
        ("UserRequirement",),
    ),
    "Architect": _own(
        "Bob",
        "Architect",
        "design a concise, usable, complete software system",
        f"make sure the architecture is simple enough and use appropriate open source libraries. {_LANGUAGE}",
        ("WriteDesign",),
        ("WritePRD",),
    ),
    "ProjectManager": _own(
        "Eve",
        "Project Manager",
        "break down tasks according to PRD/technical design, generate a task list, and analyze task dependencies to "
        "start with the prerequisite modules",
        _LANGUAGE,
        ("WriteTasks",),
        ("WriteDesign",),
    ),
    "Engineer": _own(
        "Alex",
        "Engineer",
        "write elegant, readable, extensible, efficient code",
        f"the code should conform to standards like google-style and be modular and maintainable. {_LANGUAGE}",
        ("WriteCode",),
        ("WriteTasks",),
    ),
    "QaEngineer": _own(
        "Edward",
        "QaEngineer",
        "Write comprehensive and robust tests to ensure codes will work as expected without bugs",
        f"The test code you write should be modular, easy to read and maintain. {_LANGUAGE}",
        ("WriteTest",),
        ("WriteCode",),
    ),
    "Researcher": _own(
        "David",
        "Researcher",
        "Gather information and conduct research",
        "Ensure accuracy and relevance of information",
        ("CollectLinks", "WebBrowseAndSummarize", "ConductResearch"),
        ("UserRequirement",),
    ),
    "TeamLeader": _own(
        "Mike",
        "Team Leader",
        "Manage a team to assist users",
        "",
        (),
        ("UserRequirement",),
    ),
}
"""As MetaGPT 0.8 has them, by the names of their classes."""


def told(kinds: set[str]) -> Iterator[str]:
    """Those of some classes that are MetaGPT's own."""
    yield from (kind for kind in OWN if kind in kinds)
