"""One set of values for what a team's tasks leave open, and where somebody wrote it."""

from collections.abc import Mapping


class InputSet(dict[str, str]):
    """Values by name as written, and the place of them for messages, such as "inputs.csv, line 3"."""

    def __init__(self, values: Mapping[str, str], place: str) -> None:
        """Take values, and say where they stand."""
        super().__init__(values)
        self.place = place
