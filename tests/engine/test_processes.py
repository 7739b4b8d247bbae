"""Runs as processes: several at once, killed, resumed, stopped, detached. Real processes, real HTTP."""

import json
import signal
from pathlib import Path

import pytest

from swarm.engine.day_purse import DayPurse
from swarm.engine.launch import _last_line as last_line
from swarm.engine.launch import is_running, launch, stop
from swarm.history.store import History
from swarm.mission import find_mission, load_library
from swarm.recording.journal import journal_of
from swarm.recording.journal_lines import read_journal
from swarm.recording.record import record_of
from swarm.spec import SPEC
from tests.patience import PATIENCE_S
from tests.provider import provider, wait_until
from tests.warm import cold_start, start, swarm

MISSION = ["--mission", "api-security-review"]
PAID = ("--model", "openai/gpt-4.1-mini", "--judge", "none")
MOST_OF_A_CALL = 0.008
"""Dollars: 4,000 tokens of output at 1.6 for a million, and a prompt."""
SEQUENTIAL_IN_A_SECOND = 20
"""Requests of one speaker after another, each of which takes 0.05 s: those that may leave until a stop is heeded."""


def taken(settings):
    """Turns in the only journal there is."""
    journals = list(settings.journal.glob("*.jsonl"))
    events = read_journal(journals[0]).events if journals else []
    return [event for event in events if event.kind == "turn_taken"]


def test_four_processes_on_one_data_folder_all_succeed_and_lose_nothing(settings):
    processes = [start("run", *MISSION, "--seed", str(seed), "--json") for seed in range(4)]
    results = [(process.communicate(timeout=PATIENCE_S), process.returncode) for process in processes]
    assert [code for _, code in results] == [0, 0, 0, 0], [said for (_, said), _ in results]
    found = {row.run_id: row for row in History(settings).runs()}
    for (out, _), _ in results:
        printed = json.loads(out)
        assert found[printed["run_id"]].quality == printed["quality"]
    assert len(found) == 4


def test_a_killed_run_loses_no_finished_turn_and_asks_none_again(settings):
    with provider(delay_s=0.15) as (witness, environment):
        process = start(
            "run", *MISSION, "--model", "openai/sim/strong", "--agents", "6", "--json", **environment
        )
        wait_until(lambda: len(taken(settings)) >= 3)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        run_id = next(settings.journal.glob("*.jsonl")).stem
        before = [event.turn for event in taken(settings)]
        asked_before = {turn.seat: witness.asked_of(turn.seat) for turn in before}
        assert History(settings).run(run_id).status == "interrupted"

        resumed = swarm("resume", run_id, "--json", **environment)
        assert resumed.returncode == 0, resumed.stderr
        assert json.loads(resumed.stdout)["status"] == "finished"
        after = {turn.seat: turn for turn in History(settings).run(run_id).turns}
        assert all(after[turn.seat] == turn for turn in before)
        assert {seat: witness.asked_of(seat) for seat in asked_before} == asked_before
        assert len(after) == 6


def test_a_kill_before_the_reply_counts_the_call_as_possibly_billed(settings):
    with provider(delay_s=30.0) as (_, environment):
        process = start(
            "run", *MISSION, "--model", "openai/gpt-4.1-mini", "--agents", "2", "--json", **environment
        )
        wait_until(
            lambda: any(
                e.kind == "call_started"
                for p in settings.journal.glob("*.jsonl")
                for e in read_journal(p).events
            )
        )
        process.send_signal(signal.SIGKILL)
        process.communicate()
        record = History(settings).run(next(settings.journal.glob("*.jsonl")).stem)
        assert record.spent.cost_usd > 0
        assert record.spent.estimated


def test_stop_ends_a_run_from_outside_and_keeps_what_was_done(settings):
    process = start("run", *MISSION, "--agents", "64", "--pace", "real", "--json")
    wait_until(lambda: len(taken(settings)) >= 1)
    run_id = next(settings.journal.glob("*.jsonl")).stem
    stop(run_id, settings)
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == 3
    assert json.loads(out)["status"] == "stopped"
    assert len(History(settings).run(run_id).turns) >= 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl-c", "terminated"])
def test_a_signal_stops_a_run_in_order(settings, number):
    process = cold_start("run", *MISSION, "--agents", "64", "--pace", "real", "--json")
    wait_until(lambda: len(taken(settings)) >= 1)
    process.send_signal(number)
    out, _ = process.communicate(timeout=PATIENCE_S)
    assert (process.returncode, json.loads(out)["status"]) == (3, "stopped")


def test_after_a_stop_no_request_leaves_but_those_in_flight(settings):
    with provider(delay_s=0.05, serves="gpt-4.1-mini") as (witness, environment):
        process = start("run", *MISSION, *PAID, "--agents", "64", "--json", **environment)
        wait_until(lambda: len(taken(settings)) >= 2)
        stop(next(settings.journal.glob("*.jsonl")).stem, settings)
        heeded_from = len(witness.asked) + SEQUENTIAL_IN_A_SECOND
        out, _ = process.communicate(timeout=PATIENCE_S)
        assert json.loads(out)["status"] == "stopped"
        assert len(witness.asked) <= heeded_from


def test_two_runs_at_once_share_the_limit_of_a_day_and_go_on_the_next(settings):
    """Together they use nearly all of it, and nothing stays set aside."""
    with provider(serves="gpt-4.1-mini") as (_, environment):
        day = {**environment, "ROLELESS_MAX_USD_PER_DAY": "0.025"}
        runs = [
            start("run", *MISSION, *PAID, "--agents", "24", "--seed", str(seed), "--json", **day)
            for seed in (1, 2)
        ]
        told = [json.loads(run.communicate(timeout=PATIENCE_S)[0]) for run in runs]
        assert [each["status"] for each in told] == ["stopped", "stopped"], told
        today = DayPurse(settings).so_far()
        assert today.held == 0
        assert today.spent == pytest.approx(sum(each["cost_usd"] for each in told), abs=1e-9)
        assert 0.025 - 2 * MOST_OF_A_CALL <= today.spent <= 0.025
        found = History(settings).run(told[0]["run_id"])
        assert "the day's limit of $0.025 (ROLELESS_MAX_USD_PER_DAY)" in found.reason
        resumed = swarm("resume", found.run_id, "--json", **{**day, "ROLELESS_MAX_USD_PER_DAY": "5"})
        assert json.loads(resumed.stdout)["status"] == "finished", resumed.stderr


def test_a_stopped_run_resumes_to_its_end_on_the_same_turns(settings):
    process = start("run", *MISSION, "--agents", "10", "--pace", "fast", "--json")
    wait_until(lambda: len(taken(settings)) >= 2)
    run_id = next(settings.journal.glob("*.jsonl")).stem
    stop(run_id, settings)
    process.communicate(timeout=PATIENCE_S)
    first = History(settings).run(run_id).turns
    resumed = swarm("resume", run_id, "--json")
    assert json.loads(resumed.stdout)["status"] == "finished"
    assert History(settings).run(run_id).turns[: len(first)] == first


def test_a_detached_run_goes_on_without_whoever_started_it(settings):
    printed = swarm("run", *MISSION, "--detach", "--pace", "fast")
    run_id = printed.stdout.strip()
    assert printed.returncode == 0
    wait_until(lambda: History(settings).run(run_id).status == "finished")


def test_a_second_performer_of_the_same_run_is_refused(settings):
    spec = compose_small(settings, pace="real")
    run_id = launch(spec, settings)
    assert is_running(run_id, settings)
    refused = swarm("resume", run_id)
    assert refused.returncode == 2
    assert "being performed" in refused.stderr
    stop(run_id, settings)
    wait_until(lambda: not is_running(run_id, settings))


def test_a_second_click_on_run_starts_no_second_run(settings):
    from swarm.errors import RunBusy

    spec = compose_small(settings)
    launch(spec, settings, run_id="20260101-000000-aaaaaa")
    with pytest.raises(RunBusy):
        launch(spec, settings, run_id="20260101-000000-aaaaaa")
    assert History(settings).count() == 1


def test_a_performer_that_cannot_start_says_why(settings):
    from swarm.errors import SwarmError

    spec = compose_small(settings)
    broken = SPEC.validate_json(SPEC.dump_json(spec).replace(b'"sequential"', b'"no-such-protocol"'))
    with pytest.raises(SwarmError, match="unknown protocol 'no-such-protocol'"):
        launch(broken, settings)


def test_keys_are_nowhere_in_what_is_kept(settings):
    with provider() as (_, environment):
        done = swarm(
            "run", *MISSION, "--model", "openai/sim/strong", "--agents", "2", "--json", **environment
        )
        assert done.returncode == 0, done.stderr
        History(settings).count()
    key = environment["OPENAI_API_KEY"].encode()
    kept = [path for path in settings.data.rglob("*") if path.is_file()]
    assert kept
    assert not [path for path in kept if key in path.read_bytes()]
    assert key.decode() not in done.stdout + done.stderr


def test_a_damaged_line_stops_a_resume_instead_of_paying_twice(settings):
    process = start("run", *MISSION, "--agents", "10", "--pace", "fast", "--json")
    wait_until(lambda: len(taken(settings)) >= 2)
    run_id = next(settings.journal.glob("*.jsonl")).stem
    process.send_signal(signal.SIGKILL)
    process.communicate()
    path = journal_of(run_id, settings)
    lines = path.read_bytes().splitlines(keepends=True)
    lines[2] = lines[2].replace(b'"seat"', b'"saet"')
    path.write_bytes(b"".join(lines))
    refused = swarm("resume", run_id)
    assert refused.returncode == 1
    assert "unreadable line" in refused.stderr


def compose_small(settings, **more):
    from swarm.engine.compose import compose
    from swarm.engine.wish import Wish

    mission = find_mission(load_library(settings.mission_folders), "api-security-review")
    return compose(Wish(mission, agents=4, **more), settings)


def test_the_record_of_a_journal_is_the_record_of_the_history(settings):
    run_id = launch(compose_small(settings), settings)
    wait_until(lambda: History(settings).run(run_id).status == "finished")
    assert record_of(read_journal(journal_of(run_id, settings)).events) == History(settings).run(run_id)


def test_of_two_resumes_at_once_one_is_refused_and_nothing_is_asked_twice(settings):
    with provider(delay_s=0.3) as (witness, environment):
        first = start(
            "run", *MISSION, "--model", "openai/sim/strong", "--agents", "4", "--json", **environment
        )
        wait_until(lambda: len(taken(settings)) >= 1)
        first.send_signal(signal.SIGKILL)
        first.communicate()
        run_id = next(settings.journal.glob("*.jsonl")).stem
        seats = {event.turn.seat for event in taken(settings)}
        both = [start("resume", run_id, "--json", **environment) for _ in "12"]
        results = sorted((process.communicate(timeout=PATIENCE_S), process.returncode)[1] for process in both)
        assert results[0] == 0
        assert results[1] in (0, 2)
        events = read_journal(journal_of(run_id, settings)).events
        assert [event.seq for event in events] == list(range(len(events)))
        assert sum(event.kind == "run_finished" for event in events) == 1
        # The one call in flight at the kill may have been asked before; nobody else is asked twice.
        assert all(witness.asked_of(seat) == 1 for seat in seats)
        assert sum(witness.asked_of(seat) for seat in range(1, 5)) <= 5


def test_a_limited_run_wants_a_higher_limit_and_then_finishes(settings):
    limited = json.loads(swarm("run", *MISSION, "--max-calls", "2", "--json").stdout)
    refused = swarm("resume", limited["run_id"])
    assert (refused.returncode, "higher limit" in refused.stderr) == (2, True)
    resumed = swarm("resume", limited["run_id"], "--max-calls", "50", "--json")
    assert json.loads(resumed.stdout)["status"] == "finished"
    assert History(settings).run(limited["run_id"]).spec.limits.calls == 50


def test_of_what_a_performer_said_the_last_line_is_told(tmp_path: Path):
    said = tmp_path / "run.err"
    assert last_line(said) == ""
    said.write_text("a warning\nerror: there is no room\n\n")
    assert last_line(said) == "there is no room"
