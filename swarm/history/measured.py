"""Measures that a history of before has not, or measured otherwise, are measured of its runs again."""

from collections.abc import Iterator, Mapping, Sequence

from duckdb import DuckDBPyConnection

from swarm.history.file import incoming, transaction
from swarm.history.rows import record_from
from swarm.metrics.roles import normalise
from swarm.recording.measures import MEASURES, kept

BATCH = 200
"""Runs that are read at a time: bounds memory."""
_BODIES = """
    SELECT any_value(runs.body), any_value(status), list(turns.body ORDER BY "index") FILTER ("index" IS NOT NULL)
    FROM runs LEFT JOIN turns USING (run_id)
    WHERE run_id IN (SELECT unnest($ids::VARCHAR[])) GROUP BY run_id
"""


def measure_again(connection: DuckDBPyConnection) -> None:
    """Bring the columns of measures up to date: all of them or, when something goes wrong, none."""
    outdated = _outdated(connection)
    if not outdated:
        return
    with transaction(connection):
        for key in outdated:
            connection.execute(f"ALTER TABLE runs ADD COLUMN IF NOT EXISTS {key} DOUBLE")
            connection.execute("INSERT OR REPLACE INTO editions VALUES (?, ?)", [key, MEASURES[key].edition])
        if "distinct_roles" in outdated:
            _normalise_again(connection)
        changes = ", ".join(f"{key} = incoming.{key}" for key in outdated)
        update = f"UPDATE runs SET {changes} FROM incoming WHERE runs.run_id = incoming.run_id"  # noqa: S608
        for cells in _measured(connection, outdated):
            with incoming(connection, "runs", cells, columns=("run_id", *outdated)):
                connection.execute(update)


def _normalise_again(connection: DuckDBPyConnection) -> None:
    """Bring the roles of turns up to date, which are counted by their normal form."""
    roles = connection.execute("SELECT DISTINCT role FROM turns WHERE role IS NOT NULL").fetchall()
    rows = [{"role": role, "role_normalised": normalise(role)} for (role,) in roles]
    with incoming(connection, "turns", rows, columns=("role", "role_normalised")):
        connection.execute(
            "UPDATE turns SET role_normalised = incoming.role_normalised FROM incoming WHERE turns.role = incoming.role"
        )


def _outdated(connection: DuckDBPyConnection) -> list[str]:
    """Keys of measures that are kept and have no column, or one of another edition."""
    there = frozenset(connection.table("runs").columns)
    known: dict[str, int] = dict(connection.table("editions").fetchall())
    return [
        key
        for key, entry in MEASURES.items()
        if entry.of and (key not in there or known.get(key, 1) != entry.edition)
    ]


def _measured(connection: DuckDBPyConnection, keys: Sequence[str]) -> Iterator[list[Mapping[str, object]]]:
    """Some measures of all runs, a batch at a time."""
    ids = [run_id for (run_id,) in connection.table("runs").project("run_id").fetchall()]
    for start in range(0, len(ids), BATCH):
        bodies = connection.execute(_BODIES, {"ids": ids[start : start + BATCH]}).fetchall()
        records = [record_from(body, turns or [], status) for body, status, turns in bodies]
        found = [(record.run_id, kept(record)) for record in records]
        yield [{"run_id": run_id, **{key: values[key] for key in keys}} for run_id, values in found]
