"""Roles over many runs: sequences worked out by hand, and what the history knows of them."""

import random
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from fractions import Fraction

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from swarm.config import PROJECT, Settings
from swarm.figures.look import ACCENT, INK
from swarm.figures.over_runs import abstention_figure, role_history_figure
from swarm.history.rows import RunFilter, row_of
from swarm.history.store import History
from swarm.metrics.over_runs import (
    RunRoles,
    abstention_by_position,
    mean_stability,
    role_story,
    sequences,
)
from swarm.metrics.participation import parts
from swarm.metrics.roles import roles_taken
from swarm.mission import Mission
from swarm.models.scripted import ScriptedModel
from swarm.recording.events import RunStarted
from swarm.recording.record import RunRecord, record_of
from swarm.turn import Turn
from tests.made import BEGAN, keep, spec, told, turn
from tests.patience import PATIENCE_S
from tests.recorded import a_turn, events_of
from tests.staging import NAMES, abstained, act, played, recipe, speaker


@pytest.fixture(autouse=True)
def fresh_caches():
    st.cache_resource.clear()


def a_run(
    roles: Mapping[int, str], *, minute: int = 0, mission: str = "bakery", **changes: object
) -> RunRoles:
    run = RunRoles(
        run_id=f"run-{minute}",
        started=BEGAN + timedelta(minutes=minute),
        mission_id=mission,
        mission_title=mission,
        protocol="sequential",
        models="sim/strong ×3",
        agents=3,
        simulated=True,
        organization="default",
        roles=roles,
        abstained=frozenset(),
    )
    return replace(run, **changes)  # type: ignore[arg-type]


# Stability.


def stability(earlier: Mapping[int, str], later: Mapping[int, str]) -> float | None:
    """That of the second of two runs with these roles."""
    return role_story([a_run(earlier), a_run(later, minute=1)])[1].stability


def test_a_team_that_keeps_its_roles_is_fully_stable():
    assert stability({1: "Cook", 2: "Baker"}, {1: "Cook", 2: "Baker"}) == 1


def test_renaming_a_seats_role_lowers_stability():
    assert stability({1: "Cook", 2: "Baker"}, {1: "Cook", 2: "Critic"}) == Fraction(1, 2)


def test_another_spelling_of_a_role_is_the_same_role():
    assert stability({1: "The Risk Analyst"}, {1: "risk-analysts"}) == 1


def test_seats_that_swap_roles_keep_none():
    assert stability({1: "Cook", 2: "Baker"}, {1: "Baker", 2: "Cook"}) == 0


def test_only_seats_that_contributed_in_both_runs_count():
    assert stability({1: "Cook", 2: "Baker"}, {1: "Cook", 3: "Critic"}) == 1


@pytest.mark.parametrize(("earlier", "later"), [({}, {}), ({1: "Cook"}, {}), ({1: "Cook"}, {2: "Cook"})])
def test_without_a_seat_in_both_runs_stability_is_unknown_not_zero(earlier, later):
    assert stability(earlier, later) is None


# The story.


STORY = [
    a_run({1: "Cook", 2: "Baker"}, minute=0),
    a_run({1: "cooks", 2: "Critic"}, minute=1, mission="orchard"),
    a_run({3: "Baker"}, minute=2, mission="bridge"),
    a_run({3: "Pilot", 1: "Cook"}, minute=3, mission="bridge"),
]
"""Kept: – , 1 of 2, nobody in both, 0 of 1."""


def test_a_story_worked_out_by_hand():
    steps = role_story(STORY)
    assert [step.run for step in steps] == STORY
    assert [step.stability for step in steps] == [None, 0.5, None, 0.0]
    assert [(step.kept, step.both) for step in steps] == [(0, 0), (1, 2), (0, 0), (0, 1)]
    assert [step.new for step in steps] == [2, 1, 0, 1]
    assert [step.cumulative for step in steps] == [2, 3, 3, 4]
    assert [step.repeats for step in steps] == [False, False, False, True]


def test_a_repeat_of_a_mission_is_no_change_of_mission():
    steps = role_story(STORY)
    assert mean_stability(steps, repeats=False) == (0.5, 1)
    assert mean_stability(steps, repeats=True) == (0.0, 1)
    assert mean_stability(steps[:1], repeats=True) == (None, 0)


def test_missions_of_ones_own_differ_by_their_titles():
    runs = [a_run({1: "Cook"}, mission_id="own", mission_title=title) for title in ("Bread", "Cake")]
    assert [step.repeats for step in role_story(runs)] == [False, False]


def test_the_order_of_runs_decides_what_is_new_but_not_how_many_roles_there_are():
    orders = [random.Random(seed).sample(STORY, len(STORY)) for seed in range(20)]
    stories = [role_story(runs) for runs in orders]
    assert {story[-1].cumulative for story in stories} == {4}
    assert {sum(step.new for step in story) for story in stories} == {4}
    assert len({tuple(step.new for step in story) for story in stories}) > 1


def test_nothing_told_is_no_story():
    assert role_story([]) == ()
    assert abstention_by_position([]) == ()


def test_runs_of_different_circumstances_are_never_pooled():
    mixed = [a_run({1: "Cook"}), a_run({1: "Cook"}, simulated=False)]
    for measure in (role_story, abstention_by_position):
        with pytest.raises(AssertionError, match="pooled"):
            measure(mixed)


# Sequences.


@pytest.mark.parametrize(
    "change",
    [
        {"simulated": False},
        {"protocol": "shared"},
        {"models": "sim/weak ×3"},
        {"agents": 4},
        {"organization": "north"},
    ],
    ids=str,
)
def test_a_run_under_other_circumstances_is_a_sequence_of_its_own(change):
    other = a_run({1: "Cook"}, minute=1, **change)
    found = sequences([STORY[0], other, STORY[2]])
    assert [*found.values()] == [(STORY[0], STORY[2]), (other,)]


def test_another_mission_belongs_to_the_same_sequence():
    assert [*sequences(STORY).values()] == [tuple(STORY)]


def test_a_sequence_begins_with_its_earliest_run():
    assert [*sequences(reversed(STORY)).values()] == [tuple(STORY)]


def test_the_longest_sequence_comes_first_then_that_of_the_latest_run():
    early, late = a_run({}, minute=1, agents=5), a_run({}, minute=9, agents=6)
    assert [runs[0].agents for runs in sequences([early, *STORY, late]).values()] == [3, 6, 5]


# Abstention.


def test_abstention_is_counted_by_position():
    runs = [
        a_run({}, abstained=frozenset({3})),
        a_run({}, abstained=frozenset({2, 3})),
        a_run({1: "Cook"}),
        a_run({}),
    ]
    found = abstention_by_position(runs)
    assert [(each.position, each.abstained, each.runs) for each in found] == [(1, 0, 4), (2, 1, 4), (3, 2, 4)]
    assert [each.share for each in found] == [0, Fraction(1, 4), Fraction(1, 2)]


# What the history knows.


def by_hand(record: RunRecord) -> RunRoles:
    """The answer, worked out from a record."""
    row, agents = row_of(record), len(record.spec.team)
    fates = parts(record.turns, agents, complete=record.protocol_ended)
    return RunRoles(
        run_id=row.run_id,
        started=row.started,
        mission_id=row.mission_id,
        mission_title=row.mission_title,
        protocol=row.protocol,
        models=row.models,
        agents=row.agents,
        simulated=row.simulated,
        organization=row.organization,
        roles=roles_taken(record.turns),
        abstained=frozenset(seat for seat, fate in fates.items() if fate == "abstained"),
    )


@pytest.mark.parametrize("protocol", NAMES)
def test_the_history_answers_as_the_records_say_whatever_the_protocol(protocol: str, settings: Settings):
    def third_abstains(request):
        return abstained() if speaker(request) == 3 else act(request)

    events = played(recipe(protocol, agents=4), ScriptedModel("team", third_abstains))
    keep(settings, events)
    found = History(settings).roles()
    assert found == [by_hand(record_of(events))]
    assert found[0].roles
    assert list(found[0].roles) == list(by_hand(record_of(events)).roles), "not in the order of speaking"


def spoken(*turns: tuple[int, str, str | None], cue: str = "contribute") -> list[Turn]:
    """Turns given as (seat, action, role), a round each."""
    return [
        replace(turn(index), seat=seat, round=index + 1, action=action, role=role, builds_on=(), heard=())
        for index, (seat, action, role) in enumerate(turns)
    ]


ODD = [
    spoken((1, "contribute", "Novice"), (2, "contribute", "Cook"), (1, "contribute", "Master")),
    spoken((2, "contribute", "Late"), (1, "contribute", "Later"), (3, "contribute", "Last")),
    spoken((1, "contribute", "Cook"), (1, "abstain", None), (2, "abstain", "Baker")),
    spoken((1, "contribute", "Cook"), (1, "contribute", None), (2, "contribute", "Baker")),
    spoken((1, "intend", "Cook"), (1, "abstain", None), (2, "intend", "Baker")),
    spoken((1, "abstain", None), (1, "intend", "Cook"), (2, "abstain", None), (2, "failed", None)),
    spoken((1, "plan", "Coordinator"), (1, "abstain", None), (2, "unparsed", "Cook"), (3, "failed", "Cook")),
    spoken((1, "abstain", None), (2, "abstain", None), (3, "abstain", None)),
    [],
]


@pytest.mark.parametrize("number", range(len(ODD)))
def test_the_history_answers_as_the_records_say_whatever_was_done(number: int, settings: Settings):
    events = told("run", turns=ODD[number])
    keep(settings, events)
    found = History(settings).roles()
    assert found == [by_hand(record_of(events))]
    assert list(found[0].roles) == list(roles_taken(record_of(events).turns))


def test_an_unreadable_or_missing_reply_is_not_an_abstention(settings: Settings):
    keep(settings, events_of([a_turn(1, "unparsed"), a_turn(2, "failed"), a_turn(3, "abstain")], agents=4))
    assert History(settings).roles()[0].abstained == {3}


def test_only_finished_runs_are_followed(settings: Settings):
    for minute, ending in enumerate(["finished", "stopped", "limited", "failed", None]):
        keep(settings, told(f"{ending}", ending=ending, minute=minute))
    assert [run.run_id for run in History(settings).roles()] == ["finished"]


def test_the_newest_runs_are_followed_from_the_earliest_of_them(settings: Settings):
    for number in (3, 1, 5, 2, 4):
        keep(settings, told(f"run-{number}", minute=number))
    assert [run.run_id for run in History(settings).roles(limit=3)] == ["run-3", "run-4", "run-5"]


def test_the_filter_of_the_history_holds_for_roles_as_well(settings: Settings):
    keep(settings, told("bread"))
    keep(settings, told("frost", spec(Mission("orchard", "Save the Orchard", "No frost.")), minute=1))
    keep(settings, told("real", simulated=False, minute=2))
    assert [run.run_id for run in History(settings).roles(RunFilter(text="orchard"))] == ["frost"]
    assert [run.run_id for run in History(settings).roles(RunFilter(simulated=False))] == ["real"]


def test_runs_of_other_organizations_that_were_imported_are_left_out(settings: Settings):
    first, *others = told("imported")
    assert isinstance(first, RunStarted)
    keep(settings, [replace(first, imported="elsewhere"), *others])
    keep(settings, told("ours"))
    assert [run.run_id for run in History(settings).roles()] == ["ours"]


def test_a_simulated_and_a_real_run_are_two_sequences(settings: Settings):
    keep(settings, told("simulated"))
    keep(settings, told("real", simulated=False))
    found = sequences(History(settings).roles())
    assert sorted(run.run_id for runs in found.values() for run in runs) == ["real", "simulated"]
    assert len(found) == 2
    assert {shared.simulated for shared in found} == {True, False}


# The figures.


def test_a_repeat_is_drawn_hollow_and_what_is_unknown_is_not_drawn():
    kept = role_history_figure(role_story(STORY), simulated=True).data[0]
    assert list(kept.y) == [None, 0.5, None, 0.0]
    assert list(kept.marker.symbol) == ["circle", "circle", "circle", "circle-open"]
    assert kept.connectgaps is False


def test_new_and_known_roles_are_drawn():
    _, new, known = role_history_figure(role_story(STORY), simulated=True).data
    assert (list(new.y), list(known.y)) == ([2, 1, 0, 1], [2, 3, 3, 4])


def test_the_panels_have_only_the_accent_and_slate_for_colour():
    kept, new, known = role_history_figure(role_story(STORY), simulated=True).data
    assert (kept.line.color, new.marker.color, known.line.color) == (ACCENT, INK, INK)


@pytest.mark.parametrize("kind", [True, False])
def test_figures_of_simulated_runs_say_so(kind: bool):
    figures = (
        role_history_figure(role_story(STORY), simulated=kind),
        abstention_figure(abstention_by_position(STORY), simulated=kind),
    )
    for figure in figures:
        assert ("SIMULATED" in [note.text for note in figure.layout.annotations]) == kind


def test_titles_of_missions_are_escaped_in_the_figure():
    runs = [a_run({1: "Cook"}, mission_title='<a href="https://evil.example">x</a>')]
    drawn = role_history_figure(role_story(runs), simulated=True).data[0].hovertext[0]
    assert "<a " not in drawn
    assert "&lt;a" in drawn


# The page.


def history_page(**query: str) -> AppTest:
    """The history, seen as roles over runs."""
    app = AppTest.from_file(str(PROJECT / "pages" / "frame" / "menu.py"), default_timeout=PATIENCE_S).run()
    app.switch_page("../history/page.py")
    app.query_params["history_view"] = "Roles over runs"
    for name, value in query.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    assert not app.error
    return app


def words_of(app: AppTest) -> str:
    return "\n".join(str(element.value) for kind in ("markdown", "caption") for element in app.get(kind))


def keep_story(settings: Settings, **more: object) -> None:
    """Three runs: the same roles on another mission, then others on that mission again."""
    orchard = spec(Mission("orchard", "Save the Orchard", "No frost."))
    others = [turn(index, role=f"Helper {index}") for index in range(3)]
    kind = "simulated" if more.get("simulated", True) else "real"
    keep(settings, told(f"{kind}-1", minute=1, **more))
    keep(settings, told(f"{kind}-2", orchard, minute=2, **more))
    keep(settings, told(f"{kind}-3", orchard, turns=others, minute=3, **more))


def test_a_sequence_is_told_in_words_and_run_by_run(settings: Settings):
    keep_story(settings)
    app = history_page()
    assert "**6 different roles** in 3 runs, 3 of them new in the last." in words_of(app)
    contributed = "of the agents that contributed to both runs kept their role"
    assert (
        f"When the mission changed from one run to the next, **100%** {contributed} (1 change)."
        in words_of(app)
    )
    assert f"When the same mission was run again, **0%** {contributed} (1 repeat)." in words_of(app)
    table = app.dataframe[0].value
    assert [*table["So far"]] == [6, 3, 3]
    assert [*table["New roles"]] == [3, 0, 3]
    assert [*table["Run"]] == [3, 2, 1]
    assert [*table["Kept their role"][:2]] == [0.0, 1.0]
    assert next(iter(table["Open"])) == "/run?run=simulated-3"


def test_a_share_of_several_changes_is_told_to_be_a_mean(settings: Settings):
    for minute, name in enumerate(["bread", "orchard", "bridge"]):
        keep(settings, told(name, spec(Mission(name, name.title(), "Do it.")), minute=minute))
    assert "kept their role (mean of 2 changes)." in words_of(history_page())


def test_where_nobody_contributed_to_two_runs_in_a_row_no_share_is_told(settings: Settings):
    for minute in (1, 2):
        keep(settings, events_of([a_turn(minute)], agents=2, run_id=f"run-{minute}"))
    told_of = words_of(history_page())
    assert "No agent contributed to two runs in a row" in told_of
    assert "%** of the agents" not in told_of


@pytest.mark.parametrize("kind", ["SIMULATED", "real models"])
def test_a_sequence_that_the_url_names_is_shown(kind: str, settings: Settings):
    keep_story(settings)
    keep_story(settings, simulated=False)
    app = history_page(sequence=f"Sequential · 3 agents · sim/strong ×3 · {kind}")
    assert app.selectbox(key="role_sequence").value.endswith(kind)


def test_the_url_names_a_sequence_only_while_roles_are_followed(settings: Settings):
    keep_story(settings)
    app = history_page()
    assert "sequence" in app.query_params
    app.get("segmented_control")[0].set_value("Runs").run()
    assert "sequence" not in app.query_params


def test_simulated_and_real_runs_are_chosen_between_never_mixed(settings: Settings):
    keep_story(settings)
    keep_story(settings, simulated=False)
    options = history_page().selectbox(key="role_sequence").options
    assert len(options) == 2
    assert all(option.endswith("3 runs") for option in options)
    assert sum("SIMULATED" in option for option in options) == 1


def test_the_filter_applies_to_roles_over_runs(settings: Settings):
    keep_story(settings)
    app = history_page(find="orchard")
    assert "in 2 runs" in words_of(app)
    assert len(app.dataframe[0].value) == 2


def test_with_a_single_run_it_says_what_to_do(settings: Settings):
    keep(settings, told("only"))
    app = history_page()
    assert "another mission" in words_of(app)
    assert not app.dataframe


def test_nobody_abstaining_is_said_and_not_drawn(settings: Settings):
    keep_story(settings)
    app = history_page()
    assert "Nobody abstained in any of these 3 runs." in words_of(app)
    assert len(app.get("plotly_chart")) == 1
