"""Runs travel as files: what is exported is imported whole, what cannot have happened is refused in one sentence."""

import json
from collections.abc import Callable
from dataclasses import replace
from functools import cache
from typing import Any

import duckdb
import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from swarm.errors import BadInput
from swarm.events import RunStarted
from swarm.export import FORMATS, export_run
from swarm.export.bundle import MAX_BUNDLE_BYTES, as_bundle, read_bundle
from swarm.history import History
from swarm.history_file import MIGRATIONS
from swarm.imports import UNFINISHED, events_from, import_run
from swarm.journal import Journal, journal_of, read_journal
from swarm.models.scripted import ScriptedModel
from swarm.perform import events_before
from swarm.record import RunRecord, record_of
from swarm.run import RunSpec
from swarm.team import make_team
from tests.made import BAKERY, keep, spec, told
from tests.recorded import a_record, a_turn
from tests.staging import GARBAGE, MISSION, NAMES, PaidModel, act, played, recipe, simulated

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


REFUSED = {
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
    "money that is none": (put(float("nan"), "spent", "cost_usd"), "a number that is none"),
    "endless money": (put(float("inf"), "spent", "cost_usd"), "a number that is none"),
    "a time before the run": (put(-1.0, "turns", 0, "calls", 0, "started_s"), "negative"),
    "an age": (put(1e11, "duration_s"), "longer than"),
    "a date without a zone": (put("2026-01-01T00:00:00", "started"), "the date"),
    "a date out of reach": (put("9999-12-31T23:59:59Z", "started"), "the date"),
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


def test_what_is_refused_when_changed_is_taken_when_not(settings):
    assert import_run(settings, changed(lambda record: None))


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
    for name in FORMATS:
        export_run(record, name)
    History(settings).delete(run_id)


def test_models_that_nobody_knows_here_do_not_hinder_an_import(settings):
    recipe_of_elsewhere = spec(models=("elsewhere/huge",))
    record = record_of(told("20261122-120000-aaaaaa", recipe_of_elsewhere, simulated=False))
    assert History(settings).run(import_run(settings, as_bundle(record))).simulated is False


def test_a_run_of_an_unknown_protocol_is_imported(settings):
    record = record_of(told("20261122-120000-aaaaaa", replace(spec(), protocol="of_my_own")))
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
    from pages.shared.run_import import show_import

    show_import()


def uploaded(content: bytes) -> AppTest:
    """What the page says once a file was given and Import pressed."""
    app = AppTest.from_function(shown_import, default_timeout=30).run()
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
