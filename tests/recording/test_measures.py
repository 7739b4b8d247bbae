"""Every measure stays inside the range that its entry states, whatever a transcript is like."""

import math
from random import Random

import duckdb
import pandas as pd
import pytest

from swarm.config import Settings
from swarm.history.rows import row_of, run_cells
from swarm.history.store import History
from swarm.metrics.roles import distinct_roles, role_groups, roles_taken
from swarm.organization.graph import seats_of
from swarm.recording.measures import COMPARED, MEASURES, OF_A_RUN, Measure, roles_of
from swarm.recording.record import RunRecord
from swarm.turn import Assignment, Turn
from swarm.verdict import CRITERIA, Score, Verdict
from tests.made import ROLES, call, keep, put_back
from tests.recorded import a_record, a_turn, events_of
from tests.seed import SEED

ACTIONS = ("plan", "intend", "contribute", "contribute", "contribute", "abstain", "unparsed", "failed")
WORDS = ("Bake", "bread", "for", "all", "before", "seven", "!", "straße", "")


def a_random_turn(chance: Random, before: list[Turn], agents: int) -> Turn:
    """Whoever it is may have spoken before: then it revises, plans or abstains later."""
    seat, action = chance.randint(1, agents), chance.choice(ACTIONS)
    others = [turn.seat for turn in before if turn.audible and turn.seat != seat]
    spoke = action in ("plan", "intend", "contribute")
    jobs = [Assignment(chance.randint(1, agents), "Clerk", "Write.") for _ in range(chance.randint(0, 3))]
    return a_turn(
        seat,
        action,
        tokens=chance.choice((0, 1, 10_000)),
        index=len(before),
        round=1 + sum(turn.seat == seat for turn in before),
        cue={"plan": "plan", "intend": "intend"}.get(action, "contribute"),
        role=chance.choice((*ROLES, "Bakers", "The", None)) if spoke else None,
        text=" ".join(chance.choices(WORDS, k=chance.randint(0, 12))) if spoke else "",
        builds_on=chance.choices(others, k=2) if others and chance.random() < 0.5 else (),
        reports_to=chance.choice([*others, None]) if action == "contribute" else None,
        assignments=tuple(jobs) if action == "plan" else (),
        heard=tuple(turn.key for turn in before if turn.audible and turn.seat != seat),
        adds=chance.random() < 0.1,
    )


def a_random_record(chance: Random) -> RunRecord:
    agents, turns = chance.randint(1, 9), []
    for _ in range(chance.randint(0, 14)):
        turns.append(a_random_turn(chance, turns, agents))
    scores = tuple(Score(name, chance.randint(1, 4), "so") for name in CRITERIA)
    judged = Verdict("sim/judge", scores, calls=(call(90),)) if chance.random() < 0.8 else None
    ending = chance.choice(("finished", "stopped", "failed", None))
    return a_record(turns, agents=agents, judged=judged, ending=ending)


@pytest.fixture(scope="module")
def records() -> list[RunRecord]:
    chance = Random(SEED)
    return [a_random_record(chance) for _ in range(400)]


def outside(measure: Measure, value: float | None) -> bool:
    most = math.inf if measure.high is None else measure.high
    return value is not None and not (measure.low <= value <= most + 1e-12 and math.isfinite(value))


def test_what_is_compared_is_inside_its_range(records: list[RunRecord]):
    runs = pd.DataFrame([run_cells(record) for record in records])
    compared = ", ".join(f"({MEASURES[key].compared})::DOUBLE AS {key}" for key in COMPARED)
    with duckdb.connect() as connection:
        rows = connection.register("runs", runs).execute(f"SELECT {compared} FROM runs").fetchall()
    found = [dict(zip(COMPARED, row, strict=True)) for row in rows]
    assert len(found) == len(records)
    odd = [(key, row[key]) for row in found for key in COMPARED if outside(MEASURES[key], row[key])]
    assert odd == []
    assert all(any(row[key] is not None for row in found) for key in COMPARED)


def test_what_is_shown_of_a_run_is_inside_its_range(records: list[RunRecord]):
    numbers = [measure for measure in OF_A_RUN if measure.of]
    odd = [
        (measure.name, value)
        for record in records
        for measure in numbers
        if outside(measure, value := measure.of(record))
    ]
    assert odd == []
    told = [measure.tell(record) for measure in OF_A_RUN if measure.tell for record in records]
    assert all(told)


def test_what_is_kept_of_seats_is_no_more_than_there_are(records: list[RunRecord]):
    for record in records:
        row = row_of(record)
        became = (row.active, row.abstained, row.directed_idle, row.unparsed, row.failed)
        assert min(became) >= 0
        assert sum(became) <= row.agents
        assert max(row.distinct_roles, row.depth or 0) <= row.active


def test_roles_are_counted_once_a_seat_wherever_they_are_counted(
    records: list[RunRecord], settings: Settings
):
    for number, record in enumerate(records[:40]):
        keep(settings, events_of(record.turns, run_id=f"r{number}", agents=len(record.spec.team)))
    kept = {run.run_id: run for run in History(settings).roles()}
    rows = {row.run_id: row for row in History(settings).runs()}
    assert len(kept) == 40
    for number, record in enumerate(records[:40]):
        taken, row = roles_taken(record.turns), rows[f"r{number}"]
        grouped = [seat for group in role_groups(taken) for seat in group.seats]
        assert sorted(grouped) == sorted(taken)
        assert dict(kept[row.run_id].roles) == taken
        assert [*taken.values()] == roles_of(record)
        assert row.distinct_roles == distinct_roles([*taken.values()]).normalised <= row.active
        assert max((seat.shared_by for seat in seats_of(record)), default=0) <= row.active


REVISED = [a_turn(1, role="Baker"), a_turn(1, role="Cook", index=1, round=2), a_turn(2, role="Cook", index=2)]


def test_a_history_of_before_counts_each_seat_that_revised_once(settings: Settings):
    keep(settings, events_of(REVISED))
    (now,) = History(settings).runs()
    assert (now.distinct_roles, now.active) == (1, 2)
    with duckdb.connect(settings.history) as connection:
        put_back(connection, 6)
        connection.execute("UPDATE runs SET distinct_roles = 2")
    assert [*History(settings).runs()] == [now]


def test_an_entry_is_whole():
    for key in COMPARED:
        entry = MEASURES[key]
        assert all((entry.name, entry.meaning, entry.phrase, entry.source)), key
        assert entry.kind != "share" or (entry.low, entry.high) == (0.0, 1.0), key
    assert all(bool(entry.of) != bool(entry.tell) for entry in OF_A_RUN)
