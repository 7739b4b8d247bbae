"""Experiments are performed: every run exactly once, whatever happens in between, within one purse."""

import asyncio
import json
import signal
from collections import Counter
from dataclasses import replace

import pytest

from swarm.engine.launch import is_running, stop
from swarm.engine.perform import resume as resume_run
from swarm.errors import BadInput, DamagedJournal, RunBusy
from swarm.experiment import perform as performing
from swarm.experiment.chunk import WORTH_PROCESSES
from swarm.experiment.file import experiment_toml
from swarm.experiment.guard import FAILED_IN_A_ROW, Guard
from swarm.experiment.launch import launch_experiment
from swarm.experiment.past import Outcome, past_of
from swarm.experiment.plan import plan
from swarm.experiment.recipe import Recipes, checked, representative
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.history.rows import RunFilter
from swarm.history.store import History
from swarm.mission import load_library
from swarm.prompts import render
from swarm.recording.events import ExperimentFact, RunStarted
from swarm.recording.journal import journal_of
from swarm.recording.journal_lines import read_journal
from swarm.recording.record import progress_of
from swarm.spec import PastRole
from swarm.turn import Usage
from tests.made import keep, spec, told
from tests.patience import PATIENCE_S
from tests.provider import provider, wait_until
from tests.warm import start, swarm


@pytest.fixture
def missions(settings):
    return [mission for mission in load_library(settings.mission_folders).values() if mission.level == "L1"]


def experiment_of(library, terms: Terms | None = None, **changes) -> Experiment:
    usual = {
        "name": "Do roles help?",
        "ways": (Way("fixed_roles"), Way("sequential"), Way("shared")),
        "teams": ("sim/strong",),
        "agents": (2,),
        "missions": tuple(library[:2]),
        "repeats": 2,
    }
    return Experiment(Grid(**(usual | changes)), terms or Terms())


def longer(library, terms: Terms | None = None, **changes) -> Experiment:
    """An experiment of more runs than are played at once, so that a stop leaves some."""
    return experiment_of(library, terms, **({"repeats": 8} | changes))


def perform(settings, experiment, **how):
    async def drain():
        async with asyncio.timeout(60):
            return await performing.perform(settings, experiment, **how)

    return asyncio.run(drain())


def outcomes(settings, experiment):
    """What came of every run, without what differs from performance to performance."""
    past = past_of(journal_of(experiment.grid.id, settings))
    assert past.unfinished == {}
    return {number: (each.status, each.quality, each.spent) for number, each in past.outcomes.items()}


def starts(settings, experiment) -> Counter[str]:
    """How often each run began."""
    events = read_journal(journal_of(experiment.grid.id, settings)).events
    return Counter(event.run_id for event in events if isinstance(event, RunStarted))


def stopped_after(settings, experiment, runs: int, **how):
    """Perform until so many runs have ended, and then ask for a stop."""
    seen = []
    stop = asyncio.Event()

    def watch(progress):
        seen.append(progress)
        if len(seen) == runs:
            stop.set()

    return perform(settings, experiment, watch=watch, stop=stop, **how)


def test_every_run_is_in_the_history_once_and_belongs_to_the_experiment(settings, missions):
    experiment = experiment_of(missions)
    assert perform(settings, experiment).status == "finished"
    assert set(starts(settings, experiment).values()) == {1}
    rows = History(settings).runs(RunFilter(experiment=experiment.grid.id))
    assert sorted(row.run_id for row in rows) == [experiment.grid.run_id(number) for number in range(12)]
    assert {row.status for row in rows} == {"finished"}
    [row] = History(settings).experiments()
    assert (row.status, row.finished, row.failed, row.runs, row.simulated) == ("finished", 12, 0, 12, True)
    assert row.spent_usd == pytest.approx(sum(each.cost_usd for each in rows))
    cells = History(settings).cells(RunFilter(experiment=experiment.grid.id))
    assert {(cell.condition.protocol, cell.mission): cell.seeds for cell in cells} == {
        (way.protocol, mission.id): (0, 1)
        for way in experiment.grid.ways
        for mission in experiment.grid.missions
    }


@pytest.mark.parametrize("runs", [1, 5, 12])
def test_a_stopped_experiment_goes_on_to_the_same_end(runs, settings, missions):
    experiment, unbroken = longer(missions), longer(missions, name="unbroken")
    perform(settings, unbroken)
    ended = stopped_after(settings, experiment, runs)
    assert ended.status == "stopped"
    assert perform(settings, experiment, resumed=True).status == "finished"
    assert outcomes(settings, experiment) == outcomes(settings, unbroken)
    assert set(starts(settings, experiment).values()) == {1}


def test_what_runs_in_processes_comes_to_the_same_as_what_runs_here(settings, missions, tmp_path):
    there = experiment_of(missions, repeats=WORTH_PROCESSES // 6 + 1)
    file = tmp_path / "there.toml"
    file.write_text(experiment_toml(there))
    finished = swarm("experiment", "run", str(file), "--json")
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["status"] == "finished"
    here = experiment_of(missions)
    perform(settings, here)
    both = outcomes(settings, there)
    assert len(both) == there.grid.size
    assert set(starts(settings, there).values()) == {1}
    # Missions, repeats and arms are numbered the same as far as the smaller grid goes.
    assert {number: both[number] for number in outcomes(settings, here)} == outcomes(settings, here)


def test_a_killed_experiment_in_processes_goes_on_and_counts_no_run_twice(settings, missions, tmp_path):
    experiment = experiment_of(missions, agents=(8,), missions=tuple(missions[:4]), repeats=100)
    file, journal = tmp_path / "x.toml", journal_of(experiment.grid.id, settings)
    file.write_text(experiment_toml(experiment))
    process = start("experiment", "run", str(file), "--json")
    wait_until(lambda: len(past_of(journal).outcomes) > 30)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    # Its processes go with it, and with them the lock on the journal.
    wait_until(lambda: not is_running(experiment.grid.id, settings))
    assert History(settings).experiments()[0].status == "interrupted"
    before = past_of(journal).outcomes
    process = start("experiment", "resume", str(file), "--json")
    wait_until(lambda: len(past_of(journal).outcomes) > len(before))
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=PATIENCE_S)
    after = past_of(journal).outcomes
    assert process.returncode == 3
    assert {number: after[number] for number in before} == before
    assert set(starts(settings, experiment).values()) == {1}


def test_an_experiment_is_begun_once_and_resumed_only_when_something_is_left(settings, missions):
    experiment = experiment_of(missions)
    with pytest.raises(BadInput, match="never begun"):
        perform(settings, experiment, resumed=True)
    perform(settings, experiment)
    with pytest.raises(RunBusy, match="begun already"):
        perform(settings, experiment)
    with pytest.raises(BadInput, match="has finished; there is nothing to resume"):
        perform(settings, experiment, resumed=True)
    for more in ((), ("--json",), ("--detach",)):
        asked = swarm("experiment", "resume", experiment.grid.id, *more)
        assert asked.returncode == 0
        assert "has finished; there is nothing to resume" in asked.stderr
        assert asked.stderr.count("\n") == 1


def test_no_run_is_played_again_after_a_line_was_damaged(settings, missions):
    experiment = longer(missions)
    stopped_after(settings, experiment, 3)
    journal = journal_of(experiment.grid.id, settings)
    content = bytearray(journal.read_bytes())
    content[len(content) // 2] ^= 1
    journal.write_bytes(content)
    with pytest.raises(DamagedJournal, match=r"1 unreadable line"):
        perform(settings, experiment, resumed=True)


def test_a_deleted_run_stays_deleted(settings, missions):
    experiment = longer(missions)
    stopped_after(settings, experiment, 2)
    gone = next(iter(past_of(journal_of(experiment.grid.id, settings)).outcomes))
    History(settings).delete(experiment.grid.run_id(gone))
    assert perform(settings, experiment, resumed=True).status == "finished"
    assert sorted(outcomes(settings, experiment)) == [number for number in range(48) if number != gone]


def test_what_deleted_runs_took_stays_spent(settings, missions):
    experiment = experiment_of(missions, Terms(max_usd=0.2))
    assert perform(settings, experiment).status == "limited"
    journal = journal_of(experiment.grid.id, settings)
    before = past_of(journal)
    for number in before.outcomes:
        History(settings).delete(experiment.grid.run_id(number))
    after = past_of(journal)
    assert (after.outcomes, after.spent) == ({}, before.spent)
    perform(settings, experiment, resumed=True)
    assert past_of(journal).spent.usd <= 0.2


def test_what_is_read_of_the_past_is_what_was_told(settings, missions):
    """Of runs that finished only the end is read: that must come to the same as reading all of it."""
    experiment = experiment_of(missions, Terms(max_usd=0.2))
    perform(settings, experiment)
    journal = journal_of(experiment.grid.id, settings)
    told = [event for event in read_journal(journal).events if not isinstance(event, ExperimentFact)]
    runs = {event.run_id: [each for each in told if each.run_id == event.run_id] for event in told}
    past = past_of(journal)
    progress = [progress_of(events) for events in runs.values()]
    assert past.spent.usd == pytest.approx(sum(each.spent_usd for each in progress))
    assert past.spent.calls == sum(each.calls for each in progress)
    assert past.spent.usage.tokens == sum(each.spent.tokens for each in progress)
    assert past.unfinished == {
        int(run_id[-6:]): events for run_id, events in runs.items() if int(run_id[-6:]) not in past.outcomes
    }


def test_a_stop_asked_for_while_the_past_is_read_is_heeded(settings, missions, monkeypatch):
    experiment = longer(missions)
    stopped_after(settings, experiment, 2)
    read = performing.past_of

    def reading(path):
        stop(experiment.grid.id, settings)
        return read(path)

    monkeypatch.setattr(performing, "past_of", reading)
    assert perform(settings, experiment, resumed=True).status == "stopped"


def test_a_stop_that_comes_with_the_last_run_stops_nothing(settings, missions):
    assert stopped_after(settings, experiment_of(missions), 12).status == "finished"


def test_an_experiment_that_was_too_dear_plays_nothing_more_unless_that_is_accepted(missions):
    watching = guard(missions, Terms(), (0.1, 0.1, 0.1))
    watching.outcomes.update({number: outcome(number, usd=9.0) for number in range(12)})
    watching.review()
    assert watching.halt


def test_all_runs_together_stay_within_the_purse_and_go_on_under_a_higher_one(settings, missions):
    whole = experiment_of(missions, name="whole")
    perform(settings, whole)
    cost = sum(usage.cost_usd for _, _, usage in outcomes(settings, whole).values())
    experiment = experiment_of(missions, Terms(max_usd=0.6 * cost))
    ended = perform(settings, experiment)
    past = past_of(journal_of(experiment.grid.id, settings))
    assert ended.status == "limited"
    assert "max_usd" in ended.reason
    assert 0 < past.spent.usd <= 0.6 * cost
    assert (
        perform(settings, experiment._replace(terms=Terms(max_usd=3 * cost)), resumed=True).status
        == "finished"
    )
    assert outcomes(settings, experiment) == outcomes(settings, whole)


def test_what_an_organization_remembered_at_the_beginning_holds_to_the_end(settings, missions):
    asked = []

    def remember(organization, mission, simulated):
        asked.append((organization, mission.id, simulated))
        return (PastRole("Earlier", 1, f"Role {len(asked)}"),)

    experiment = longer(missions, organization="bakers")
    stopped_after(settings, experiment, 3, remember=remember)
    perform(settings, experiment, resumed=True, remember=remember)
    assert asked == [("bakers", mission.id, True) for mission in experiment.grid.missions]
    events = read_journal(journal_of(experiment.grid.id, settings)).events
    specs = [event.spec for event in events if isinstance(event, RunStarted)]
    remembered = {(spec.mission.id, spec.memory) for spec in specs if spec.protocol == "shared"}
    assert {(mission, memory[0].role) for mission, memory in remembered} == {
        (mission.id, f"Role {number}") for number, mission in enumerate(experiment.grid.missions, 1)
    }


def test_the_roles_of_an_experiment_join_nobodys_memory(settings, missions):
    perform(settings, experiment_of(missions))
    assert History(settings).past_roles("default", mission=missions[5], simulated=True) == ()


def test_an_experiment_asked_in_other_words_is_not_resumed(settings, missions, monkeypatch):
    experiment = longer(missions)
    stopped_after(settings, experiment, 1)
    monkeypatch.setattr(render, "version", lambda: "other words")
    with pytest.raises(BadInput, match="the prompts or the simulated models have changed"):
        perform(settings, experiment, resumed=True)


@pytest.mark.parametrize(
    ("changes", "terms", "said"),
    [
        ({"teams": ("sim/strong", "openai/gpt-4.1-mini")}, Terms(max_usd=1.0), "mixes simulated and real"),
        ({"teams": ("1 sim/strong, 1 openai/gpt-4.1-mini",)}, Terms(max_usd=1.0), "never mixed"),
        ({"teams": ("openai/gpt-4.1-mini",)}, Terms(), "give max_usd"),
        ({"teams": ("sim/none",)}, Terms(), "unknown simulated model"),
        ({"teams": ("2 sim/strong, 6 sim/weak",)}, Terms(), "do not fill 2 seats"),
        ({"shocks": ("earthquake",)}, Terms(), "unknown shock"),
        ({"judge": "openai/gpt-4o"}, Terms(), "real money on simulated work"),
    ],
)
def test_what_cannot_be_played_is_refused_before_anything_is_kept(
    changes, terms, said, settings, missions, monkeypatch
):
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    settings = replace(settings, environment={**settings.environment, "OPENAI_API_KEY": "sk-test"})
    with pytest.raises(BadInput, match=said):
        perform(settings, experiment_of(missions, terms, **changes))
    assert [*settings.journal.glob("*.jsonl")] == []


def test_a_mission_that_a_shock_cannot_strike_is_found_before_anything_is_kept(settings, missions):
    short = replace(missions[1], id="short", requirements=missions[1].requirements[:2])
    experiment = experiment_of(
        missions, missions=(missions[0], short), agents=(4, 8), shocks=("none", "priorities")
    )
    with pytest.raises(BadInput, match="requirements"):
        perform(settings, experiment)
    assert [*settings.journal.glob("*.jsonl")] == []


def test_a_run_of_an_experiment_is_resumed_with_it(settings, missions):
    experiment = longer(missions)
    stopped_after(settings, experiment, 1)

    async def drain():
        return [event async for event in resume_run(settings, experiment.grid.run_id(3))]

    with pytest.raises(BadInput, match=f"experiment resume {experiment.grid.id}"):
        asyncio.run(drain())


# Guard: prices, failures, answers.


def outcome(number: int, quality: float | None = 0.5, usd: float = 0.1, status: str = "finished") -> Outcome:
    return Outcome(
        number, status, quality, Usage(cost_usd=usd), 1, "no reply" if status == "failed" else None
    )


def guard(library, terms: Terms, expected=(), **changes) -> Guard:
    grid = experiment_of(library, **changes).grid
    return Guard(grid, terms, expected)


@pytest.mark.parametrize(("usd", "halts"), [(0.05, False), (0.1999, False), (0.2001, True)])
def test_it_halts_when_the_first_runs_cost_more_than_twice_what_was_foretold(usd, halts, missions):
    watching = guard(missions, Terms(), (0.1, 0.1, 0.1), repeats=200)
    for number in range(11):
        watching.note(outcome(number, usd=5.0 if number < 1 else 0.0))
        assert watching.halt is None
    watching = guard(missions, Terms(), (0.1, 0.1, 0.1), repeats=200)
    for number in range(12):
        watching.note(outcome(number, usd=usd))
    assert (watching.halt is not None) == halts
    if watching.halt:
        assert watching.halt.status == "dear"
        assert "2.0 times" in watching.halt.reason


def test_costs_that_are_our_own_upper_estimates_are_not_held_against_a_provider(missions):
    watching = guard(missions, Terms(), (0.1, 0.1, 0.1))
    for number in range(12):
        guess = outcome(number, usd=9.0)
        watching.note(guess._replace(spent=replace(guess.spent, estimated=True)))
    assert watching.halt is None


def test_prices_that_were_accepted_are_not_held_against_it(missions):
    watching = guard(missions, Terms(accept_price=True), (0.1, 0.1, 0.1))
    for number in range(12):
        watching.note(outcome(number, usd=9.0))
    assert watching.halt is None


def test_it_halts_after_some_failures_in_a_row_and_not_before(missions):
    watching = guard(missions, Terms(), repeats=10)
    for number in range(FAILED_IN_A_ROW - 1):
        watching.note(outcome(number, status="failed"))
    watching.note(outcome(20))
    for number in range(FAILED_IN_A_ROW):
        assert watching.halt is None
        watching.note(outcome(number, status="failed"))
    assert watching.halt
    assert "no reply" in watching.halt.reason


@pytest.mark.parametrize("stop_when_clear", [True, False])
def test_it_ends_early_when_the_answer_is_clear_and_only_if_it_may(stop_when_clear, missions):
    watching = guard(
        missions,
        Terms(stop_when_clear=stop_when_clear),
        missions=tuple(missions),
        ways=(Way("a"), Way("b")),
        repeats=5,
    )
    for played in watching.grid.plan():
        watching.note(outcome(played.number, 0.4 + 0.3 * played.arm + 0.01 * (played.block % 3) * played.arm))
        if watching.halt:
            break
    assert (watching.halt is not None) == stop_when_clear
    if watching.halt:
        assert watching.halt.status == "clear"
        assert "after 8 of 40 blocks" in watching.halt.reason


def test_a_run_that_does_not_finish_does_not_keep_the_answer_from_being_clear(missions):
    watching = guard(
        missions, Terms(stop_when_clear=True), missions=tuple(missions), ways=(Way("a"), Way("b")), repeats=5
    )
    for played in watching.grid.plan():
        status = "limited" if played.number == 2 else "finished"
        watching.note(
            outcome(
                played.number, 0.4 + 0.3 * played.arm + 0.01 * (played.block % 3) * played.arm, status=status
            )
        )
        if watching.halt:
            break
    assert watching.halt
    assert "after 8 of 40 blocks" in watching.halt.reason


def test_runs_that_are_no_complete_block_settle_nothing(missions):
    watching = guard(
        missions, Terms(stop_when_clear=True), missions=tuple(missions), ways=(Way("a"), Way("b")), repeats=5
    )
    for played in watching.grid.plan():
        if played.block:  # the first block is still being played
            watching.note(outcome(played.number, 0.4 + 0.3 * played.arm))
    assert watching.halt is None


# Foretelling.


def test_a_plan_counts_what_a_performance_then_does(settings, missions):
    experiment = experiment_of(missions)
    recipes = Recipes(experiment.grid, settings)
    foretold = plan(recipes, checked(recipes, None))
    assert (foretold.runs, foretold.arms, foretold.comparisons) == (12, 3, 2)
    assert foretold.low.cost_usd < foretold.expected.cost_usd < foretold.high.cost_usd
    perform(settings, experiment)
    [row] = History(settings).experiments()
    assert row.expected_usd == foretold.expected.cost_usd
    assert 0.5 * row.expected_usd < row.spent_usd < 2 * row.expected_usd
    calls = sum(History(settings).run(run.run_id).calls for run in History(settings).runs())
    assert foretold.low.calls <= calls <= foretold.high.calls


def test_missions_that_stand_for_all_include_the_shortest_and_the_longest(missions):
    long = replace(missions[0], id="long", goal=missions[0].goal * 50)
    short = replace(missions[0], id="short", goal="x", values=(), requirements=())
    listed = [*missions, long, short]
    chosen = [listed[place].id for place in representative(listed)]
    assert (chosen[0], chosen[-1], len(set(chosen))) == ("short", "long", 5)


# As processes, with real HTTP.


def test_the_dashboard_starts_stops_and_resumes_an_experiment(settings, missions):
    experiment = experiment_of(missions, pace="fast", repeats=1)
    experiment_id = launch_experiment(experiment, settings)
    with pytest.raises(RunBusy, match="being performed"):
        launch_experiment(experiment, settings)
    stop(experiment_id, settings)
    wait_until(lambda: History(settings).experiments()[0].status == "stopped")
    wait_until(lambda: not is_running(experiment_id, settings))
    launch_experiment(experiment, settings, resumed=True)
    wait_until(lambda: History(settings).experiments()[0].status == "finished")
    assert len(outcomes(settings, experiment)) == 6


def test_a_killed_experiment_on_real_models_asks_nothing_again_that_was_answered(
    settings, missions, tmp_path
):
    experiment = experiment_of(
        missions,
        Terms(max_usd=5.0),
        teams=("openai/gpt-4.1-mini",),
        ways=(Way("sequential"), Way("solo")),
        repeats=1,
        judge="none",
    )
    file = tmp_path / "real.toml"
    file.write_text(experiment_toml(experiment))
    with provider(delay_s=0.3, serves="gpt-4.1-mini") as (witness, environment):
        process = start("experiment", "run", str(file), "--json", **environment)
        wait_until(lambda: sum("turn_taken" in line for line in journal_lines(settings, experiment)) >= 3)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        in_flight = 4
        finished = swarm("experiment", "resume", str(file), "--json", **environment)
    assert finished.returncode == 0, finished.stderr
    assert json.loads(finished.stdout)["status"] == "finished"
    turns = 2 * (2 + 1)  # two missions; two agents one after another, and one alone
    assert turns <= len(witness.asked) <= turns + in_flight
    assert set(starts(settings, experiment).values()) == {1}
    [row] = History(settings).experiments()
    assert (row.simulated, row.finished) == (False, 4)
    assert 0 < row.spent_usd < 5.0


def journal_lines(settings, experiment) -> list[str]:
    path = journal_of(experiment.grid.id, settings)
    return path.read_text(errors="replace").splitlines() if path.exists() else []


def test_the_history_made_anew_has_the_same_experiments(settings, missions):
    experiment = longer(missions)
    stopped_after(settings, experiment, 2)
    perform(settings, experiment, resumed=True)
    history = History(settings)
    before = (history.experiments(), history.experiment(experiment.grid.id), history.cells())
    history.rebuild()
    assert (history.experiments(), history.experiment(experiment.grid.id), history.cells()) == before


def test_cells_leave_out_what_did_not_finish_and_say_so(settings):
    keep(settings, told("20261122-120000-aaaaaa"))
    keep(settings, told("20261122-120001-aaaaaa", spec(seed=1), ending="failed"))
    [cell] = History(settings).cells()
    assert (cell.runs, cell.unfinished, cell.unscored, cell.values["quality"]) == (1, 1, 0, (0.75,))
