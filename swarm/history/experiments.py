"""The history keeps experiments: what was begun, under what terms, and how far it is."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from duckdb import DuckDBPyConnection

from swarm.errors import UnknownRun
from swarm.grid import GRID, TERMS, Experiment
from swarm.recording.events import (
    ExperimentEnding,
    ExperimentExtended,
    ExperimentFact,
    ExperimentResumed,
    ExperimentStarted,
)

ExperimentStatus = ExperimentEnding | Literal["running", "interrupted"]

_BEGIN = """
    INSERT INTO experiments BY NAME
    SELECT $id AS experiment_id, $name AS name, $at AS started, $at AS resumed, NULL AS ended,
        'running' AS status, NULL AS reason, $runs AS runs, $arms AS arms, $simulated AS simulated,
        $expected AS expected_usd, $seq AS last_seq, $grid::JSON AS grid, $terms::JSON AS terms, $journal AS journal
    WHERE NOT EXISTS (FROM experiments WHERE experiment_id = $id)
"""
_RESUME = """
    UPDATE experiments
    SET status = 'running', reason = NULL, resumed = $at, ended = NULL, last_seq = $seq, terms = $terms::JSON
    WHERE experiment_id = $id AND journal = $journal AND last_seq < $seq
"""
_EXTEND = """
    UPDATE experiments
    SET status = 'running', reason = NULL, resumed = $at, ended = NULL, last_seq = $seq, terms = $terms::JSON,
        grid = $grid::JSON, runs = $runs, expected_usd = expected_usd + $expected
    WHERE experiment_id = $id AND journal = $journal AND last_seq < $seq
"""
_END = """
    UPDATE experiments SET status = $status, reason = $reason, ended = $at, last_seq = $seq
    WHERE experiment_id = $id AND journal = $journal AND last_seq < $seq
"""
_LIST = """
    SELECT experiments.experiment_id, name, experiments.started, resumed, ended,
        CASE WHEN experiments.status = 'running' AND list_contains($abandoned::VARCHAR[], experiments.journal)
            THEN 'interrupted' ELSE experiments.status END AS status,
        experiments.reason, runs, arms, experiments.simulated, expected_usd,
        count(run_id) FILTER (played) AS finished,
        count(run_id) FILTER (played AND runs.started >= resumed) AS finished_since,
        count(run_id) FILTER (NOT played AND runs.status <> 'running') AS failed,
        count(run_id) FILTER (played AND as_run IS NULL) AS unscored,
        -- Without a run, nothing was spent; of runs without a known price, nobody knows what was.
        if(count(run_id) = 0, 0, sum(cost_usd)) AS spent_usd,
        count(run_id) FILTER (cost_usd IS NULL) AS unpriced, max(runs.started) AS latest,
        count(run_id) AS begun, count(run_id) FILTER (shortfall = 'own') AS nothing
    FROM experiments LEFT JOIN (
        SELECT *, status = 'finished' OR shortfall IS NOT DISTINCT FROM 'own' AS played FROM runs
    ) AS runs ON runs.experiment = experiments.experiment_id
    WHERE $id::VARCHAR IS NULL OR experiments.experiment_id = $id
    GROUP BY ALL ORDER BY experiments.started DESC, experiments.experiment_id
"""
_PLAYED = "SELECT grid, terms FROM experiments WHERE experiment_id = $id"


@dataclass(frozen=True, slots=True)
class ExperimentRow:
    """One experiment as one line of a table."""

    experiment_id: str
    name: str
    started: datetime
    """UTC."""
    resumed: datetime
    """When it was last taken up; UTC."""
    ended: datetime | None
    """None while it goes on, or when it was interrupted."""
    status: ExperimentStatus
    reason: str | None
    runs: int
    """All of its grid."""
    arms: int
    simulated: bool
    expected_usd: float | None
    finished: int
    """Runs that came to their end: a failure of a team's own is one, and a result."""
    finished_since: int
    """Of these, since it was last taken up."""
    failed: int
    """Runs that were cut short, for which their team is not to blame."""
    unscored: int
    """Runs that came to their end and have no quality."""
    spent_usd: float | None
    """Known dollars, the judge's included; None when there are runs and the cost of none is known."""
    unpriced: int
    """Runs of unknown cost, which `spent_usd` leaves out."""
    latest: datetime | None
    """When its latest run began; UTC."""
    begun: int = 0
    """Runs that have begun, whatever became of them."""
    nothing: int = 0
    """Runs that failed by their own team: they count with the lowest quality."""

    @property
    def not_played(self) -> int:
        """Runs that have never begun, or were deleted."""
        return self.runs - self.begun

    @property
    def left_s(self) -> float | None:
        """Seconds to go at the pace since it was last taken up; None when nothing is known of that."""
        if self.status != "running" or not self.finished_since or self.latest is None:
            return None
        took = (self.latest - self.resumed).total_seconds()
        return (self.runs - self.finished) * took / self.finished_since


def add_experiments(connection: DuckDBPyConnection, facts: Iterable[tuple[str, ExperimentFact]]) -> None:
    """Take in facts of experiments, in their order, each with the journal it stands in; copies bring nothing."""
    for journal, fact in facts:
        where = {
            "id": fact.run_id,
            "journal": journal,
            "seq": fact.seq,
            "at": fact.at.astimezone(UTC).replace(tzinfo=None),
        }
        if isinstance(fact, ExperimentStarted):
            connection.execute(_BEGIN, where | _begun(fact))
        elif isinstance(fact, ExperimentResumed):
            connection.execute(_RESUME, where | {"terms": TERMS.dump_json(fact.terms).decode()})
        elif isinstance(fact, ExperimentExtended):
            connection.execute(_EXTEND, where | _added(fact))
        else:
            connection.execute(_END, where | {"status": fact.status, "reason": fact.reason})


def experiments(
    connection: DuckDBPyConnection, abandoned: Collection[str], experiment_id: str | None = None
) -> list[ExperimentRow]:
    """Experiments, newest first; or one alone."""
    rows = connection.execute(_LIST, {"abandoned": list(abandoned), "id": experiment_id}).fetchall()
    return [_row(cells) for cells in rows]


def played_by(connection: DuckDBPyConnection, experiment_id: str) -> Experiment:
    """Return what an experiment plays, under the terms that hold now.

    Raises:
        UnknownRun: when there is none of this id.
    """
    rows = connection.execute(_PLAYED, {"id": experiment_id}).fetchall()
    if not rows:
        raise UnknownRun(f"no experiment {experiment_id!r}; `python -m swarm experiment list` shows them")
    grid, terms = rows[0]
    return Experiment(GRID.validate_json(grid), TERMS.validate_json(terms))


def _begun(fact: ExperimentStarted) -> dict[str, object]:
    return {
        "name": fact.grid.name,
        "runs": fact.grid.size,
        "arms": len(fact.grid.arms),
        "simulated": fact.simulated,
        "expected": fact.expected_usd,
        "grid": GRID.dump_json(fact.grid).decode(),
        "terms": TERMS.dump_json(fact.terms).decode(),
    }


def _added(fact: ExperimentExtended) -> dict[str, object]:
    return {
        "runs": fact.grid.size,
        "expected": fact.expected_usd,
        "grid": GRID.dump_json(fact.grid).decode(),
        "terms": TERMS.dump_json(fact.terms).decode(),
    }


def _row(cells: tuple[object, ...]) -> ExperimentRow:
    aware = [cell.replace(tzinfo=UTC) if isinstance(cell, datetime) else cell for cell in cells]
    return ExperimentRow(*aware)  # pyright: ignore[reportArgumentType]
