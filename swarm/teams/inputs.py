"""Values for the placeholders of a team's tasks are read: a column each, a mission a line."""

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from swarm.errors import BadInput
from swarm.security.keys import without_secrets
from swarm.teams.reading.input_set import InputSet
from swarm.text.decode import NotText, decoded

MAX_INPUT_BYTES = 1_000_000
MAX_SETS = 500
MAX_VALUE_CHARS = 1_000
TABLE_SUFFIXES = (".csv", ".tsv")
_SEPARATORS: Mapping[str, str] = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def read_inputs(name: str, content: bytes) -> Sequence[InputSet]:
    """Read a CSV file whose first line names placeholders, such as "topic,audience".

    Values are separated by commas, semicolons, tabs or bars: by which, a line such as "sep=;" says, else the names do.

    Args:
        name: of the file, for messages.
        content: of the file, in any encoding that `decoded` reads.

    Returns:
        At least one set of values, by names as the file writes them. Empty values are left out, and rows of none.

    Raises:
        BadInput: names the line at fault, or what the file is instead.
    """
    try:
        text = decoded(content)
    except NotText as error:
        raise BadInput(f"{name}: {error}") from error
    if len(content) > MAX_INPUT_BYTES:
        raise BadInput(f"{name}: more than {MAX_INPUT_BYTES:,} bytes are no list of inputs")
    table = _table(text)
    if table.fault:
        raise BadInput(f"{name}, {table.fault}")
    head, *rows = table.rows or [_Row(1, ())]
    if not 1 <= len(rows) <= MAX_SETS:
        line = (head, *rows)[min(len(rows), MAX_SETS + 1)].line
        raise BadInput(
            f"{name}, line {line}: {len(rows)} lines of values; give 1 to {MAX_SETS}, below a line of names"
        )
    columns = _columns(f"{name}, line {head.line}", head, rows)
    return [_set(f"{name}, line {row.line}", row, columns, len(head.cells), table.separator) for row in rows]


class _Row(NamedTuple):
    line: int
    """Where it begins, from 1; a value in quotation marks may go on below."""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """A text as one separator splits it."""

    separator: str
    rows: Sequence[_Row] = ()
    """Those in which something stands."""
    fault: str = ""
    """Why it cannot be split to its end, with the line; empty when it can."""
    fit: tuple[bool, int, bool] = field(init=False)
    """How well the separator fits: as many values everywhere as there are names, how many, and no fault."""

    def __post_init__(self) -> None:
        width = len(self.rows[0].cells) if self.rows else 0
        even = width > 1 and not self.fault and all(len(row.cells) == width for row in self.rows)
        object.__setattr__(self, "fit", (even, width, not self.fault))


def _table(text: str) -> _Table:
    """Split a text at the separator that it names, or at the one that fits best."""
    first, _, rest = text.partition("\n")
    said = first.strip('" ')
    if said[:4].lower() == "sep=" and len(said) == 5:
        return _split(rest, said[4], 2)
    return max((_split(text, separator, 1) for separator in _SEPARATORS), key=lambda table: table.fit)


def _split(text: str, separator: str, line: int) -> _Table:
    rows: list[_Row] = []
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    begins = line
    try:
        for cells in reader:
            row = _Row(begins, tuple(cell.strip() for cell in cells))
            rows += [row] if any(row.cells) else []
            begins = line + reader.line_num
    except csv.Error as error:
        return _Table(separator, rows, f"line {begins}: no row of a CSV file: {error}")
    return _Table(separator, rows)


def _columns(place: str, head: _Row, rows: Sequence[_Row]) -> Mapping[int, str]:
    """The names by their columns; a column in which nothing stands needs none."""
    used = {number for row in rows for number, cell in enumerate(row.cells) if cell}
    columns = {number: cell for number, cell in enumerate(head.cells) if cell or number in used}
    folded: set[str] = set()
    for number, column in columns.items():
        if not column:
            raise BadInput(f"{place}: column {number + 1} has values but no name")
        if column.casefold() in folded:
            raise BadInput(f"{place}: two columns are called {column[:60]!r}; keep one of them")
        folded.add(column.casefold())
    return columns


def _set(place: str, row: _Row, columns: Mapping[int, str], names: int, separator: str) -> InputSet:
    if len(row.cells) < names or any(row.cells[names:]):
        sign = _SEPARATORS.get(separator, repr(separator))
        raise BadInput(
            f"{place}: not as many values as there are names in the first line: {len(row.cells)} for {names}, with a "
            f"{sign} between them; a value that has a {sign} in it stands in quotation marks"
        )
    texts = {column: row.cells[number] for number, column in columns.items()}
    long = next((column for column, text in texts.items() if len(text) > MAX_VALUE_CHARS), None)
    if long is not None:
        raise BadInput(f"{place}: a value of more than {MAX_VALUE_CHARS:,} characters in {long[:60]!r}")
    return InputSet({column: without_secrets(text)[0] for column, text in texts.items() if text}, place)
