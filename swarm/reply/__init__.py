"""The text of a model becomes an answer, or a reason why it is none."""
