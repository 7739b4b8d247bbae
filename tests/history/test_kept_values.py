"""What the history makes of kept runs by calculation: the measures of cells, and how far an experiment is."""

from dataclasses import replace
from datetime import timedelta

import pytest

from swarm.config import Settings
from swarm.grid import Terms
from swarm.history.experiments import ExperimentRow
from swarm.history.store import History
from swarm.recording.events import ExperimentEnded, ExperimentResumed, ExperimentStarted, RunStarted
from swarm.recording.measures import COMPARED, LISTED, kept
from swarm.recording.record import record_of
from swarm.verdict import Verdict
from tests import distinct_values
from tests.comparison.test_comparison import grid
from tests.made import BEGAN, keep, spec, told

MEASURED = {
    "quality": 11 / 16,
    "mission_relevance": 1,
    "depth": 5,
    "abstained": 4 / 15,
    "directed_idle": 3 / 15,
    "idle": 10 / 15,
    "unusable": 3 / 15,
    "roles": 1.0,
    "roles_as_written": 1.0,
    "tokens": 22_072,
    "cost_usd": 0.978,
    "duration_s": 26.0,
    "efficiency": 1000 * 11 / 16 / 12_978,
} | {key: kept(record_of(distinct_values.events()))[key] for key in LISTED}


def test_a_cell_measures_what_each_measure_means(settings: Settings):
    keep(settings, distinct_values.events())
    (cell,) = History(settings).cells()
    assert set(MEASURED) == set(COMPARED)
    assert {name: values[0] for name, values in cell.values.items()} == pytest.approx(MEASURED)
    assert (cell.condition.judge, cell.condition.agents, cell.level, cell.seeds) == (
        "sim/judge",
        15,
        "L2",
        (77,),
    )


def test_a_cell_counts_runs_that_ended_otherwise_and_knows_none_that_go_on_or_were_imported(
    settings: Settings,
):
    for number, ending in enumerate(("finished", "stopped", "limited", "failed", None)):
        keep(settings, told(f"run{number}", spec(seed=number), ending=ending, simulated=False))
    first, *more = told("run9", spec(seed=9), simulated=False)
    assert isinstance(first, RunStarted)
    keep(settings, [replace(first, imported="elsewhere"), *more])
    # Nobody writes to the run that has not ended: it is interrupted.
    (cell,) = History(settings).cells()
    assert (cell.seeds, cell.unfinished) == ((0,), 4)


UNSCORED = Verdict("sim/judge", unscored="no idea")


def experiment(settings: Settings, *ends: ExperimentEnded | ExperimentResumed) -> str:
    """An experiment of 28 runs that was taken up again after 50 minutes; six of its runs were begun."""
    plan = grid()
    fact = {"run_id": plan.id, "t": 0.0}
    begun = ExperimentStarted(grid=plan, terms=Terms(max_usd=5.0), simulated=False, judge="j", prompts="p", version="1",
                              expected_usd=3.5, seq=0, at=BEGAN, **fact)  # fmt: skip
    again = ExperimentResumed(terms=Terms(max_usd=7.0), seq=1, at=BEGAN + timedelta(minutes=50), **fact)
    keep(settings, [begun, again, *ends], "plan")
    runs = [("finished", 0, None), ("finished", 10, UNSCORED), ("stopped", 20, UNSCORED), ("failed", 55, None),
            ("finished", 60, None), (None, 70, None)]  # fmt: skip
    for number, (ending, minute, judged) in enumerate(runs):
        first, *more = told(plan.run_id(number), judged=judged, ending=ending, minute=minute, simulated=False)
        assert isinstance(first, RunStarted)
        keep(settings, [replace(first, experiment=plan.id), *more], "plan")
    return plan.id


def test_an_experiment_is_as_far_as_its_runs(settings: Settings):
    name = experiment(settings)
    (row,) = History(settings).experiments()
    cost = sum(run.cost_usd or 0 for run in History(settings).runs())
    assert row == ExperimentRow(
        experiment_id=name,
        name="x",
        started=BEGAN,
        resumed=BEGAN + timedelta(minutes=50),
        ended=None,
        status="interrupted",
        reason=None,
        runs=14 * 2,
        arms=2,
        simulated=False,
        expected_usd=3.5,
        finished=3,
        finished_since=1,
        failed=2,
        unscored=1,
        spent_usd=pytest.approx(cost),
        unpriced=0,
        latest=BEGAN + timedelta(minutes=70),
        begun=6,
    )
    assert cost > 0
    assert History(settings).experiment(name)[1].terms == Terms(max_usd=7.0)
    # Twenty minutes for one run, since it was taken up again.
    assert row.left_s is None
    assert replace(row, status="running").left_s == 25 * 20 * 60


def test_an_experiment_that_ended_says_how_and_when(settings: Settings):
    at = BEGAN + timedelta(minutes=90)
    end = ExperimentEnded(run_id=grid().id, seq=2, at=at, t=0.0, status="limited", reason="no money is left")
    experiment(settings, end)
    (row,) = History(settings).experiments()
    assert (row.status, row.reason, row.ended) == ("limited", "no money is left", at)
    taken_up = ExperimentResumed(run_id=grid().id, seq=3, at=at, t=0.0, terms=Terms(max_usd=9.0))
    keep(settings, [taken_up], "plan")
    (row,) = History(settings).experiments()
    assert (row.status, row.reason, row.ended, row.resumed) == ("interrupted", None, None, at)
