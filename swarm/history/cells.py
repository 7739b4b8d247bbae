"""The history gathers runs into cells: one mission under one condition, with all repeats.

A simulated run is the same whenever it is played with the same seed, so of several one is kept: else one run that two
experiments played would count as two repeats.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from duckdb import DuckDBPyRelation

from swarm.cell import OWN, Cell, Condition
from swarm.recording.measures import COMPARED, MEASURES
from swarm.recording.shortfall import WHY

# PyArrow has no types, and makes most of its functions when it is imported.
arrow: Any = pa
compute: Any = pc
OF_MISSIONS = ("mission_content", "mission_family")
"""What is asked of runs beside the columns of RunRow."""
DIGITS = 6
"""Of the hash that tells missions apart which are called alike."""

# All lists of a row are in one order, whichever that is; sorting them here would take ten times as long as the rest.
_LISTS = ", ".join(f"list(({MEASURES[key].compared})::DOUBLE) AS {key}_of" for key in COMPARED)
# What was cut short has no end that could be counted; a team's own failure is one.
_CUT = "status <> 'finished' AND shortfall IS DISTINCT FROM 'own'"
_CELLS = f"""
    SELECT simulated, protocol, options, models, agents, coalesce(shock, 'none') AS shock,
        coalesce(judge, 'none') AS judge, prompts,
        mission_content AS content, any_value(mission_family) AS family,
        min(CASE WHEN mission_id = 'own' THEN '{OWN}' || mission_title ELSE mission_id END) AS mission,
        any_value(mission_title) AS title, any_value(level) AS level,
        list_distinct(list(coalesce(experiment, ''))) AS experiments,
        list(seed) AS seeds, list(run_id) AS run_ids, list({_CUT}) AS cut,
        list(shortfall) AS shortfalls, list(epoch(started)) AS began_of, {_LISTS}
    FROM cell_runs WHERE imported IS NULL AND status <> 'running'
    GROUP BY ALL ORDER BY ALL
"""  # noqa: S608
_COLUMNS = ("began_of", *(f"{key}_of" for key in COMPARED))
_HEAD = (*Condition._fields, "content", "mission", "title", "level", "family", "experiments")


def cells(runs: DuckDBPyRelation) -> list[Cell]:
    """The cells of some runs that have ended here; imported ones are others' word and are left out.

    Args:
        runs: in the columns of RunRow and `OF_MISSIONS`.
    """
    found = runs.query("cell_runs", _CELLS)
    assert found is not None
    # As Arrow, because making Python's lists of DuckDB's one by one takes three times as long as the query.
    table: Any = found.to_arrow_table().combine_chunks()
    heads = _called([*zip(*(table.column(name).to_pylist() for name in _HEAD), strict=True)])
    runs_of = _in_order(table)
    ended = runs_of.filter(compute.invert(runs_of.column("cut")))
    bounds: list[int] = [0, *_counted(ended, table).cumsum().tolist()]
    columns = [_numbers(ended.column(name)) for name in ("seeds", *_COLUMNS)]
    nothing = _counted(ended.filter(compute.equal(ended.column("shortfalls"), "own")), table).tolist()
    cut, missing = _counted(runs_of.filter(runs_of.column("cut")), table).tolist(), _missing(runs_of)
    return [
        _cell(head, (cut[row], nothing[row], missing[row]), [column[start:end] for column in columns])
        for row, (head, (start, end)) in enumerate(zip(heads, pairwise(bounds), strict=True))
    ]


def _called(heads: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
    """The heads with one name for each content of a mission, and other names for other contents."""
    at = _HEAD.index("content")
    names: dict[str, str] = {}
    for content, name in sorted((head[at], head[at + 1]) for head in heads):
        names.setdefault(content, name)
    used = Counter(names.values())
    unlike = {
        content: name if used[name] == 1 else f"{name} #{content[:DIGITS]}" for content, name in names.items()
    }
    return [(*head[:at], unlike[head[at]], *head[at + 2 :]) for head in heads]


def _in_order(table: Any) -> Any:
    """All runs of a table of lists, each with the number of its row; row by row, then by seed."""
    counts = compute.list_value_length(table.column("seeds")).to_numpy()
    flat: dict[str, Any] = {
        name: compute.list_flatten(table.column(name))
        for name in ("seeds", "run_ids", "cut", "shortfalls", *_COLUMNS)
    }
    flat["row"] = arrow.array(np.repeat(np.arange(len(counts)), counts))
    flat["unscored"] = compute.is_null(flat["quality_of"])
    flat["simulated"] = arrow.array(np.repeat(table.column("simulated").to_numpy(), counts))
    unsorted = arrow.table(flat)
    order = ("row", "seeds", "cut", "unscored", "run_ids")
    runs = unsorted.sort_by([(name, "ascending") for name in order])
    return runs.filter(arrow.array(~_played_before(runs)))


def _played_before(runs: Any) -> Any:
    """Of each run, whether it is simulated and the one before it is of the same row and seed."""
    row, seeds, simulated = (runs.column(name).to_numpy() for name in ("row", "seeds", "simulated"))
    return simulated & (np.diff(row, prepend=-1) == 0) & (np.diff(seeds, prepend=-1) == 0)


def _counted(runs: Any, table: Any) -> Any:
    """Count how many of these runs each row of a table has."""
    return np.bincount(runs.column("row").to_numpy(), minlength=table.num_rows)


def _missing(runs: Any) -> Mapping[int, Mapping[str, int]]:
    """By row, how many runs have no quality for each reason that is not their team's, in words."""
    without = runs.filter(compute.or_(runs.column("cut"), runs.column("unscored")))
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for row, why in zip(*(without.column(name).to_pylist() for name in ("row", "shortfalls")), strict=True):
        found[row][WHY["unjudged" if why == "own" else why]] += 1
    return found


def _numbers(column: Any) -> list[Any]:
    """A column of numbers; None where one is missing."""
    numbers = column.to_numpy().tolist()
    return [None if number != number else number for number in numbers] if column.null_count else numbers


def _cell(
    head: tuple[Any, ...], besides: tuple[int, int, Mapping[str, int]], columns: Sequence[Sequence[Any]]
) -> Cell:
    condition, (mission, title, level, family, experiments) = Condition(*head[:8]), head[8:]
    (cut, nothing, missing), (seeds, began, *measured) = besides, map(tuple, columns)
    values = dict(zip(COMPARED, measured, strict=True))
    return Cell(
        condition,
        mission,
        title,
        level,
        cut,
        seeds,
        values,
        nothing,
        missing,
        family,
        began,
        frozenset(experiments),
    )
