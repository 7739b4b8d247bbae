"""Runs travel as files: what is exported is imported whole, what cannot have happened is refused in one sentence."""

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from swarm.engine.perform import events_before
from swarm.engine.run import RunSpec
from swarm.errors import BadInput
from swarm.export import FORMATS, export_run
from swarm.export.bundle import MAX_BUNDLE_BYTES, as_bundle, read_bundle
from swarm.export.intake import UNFINISHED, events_from, import_run
from swarm.history.file import MIGRATIONS
from swarm.history.store import History
from swarm.limits import Limits
from swarm.models.scripted import ScriptedModel
from swarm.recording.events import CallEnded, RunStarted
from swarm.recording.journal import Journal, journal_of
from swarm.recording.journal_lines import read_journal
from swarm.recording.record import RunRecord, record_of
from swarm.team import make_team
from swarm.turn import Turn, Usage
from tests import recorded
from tests.made import BAKERY, keep, spec, told
from tests.patience import PATIENCE_S
from tests.recorded import a_turn
from tests.staging import (
    GARBAGE,
    MISSION,
    NAMES,
    PaidModel,
    abstained,
    act,
    played,
    recipe,
    said,
    simulated,
)

by_protocol = pytest.mark.parametrize("name", NAMES)


@cache
def record_under(name: str) -> RunRecord:
    """A simulated run under a protocol."""
    return record_of(
        simulated(RunSpec(MISSION, make_team(["sim/strong"], 4), name, judge="sim/judge", seed=3))
    )


@cache
def record_with_retries() -> RunRecord:
    """A run in which replies could not be read, and agents were asked again."""
    replies = iter([GARBAGE, GARBAGE])
    paid = PaidModel("team", lambda request: next(replies, None) or act(request))
    record = record_of(played(recipe(), paid, PaidModel("judge", act)))
    assert record.asked_again
    return record


def of_last_year(record: RunRecord) -> RunRecord:
    """A record made by hand, whatever this machine's clock says: begun in the past, as long as its calls took."""
    return replace(record, started=datetime(2025, 11, 22, tzinfo=UTC), duration_s=100.0)


def a_record(turns: Sequence[Turn], **more: Any) -> RunRecord:
    """The record of a run with these turns, such as one that can be imported."""
    return of_last_year(recorded.a_record(turns, **more))


def numbered_anew(record: RunRecord) -> RunRecord:
    """A record without what an import changes: the id, and where events stand in the journal."""
    asked = tuple(replace(event, run_id="", seq=0) for event in record.asked_again)
    return replace(record, run_id="", imported=None, last_seq=0, asked_again=asked, speaking=())


@by_protocol
def test_a_bundle_holds_everything_known_of_a_run(name):
    record = record_under(name)
    assert read_bundle(as_bundle(record)) == record


@by_protocol
def test_telling_a_run_again_makes_the_same_record(name):
    record = record_under(name)
    again = record_of(events_from(record, "imported-1"))
    assert numbered_anew(again) == numbered_anew(record)
    assert (again.run_id, again.imported) == ("imported-1", record.run_id)


def test_telling_a_run_again_keeps_retries():
    record = record_with_retries()
    again = record_of(events_from(record, "imported-1"))
    assert numbered_anew(again) == numbered_anew(record)
    assert [event.seq for event in events_from(record, "i")] == [*range(again.last_seq + 1)]


@by_protocol
def test_an_imported_run_exports_and_imports_the_same(name, settings):
    run_id = import_run(settings, as_bundle(record_under(name)))
    record = History(settings).run(run_id)
    assert numbered_anew(record) == numbered_anew(record_under(name))
    again = read_bundle(export_run(record, "json"))
    assert again == record
    with pytest.raises(BadInput, match=f"here already, imported as '{run_id}'"):
        import_run(settings, as_bundle(record))
    assert History(settings).count() == 1


def test_an_imported_run_says_where_it_comes_from(settings):
    run_id = import_run(settings, as_bundle(a_record([a_turn(1)])))
    (row,) = History(settings).runs()
    assert run_id.startswith("imported-")
    assert (row.run_id, row.imported) == (run_id, "20261122-120000-abc123")
    assert History(settings).frame()["imported"].tolist() == ["20261122-120000-abc123"]
    assert json.loads(export_run(History(settings).run(run_id), "json"))["summary"]["imported"]


def test_an_imported_run_overwrites_no_run_whose_id_it_claims(settings):
    path = keep(settings, told("20261122-120000-abc123"))
    before = path.read_bytes()
    run_id = import_run(settings, as_bundle(a_record([a_turn(1, text="Forged.")])))
    assert path.read_bytes() == before
    assert History(settings).run("20261122-120000-abc123").imported is None
    assert History(settings).run(run_id).turns[0].text == "Forged."


@pytest.mark.parametrize("ending", ["stopped", "failed", "limited"])
def test_an_imported_run_cannot_be_resumed(ending, settings):
    run_id = import_run(settings, as_bundle(a_record([a_turn(1)], agents=3, ending=ending)))
    with pytest.raises(BadInput, match="came from a file"):
        events_before(run_id, settings)


def test_an_organization_does_not_remember_imported_roles(settings):
    mission = replace(BAKERY, id="other", title="Another mission")
    keep(settings, told("20261122-120000-aaaaaa"))
    known = History(settings).past_roles("default", mission=mission, simulated=True)
    import_run(settings, as_bundle(a_record([a_turn(1, role="Intruder")])))
    assert known
    assert History(settings).past_roles("default", mission=mission, simulated=True) == known


@pytest.mark.parametrize("status", ["running", "interrupted"])
def test_a_run_that_had_not_ended_is_stopped_by_its_import(status, settings):
    record = replace(a_record([a_turn(1, text="Bread.")], agents=3, ending=None, thinking=2), status=status)
    imported = History(settings).run(import_run(settings, as_bundle(record)))
    assert (imported.status, imported.reason, imported.speaking) == ("stopped", UNFINISHED, ())
    assert imported.deliverable == "Bread."
    with pytest.raises(BadInput, match="here already"):
        import_run(settings, as_bundle(imported))


def test_a_deleted_import_can_be_imported_again(settings):
    content = as_bundle(a_record([a_turn(1)]))
    first = import_run(settings, content)
    History(settings).delete(first)
    second = import_run(settings, content)
    assert second == f"{first}-2"
    assert [row.run_id for row in History(settings).runs()] == [second]


def test_an_import_that_was_killed_is_completed_by_the_next(settings):
    record = record_under("sequential")
    events = read_journal(journal_of(import_run(settings, as_bundle(record)), settings)).events
    for cut in range(len(events)):
        path = journal_of(events[0].run_id, settings)
        path.unlink()
        with Journal(path, paid=False) as journal:
            for event in events[:cut]:
                journal.append(event)
        assert import_run(settings, as_bundle(record)) == events[0].run_id
        assert read_journal(path).events == events


def test_the_summary_of_a_bundle_is_not_believed():
    bundle = json.loads(as_bundle(a_record([a_turn(1), a_turn(2, "abstain")])))
    bundle["summary"] |= {"active": 99, "quality": 1.0, "simulated": False}
    bundle["simulated"] = False
    record = read_bundle(json.dumps(bundle).encode())
    assert (record.participation.active, record.simulated) == (1, True)


def test_a_history_of_before_imports_is_brought_up_to_date(settings):
    keep(settings, told("20261122-120000-aaaaaa"))
    with duckdb.connect(settings.history) as connection:
        connection.execute("CREATE TABLE meta (version INTEGER NOT NULL, roleless VARCHAR NOT NULL)")
        connection.execute(MIGRATIONS[0])
        connection.execute("INSERT INTO meta VALUES (1, '0.1.0')")
    import_run(settings, as_bundle(a_record([a_turn(1)])))
    assert {row.imported for row in History(settings).runs()} == {None, "20261122-120000-abc123"}


def test_an_event_of_before_imports_is_read():
    (started, *_) = told("r1")
    assert isinstance(started, RunStarted)
    assert started.imported is None


def changed(change: Callable[[dict[str, Any]], object]) -> bytes:
    """A bundle in which something was changed by hand."""
    bundle = json.loads(as_bundle(a_record([a_turn(1), a_turn(2, builds_on=[1])])))
    change(bundle["record"])
    return json.dumps(bundle).encode()


def put(value: Any, *path: Any) -> Callable[[dict[str, Any]], object]:
    """A change: what stands at a place."""

    def change(record: dict[str, Any]) -> None:
        place: Any = record
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = value

    return change


def both(*changes: Callable[[dict[str, Any]], object]) -> Callable[[dict[str, Any]], object]:
    """Several changes as one."""
    return lambda record: [change(record) for change in changes]


def hence(**time: float) -> str:
    """A moment to come, as JSON has it."""
    return (datetime.now(UTC) + timedelta(**time)).isoformat()


def made_by(model: str) -> Callable[[dict[str, Any]], object]:
    """A change: every model is this one, and every call went there."""
    judge = both(put(model, "spec", "judge"), put(model, "verdict", "judge"))
    seats = both(*(put(model, "spec", "team", "seats", seat, "model") for seat in (0, 1)))
    calls = both(
        *(put(model, *place, "calls", 0, "model") for place in (("turns", 0), ("turns", 1), ("verdict",)))
    )
    return both(judge, seats, calls)


PLANNED = both(put("plan", "turns", 0, "action"), put("plan", "turns", 0, "cue"))
REFUSED = {
    "a date to come": (put(hence(days=2), "started"), "the date"),
    "a date before there was any run": (put("2019-12-31T23:59:59Z", "started"), "the date"),
    "an end to come": (
        both(put(hence(hours=-1), "started"), put(1e6, "duration_s")),
        "its end is later than now",
    ),
    "simulated models that pass for real": (put(False, "simulated"), "'sim/.*' is simulated"),
    "simulated calls that pass for real": (
        both(made_by("real/one"), put("sim/weak", "turns", 0, "calls", 0, "model"), put(False, "simulated")),
        "'sim/weak' is simulated",
    ),
    "real models that pass for simulated": (made_by("real/one"), "'real/one' is not"),
    "input for nothing": (put(0, "spent", "input_tokens"), "spent less than its calls"),
    "cached input for nothing": (put(0, "spent", "cached_tokens"), "spent less than its calls"),
    "output for nothing": (put(159, "spent", "output_tokens"), "spent less than its calls"),
    "money for nothing": (put(0.0919, "spent", "cost_usd"), "spent less than its calls"),
    "a known sum of unknown prices": (
        put(None, "turns", 0, "calls", 0, "usage", "cost_usd"),
        "spent less than its calls",
    ),
    "no calls": (put(0, "calls"), "0 calls and tells of 3"),
    "one call less": (put(2, "calls"), "2 calls and tells of 3"),
    "no time": (put(0.0, "duration_s"), "over before its last call"),
    "less time than the judge took": (put(90.4, "duration_s"), "over before its last call"),
    "a call backwards": (put(0.5, "turns", 0, "calls", 0, "ended_s"), "before it began"),
    "more cached than read": (put(101, "turns", 0, "calls", 0, "usage", "cached_tokens"), "cached"),
    "more cached than read in all": (put(10**9, "spent", "cached_tokens"), "cached"),
    "a little more cached than read in all": (put(9_301, "spent", "cached_tokens"), "cached"),
    "an age of waiting": (put(1e11, "turns", 0, "calls", 0, "waited_s"), "longer than"),
    "two calls of one number": (put(1, "turns", 1, "calls", 0, "number"), "the same number"),
    "one call in two turns": (
        both(
            put([], "turns", 1, "heard"),
            put([], "turns", 1, "builds_on"),
            lambda record: put(record["turns"][0]["calls"], "turns", 1, "calls")(record),
        ),
        "the same number",
    ),
    "hearing the future": (
        both(put([[1, 2]], "turns", 0, "heard"), put([2], "turns", 0, "builds_on")),
        "heard",
    ),
    "hearing who was asked later": (
        both(put(1, "turns", 0, "index"), put(0, "turns", 1, "index")),
        "turn 0 heard what had not been said",
    ),
    "hearing oneself": (put([[1, 2]], "turns", 1, "heard"), "turn 1 heard what had not been said"),
    "hearing what was never said": (
        put([[2, 1]], "turns", 1, "heard"),
        "turn 1 heard what had not been said",
    ),
    "hearing what is being said": (
        put(1.4, "turns", 1, "calls", 0, "started_s"),
        "turn 1 heard what had not",
    ),
    "hearing who abstained": (put("abstain", "turns", 0, "action"), "turn 1 heard what had not been said"),
    "building on what was not heard": (put([], "turns", 1, "heard"), "turn 1 leans on work it did not hear"),
    "building on an intention": (put("intend", "turns", 0, "action"), "leans on work it did not hear"),
    "reporting to somebody not heard": (
        both(
            put([], "turns", 1, "heard"), put([], "turns", 1, "builds_on"), put(1, "turns", 1, "reports_to")
        ),
        "leans on work it did not hear",
    ),
    "a plan for nobody": (PLANNED, "the plan of turn 0 gives nobody a job"),
    "a seat beyond the team": (put(3, "turns", 1, "seat"), "turn 1 names an agent that a team of 2 has not"),
    "a link beyond the team": (put([9], "turns", 1, "builds_on"), "a team of 2 has not"),
    "a superior beyond the team": (put(0, "turns", 1, "reports_to"), "a team of 2 has not"),
    "hearing somebody beyond the team": (put([[1, 7]], "turns", 1, "heard"), "a team of 2 has not"),
    "a link to oneself": (put([2], "turns", 1, "builds_on"), "leans on itself"),
    "round 0": (put(0, "turns", 1, "round"), "round 0"),
    "two turns of one agent": (put(1, "turns", 1, "seat"), "speaks twice"),
    "one place for two": (put(0, "turns", 1, "index"), "same place"),
    "negative tokens": (put(-1, "turns", 0, "calls", 0, "usage", "input_tokens"), "negative"),
    "endless tokens": (put(10**30, "turns", 0, "calls", 0, "usage", "input_tokens"), "too large"),
    "tokens that no float holds": (
        put(10**400, "turns", 0, "calls", 0, "usage", "input_tokens"),
        "too large",
    ),
    "money that is none": (put(float("nan"), "spent", "cost_usd"), "a number that is none"),
    "endless money": (put(float("inf"), "spent", "cost_usd"), "a number that is none"),
    "a time before the run": (put(-1.0, "turns", 0, "calls", 0, "started_s"), "negative"),
    "an age": (put(1e11, "duration_s"), "longer than"),
    "a date without a zone": (put("2026-01-01T00:00:00", "started"), "the date"),
    "a date out of reach": (put("9999-12-31T23:59:59-23:59", "started"), "the date"),
    "a date of old": (put("0001-01-01T00:00:00+23:59", "started"), "the date"),
    "257 agents": (put([{"number": 1, "model": "m"}] * 257, "spec", "team", "seats"), "257 agents"),
    "seats in disorder": (put(5, "spec", "team", "seats", 0, "number"), "not numbered"),
    "5 points of 4": (put(5, "verdict", "scores", 0, "points"), "points other than"),
    "a criterion missing": (lambda record: record["verdict"]["scores"].pop(), "every criterion once"),
    "scores and none": (put("no", "verdict", "unscored"), "every criterion once"),
    "a reply and an error": (put("x", "turns", 0, "calls", 0, "error"), "both a reply and an error"),
    "a path for an id": (put("../../etc/passwd", "run_id"), "the id"),
    "a path for an origin": (put("../x", "imported"), "the id"),
    "an empty origin": (put("", "imported"), "the id"),
    "an endless role": (put("x" * 81, "turns", 0, "role"), "a role of more than 80"),
    "an endless title": (put("x" * 3000, "spec", "mission", "title"), "a name of more than"),
    "an unknown action": (put("dance", "turns", 0, "action"), "turns.0.action"),
    "a missing recipe": (lambda record: record.pop("spec"), "record.spec"),
    "a deleted run": (put(True, "deleted"), "deleted"),
    "half a letter": (put("\ud800", "turns", 0, "text"), "not an exported run"),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_have_happened_is_refused(what, settings):
    change, why = REFUSED[what]
    with pytest.raises(BadInput, match=why):
        import_run(settings, changed(change))
    assert not [*settings.journal.iterdir()]


TAKEN = {
    "nothing": lambda record: None,
    "a moment ago": put(hence(seconds=-101), "started"),
    "a clock that is fast": put(hence(hours=20), "started"),
    "another time zone": put("2025-11-22T14:00:00+09:00", "started"),
    "scripted models that pass for real": both(made_by("team"), put(False, "simulated")),
    "scripted models": made_by("team"),
    "a judge that is simulated": both(made_by("real/one"), put("sim/judge", "spec", "judge")),
    "calls cut off": both(
        put(9, "calls"), put(10**6, "spent", "input_tokens"), put(1.0, "spent", "cost_usd")
    ),
    "another order of adding": put(0.092 - 1e-12, "spent", "cost_usd"),
    "an unknown price": both(
        put(None, "turns", 0, "calls", 0, "usage", "cost_usd"), put(None, "spent", "cost_usd")
    ),
    "following a plan": both(
        PLANNED, put([{"seat": 2, "role": "Baker", "job": "Bake."}], "turns", 0, "assignments")
    ),
    "reporting to who was heard": put(1, "turns", 1, "reports_to"),
}


@pytest.mark.parametrize("what", TAKEN)
def test_what_can_have_happened_is_taken(what, settings):
    assert import_run(settings, changed(TAKEN[what]))


PERFORMED = {
    "with revisions": recipe("solo", options={"token_budget": 3_000}),
    "in small groups": recipe("batched", 5, options={"size": 2}),
    "that delivers the last text": recipe("sequential", 4, deliverable="last"),
    "that reached a limit": recipe("sequential", 5, limits=Limits(calls=2)),
}


@pytest.mark.parametrize("what", PERFORMED)
def test_no_run_that_was_performed_is_refused(what, settings):
    record = record_of(played(PERFORMED[what]))
    imported = History(settings).run(import_run(settings, as_bundle(record)))
    assert numbered_anew(imported) == numbered_anew(record)


def test_a_run_that_was_stopped_and_resumed_is_not_refused(settings):
    spec = recipe("sequential", 5)
    events = played(spec)
    record = record_of([*events[:5], *played(spec, before=events[:5])])
    assert record.status == "finished"
    assert import_run(settings, as_bundle(record))


def test_a_run_in_which_agents_link_and_sit_out_is_not_refused(settings):
    replies = iter([said(), abstained(), said(builds_on=[1, 2, 3], reports_to=1), said(builds_on=[3])])
    record = record_of(played(recipe("sequential", 4), ScriptedModel("team", lambda request: next(replies))))
    assert [turn.builds_on for turn in record.turns] == [(), (), (1,), (3,)]
    assert import_run(settings, as_bundle(record))


def test_calls_of_a_turn_that_was_never_finished_count_as_well():
    events = played(recipe(), PaidModel("team", lambda request: GARBAGE))
    cut = next(place for place, event in enumerate(events) if isinstance(event, CallEnded))
    record = record_of(events[: cut + 1])
    assert not record.turns
    assert read_bundle(as_bundle(record)) == record
    for forged in (replace(record, spent=Usage()), replace(record, calls=0), replace(record, duration_s=0.0)):
        with pytest.raises(BadInput, match="no run can be"):
            read_bundle(as_bundle(forged))


def test_a_deliverable_that_nobody_wrote_is_not_believed(settings):
    imported = History(settings).run(import_run(settings, changed(put("Gold.", "deliverable"))))
    assert imported.deliverable == "Bake bread.\n\nBake bread."
    assert imported.run_id == f"imported-{imported.run_id.rsplit('-', 1)[-1]}"
    with pytest.raises(BadInput, match="here already"):
        import_run(settings, changed(lambda record: None))


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "not an exported run"),
        (b"\xff\xfe", "not an exported run"),
        (b"[]", "not an exported run"),
        (b'{"format":"roleless-run/3"}', "has the format 'roleless-run/3'"),
        (b'{"format":"roleless-run/1","turns":[]}', "has the format 'roleless-run/1'"),
        (b'{"format":"roleless-run/2"}', "record"),
        (b'{"format":"roleless-run/2","record":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "not an exported run"),
        (b'{"format":' + b"9" * 10_000 + b"}", "not an exported run"),
        (b" " * (MAX_BUNDLE_BYTES + 1), "50,000,000 bytes"),
    ],
    ids=["empty", "no text", "a list", "newer", "older", "no record", "deep", "huge number", "large"],
)  # fmt: skip
def test_what_is_no_bundle_is_refused_in_a_sentence(content, why, settings):
    with pytest.raises(BadInput, match=why) as refusal:
        import_run(settings, content)
    assert len(str(refusal.value)) < 400


def assert_adds_up(record: RunRecord) -> None:
    """The whole is not less than its parts, and nobody heard what came later."""
    whole, parts = record.spent, record.spending.team + record.spending.judge
    assert whole.input_tokens >= parts.input_tokens
    assert whole.cached_tokens >= parts.cached_tokens
    assert whole.output_tokens >= parts.output_tokens
    assert record.duration_s + 1e-3 >= max((turn.ended_s for turn in record.turns), default=0.0)
    places = {turn.key: turn.index for turn in record.turns}
    assert all(places[key] < turn.index for turn in record.turns for key in turn.heard)


JUNK = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=8)
    | st.sampled_from(["../x", "\ud800", "NaN", "x" * 90, 10**400, -1, "2026-01-01T00:00:00Z", "=1+1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


def places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, inner in items for place in places(inner, (*path, key)))]


PLACES = [place for place in places(json.loads(as_bundle(record_with_retries()))["record"]) if place]


@given(data=st.data())
@hypothesis_settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_hostile_bundle_is_imported_or_refused_in_a_sentence(data, settings):
    bundle = json.loads(as_bundle(record_with_retries()))
    for _ in range(data.draw(st.integers(1, 3))):
        *path, last = data.draw(st.sampled_from(PLACES))
        place: Any = bundle["record"]
        try:
            for step in path:
                place = place[step]
            place[last] = data.draw(JUNK)
        except (KeyError, IndexError, TypeError):
            continue  # An earlier change has taken this place away.
    try:
        run_id = import_run(settings, json.dumps(bundle).encode())
    except BadInput:
        return
    record = History(settings).run(run_id)
    assert record.imported
    assert_adds_up(record)
    for name in FORMATS:
        export_run(record, name)
    History(settings).delete(run_id)


def test_models_that_nobody_knows_here_do_not_hinder_an_import(settings):
    content = changed(both(made_by("elsewhere/huge"), put(False, "simulated")))
    assert History(settings).run(import_run(settings, content)).simulated is False


def test_a_run_of_an_unknown_protocol_is_imported(settings):
    record = of_last_year(record_of(told("20261122-120000-aaaaaa", replace(spec(), protocol="of_my_own"))))
    imported = History(settings).run(import_run(settings, as_bundle(record)))
    assert imported.spec.protocol == "of_my_own"
    assert export_run(imported, "html")


def test_a_scripted_judge_without_a_verdict_travels(settings):
    record = record_of(played(recipe(), ScriptedModel("judge", lambda request: GARBAGE)))
    imported = History(settings).run(import_run(settings, as_bundle(record)))
    assert imported.verdict
    assert imported.verdict.unscored


def shown_import() -> None:
    """The page that AppTest plays."""
    from pages.history.importing import show_import

    show_import()


def uploaded(content: bytes) -> AppTest:
    """What the page says once a file was given and Import pressed."""
    app = AppTest.from_function(shown_import, default_timeout=PATIENCE_S).run()
    assert app.button(key="import").disabled
    app.file_uploader[0].set_value(("run.json", content, "application/json")).run()
    return app.button(key="import").click().run()


def test_the_dashboard_refuses_a_file_in_a_sentence(settings):
    app = uploaded(b"{}")
    assert not app.exception
    assert [error.value for error in app.error] == [
        r"The file is not an exported run\: format\: Field required"
    ]


def test_the_dashboard_imports_a_file(settings):
    uploaded(as_bundle(a_record([a_turn(1)])))
    assert [row.imported for row in History(settings).runs()] == ["20261122-120000-abc123"]


def shown_badge(status: str, imported: str | None) -> None:
    """The page that AppTest plays."""
    from pages.shared.badges import status_badge

    status_badge(status, imported)


@pytest.mark.parametrize("status", ["stopped", "failed", "interrupted"])
def test_only_a_run_of_this_place_is_said_to_be_resumable(status):
    said = {
        imported: AppTest.from_function(shown_badge, args=(status, imported), default_timeout=PATIENCE_S)
        .run()
        .markdown[0]
        .help
        for imported in (None, "20261122-120000-abc123")
    }
    here, elsewhere = said.values()
    assert here.startswith(elsewhere)
    assert "can be resumed" in here
    assert "resumed" not in elsewhere
    assert "Somebody" not in elsewhere
