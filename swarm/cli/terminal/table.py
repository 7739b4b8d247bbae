"""A table as a terminal shows it."""

from collections.abc import Sequence

from rich.table import Table


def columns(*names: str, right: Sequence[int] = ()) -> Table:
    """Make an empty table of these columns; those at the positions `right` hold numbers."""
    table = Table(box=None, pad_edge=False)
    for position, name in enumerate(names):
        # The first column names the thing, to be copied whole.
        side = "right" if position in right else "left"
        table.add_column(name, justify=side, overflow="fold", no_wrap=position == 0)
    return table
