"""A run becomes a table, one row a turn."""

import codecs
import csv
import io
import string
from collections.abc import Mapping
from typing import Any

from swarm.recording.record import RunRecord
from swarm.turn import Turn
from swarm.written import visible

COLUMNS = (
    "run_id", "simulated", "imported", "protocol", "index", "seat", "round", "cue", "action", "role", "reason",
    "text", "builds_on", "reports_to", "heard", "model", "input_tokens", "cached_tokens", "output_tokens",
    "cost_usd", "estimated", "started_s", "ended_s",
)  # fmt: skip
KINDS: Mapping[str, type] = {
    name: int
    if name in ("index", "seat", "round", "reports_to", "input_tokens", "cached_tokens", "output_tokens")
    else float
    if name in ("cost_usd", "started_s", "ended_s")
    else bool
    if name in ("simulated", "estimated")
    else str
    for name in COLUMNS
}
"""What stands in each column, where anything does."""
_FORMULA = frozenset("=+-@＝＋－＠")
_CONTROLS = frozenset("\t\r\n\0")
_LOOKED_THROUGH = string.whitespace + "\0\u00a0'\""
"""Characters that a spreadsheet may drop before it looks for a formula."""


def as_csv(record: RunRecord) -> bytes:
    """One row a turn; text that a spreadsheet would take for a formula begins with an apostrophe."""
    lines = io.StringIO(newline="")
    writer = csv.writer(lines)
    writer.writerow(COLUMNS)
    writer.writerows([no_formula(row[name]) for name in COLUMNS] for row in turn_rows(record))
    # Without the mark, Excel takes UTF-8 for the encoding of its country.
    return codecs.BOM_UTF8 + lines.getvalue().encode("utf-8", "replace")


def as_parquet(record: RunRecord) -> bytes:
    """One row a turn; the types of the columns are those of every run, whatever it contains."""
    import pyarrow as pa  # costs 0.2 s
    import pyarrow.parquet as pq

    # PyArrow has no types.
    arrow: Any = pa
    kinds = {str: arrow.string(), int: arrow.int64(), float: arrow.float64(), bool: arrow.bool_()}
    schema = arrow.schema([(name, kinds[kind]) for name, kind in KINDS.items()])
    columns = {name: [_readable(row[name]) for row in turn_rows(record)] for name in COLUMNS}
    file = io.BytesIO()
    pq.write_table(arrow.table(columns, schema=schema), file, compression="zstd")
    return file.getvalue()


def turn_rows(record: RunRecord) -> list[dict[str, Any]]:
    """One flat row for each turn, in the order of speaking."""
    return [_row(record, turn) for turn in record.turns]


def no_formula(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula, and in which every letter is seen; numbers stay numbers.

    Source: OWASP, CSV injection; full-width signs count as well.

    Examples:
        >>> no_formula("=1+1"), no_formula("Baker"), no_formula(-1)
        ("'=1+1", 'Baker', -1)
    """
    if not isinstance(value, str):
        return value
    seen = value.lstrip(_LOOKED_THROUGH)
    risky = value[:1] in _CONTROLS or seen[:1] in _FORMULA
    return visible(f"'{value}" if risky else value)


def without_guard(text: str) -> str:
    """A cell as it was before `no_formula` wrote an apostrophe before it.

    Examples:
        >>> without_guard("'=1+1"), without_guard("'tis")
        ('=1+1', "'tis")
    """
    bare = text.removeprefix("'")
    return bare if text == no_formula(bare) else text


def _readable(value: Any) -> Any:
    """Letters that are not seen become marks, half characters question marks, which Parquet has no place for."""
    return visible(value).encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _row(record: RunRecord, turn: Turn) -> dict[str, Any]:
    usage = turn.usage
    row = {
        "run_id": record.run_id,
        "simulated": record.simulated,
        "imported": record.imported,
        "protocol": record.spec.protocol,
        "builds_on": " ".join(str(seat) for seat in turn.builds_on),
        "heard": " ".join(f"{key.round}.{key.seat}" for key in turn.heard),
        "model": record.spec.team.seats[turn.seat - 1].model,
        "input_tokens": usage.input_tokens,
        "cached_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
        "cost_usd": usage.cost_usd,
        "estimated": usage.estimated,
    }
    return {name: row[name] if name in row else getattr(turn, name) for name in COLUMNS}
