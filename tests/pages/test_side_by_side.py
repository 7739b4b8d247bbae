"""Side by side as a script: single runs, groups, links, choices, and every way in which nothing can be said."""

import asyncio
import json
from dataclasses import replace
from urllib.parse import parse_qs

import pytest
import streamlit as st

from pages.side_by_side.example import alike, typical
from pages.side_by_side.texts import markdown_of
from swarm.comparison.contrasts import compare_groups
from swarm.comparison.group import groups_by
from swarm.comparison.levels import means_by_mission
from swarm.comparison.tradeoff import standpoints
from swarm.config import PROJECT
from swarm.experiment.perform import perform
from swarm.figures import (
    by_mission_figure,
    forest_figure,
    measure_figure,
    quality_cost_figure,
    standings_figure,
)
from swarm.figures.standings import aligned_timelines
from swarm.grid import Experiment, Grid, Terms, Way
from swarm.mission import Mission, load_library
from swarm.narrative.redline import Passage
from swarm.recording.events import RunStarted
from swarm.verdict import CRITERIA, Score, Verdict
from tests.compared import arm, cell
from tests.made import keep
from tests.pages.test_pages import keep_run, opened, words_of
from tests.recorded import a_record, a_turn, events_of
from tests.warm import swarm

PAGE = "side_by_side/page.py"
LIBRARY = [*load_library((PROJECT / "data" / "missions",)).values()]
HOSTILE = '<b onmouseover=x>m</b> <a href="https://evil.example">x</a>'


@pytest.fixture(autouse=True)
def fresh_caches():
    st.cache_resource.clear()


def scored(points: int) -> Verdict:
    """A verdict in which the sum of the first four criteria is so many points."""
    each, more = divmod(points, 4)
    return Verdict(
        "sim/judge",
        tuple(Score(name, min(4, each + (at < more)), "so so") for at, name in enumerate(CRITERIA)),
    )


def keep_arms(
    settings, missions: int = 8, *, simulated: bool = True, judge: str = "sim/judge", **protocols: int
) -> None:
    """One run of every protocol on every mission; by how many points it is above 8, one more every second time."""
    events = [
        replace(event, spec=replace(event.spec, judge=judge)) if isinstance(event, RunStarted) else event
        for number in range(missions)
        for place, (protocol, points) in enumerate(protocols.items())
        for event in events_of(
            [a_turn(1), a_turn(2, builds_on=[1])],
            run_id=f"20261122-120000-{number:03x}{len(judge) % 16:x}{place + 4 * simulated:02x}",
            mission=Mission(f"m{number}", f"Mission {number}", "Do it.", level="L1" if number == 7 else "L2"),
            judged=scored(8 + points + (number % 2 if place else 0)),
            spec={"protocol": protocol},
            simulated=simulated,
        )
    ]
    keep(settings, events, f"arms-{simulated}-{len(judge)}")


def said_on(app) -> str:
    """All words without escapes."""
    return words_of(app).replace("\\", "")


def test_without_a_subject_the_page_says_what_it_is_for_and_leads_on(settings):
    assert "No run has finished yet" in said_on(opened(PAGE))
    keep_arms(settings, sequential=3, shared=0)
    app = opened(PAGE)
    assert "16 finished runs" in said_on(app)
    assert app.button(key="by_models_Simulated").disabled
    app.button(key="by_protocol_Simulated").click().run()
    assert (app.query_params["by"], app.query_params["kind"]) == ("protocol", "Simulated")
    assert "scored" in said_on(app)


def test_two_runs_stand_side_by_side_and_what_differs_is_marked(settings):
    other = [a_turn(1, text="Bake rolls."), a_turn(2, "abstain"), a_turn(3)]
    pair = [keep_run(settings), keep_run(settings, other, spec={"protocol": "shared"}, judged=scored(8))]
    app = opened(PAGE, run=pair)
    assert not app.error
    said = said_on(app)
    assert "Sequential scored 0.75 and Shared 0.50" in said
    assert "One run of each is an example, not evidence." in said
    assert "interval" not in said
    table = app.table[0].value
    assert {"**≠ Quality**", "**= Seed**"} <= {name.replace("\\", "") for name in table[" "]}
    assert "Bake :orange-background[**rolls.**]" in said


def test_three_runs_are_each_set_against_the_first(settings):
    runs = [keep_run(settings, spec={"protocol": name}) for name in ("sequential", "shared", "broadcast")]
    app = opened(PAGE, run=runs)
    assert "Sequential and Broadcast. Sequential scored" in said_on(app)
    app.segmented_control(key="compared_text").set_value(2).run()
    assert not app.exception
    assert "only in Broadcast" in said_on(app)


def test_runs_of_the_same_protocol_are_told_apart(settings):
    app = opened(PAGE, run=[keep_run(settings), keep_run(settings, spec={"seed": 5})])
    assert [each.value for each in app.subheader][:2] == ["1\\: Sequential", "2\\: Sequential"]
    assert "seed (0 against 5)" in said_on(app)


def a_bad_link(settings, case: str) -> list[str]:
    run_id = keep_run(settings)
    more = {
        "one": [],
        "five": [keep_run(settings) for _ in range(4)],
        "twice": [run_id],
        "unknown": ["20200101-000000-000000"],
        "no id": ["../../etc/passwd"],
        "another mission": [keep_run(settings, mission=Mission("own", "Close a bakery", "Close it."))],
        "another kind": [keep_run(settings, simulated=False)],
    }
    return [run_id, *more[case]]


@pytest.mark.parametrize(
    ("case", "told"),
    [
        ("one", "the link names 1"),
        ("five", "the link names 5"),
        ("twice", "twice"),
        ("unknown", "no run"),
        ("no id", "etc/passwd"),
        ("another mission", "only runs of one mission can be compared"),
        ("another kind", "one run is simulated and the other is real"),
    ],
)
def test_runs_that_say_nothing_together_are_one_sentence_and_no_number(case, told, settings):
    app = opened(PAGE, run=a_bad_link(settings, case))
    assert len(app.error) == 1
    assert told in app.error[0].value.replace("\\", "").lower()
    assert not app.table
    app.button(key="back").click().run()
    assert "run" not in app.query_params


def test_the_verdict_on_groups_comes_first_in_words(settings):
    keep_arms(settings, shared=0, sequential=3)
    app = opened(PAGE, by="protocol", reference="Shared")
    assert not app.error
    headline = next(each.value for each in app.markdown if each.value.startswith("####")).replace("\\", "")
    assert headline.startswith(
        "#### On 8 missions (16 simulated runs), Sequential scored 0.219 higher than Shared (95 %"
    )
    assert "; better)" in headline
    assert app.query_params["by"] == "protocol"
    assert "Seed 0, the first that all have" in said_on(app)
    assert len(app.dataframe[0].value) == 8


def test_a_stray_run_is_no_reference_unless_it_was_chosen(settings):
    keep_arms(settings, shared=0, sequential=3)
    keep_run(settings, run_id="20261122-120000-ffffff", spec={"protocol": "batched"})
    app = opened(PAGE, by="protocol")
    assert app.selectbox(key="compared_reference").value == "Sequential"
    said = said_on(app)
    assert "Shared scored 0.219 lower than Sequential" in said
    assert "Nothing is said of Batched: no other group has a run of the same missions" in said


def test_the_reference_and_the_groups_are_chosen_and_the_address_keeps_them(settings):
    keep_arms(settings, shared=0, sequential=3, solo=1, broadcast=2, coordinator=4)
    app = opened(PAGE, by="protocol")
    assert len(app.multiselect(key="compared_group").value) == 4
    app.multiselect(key="compared_group").set_value(["Solo", "Shared"]).run()
    assert app.query_params["group"] == ["Solo", "Shared"]
    assert "Shared scored" in said_on(app)
    app.selectbox(key="compared_reference").set_value("Shared").run()
    assert app.query_params["reference"] == "Shared"
    assert "Solo scored" in said_on(app)
    assert "Broadcast" not in next(each.value for each in app.markdown if each.value.startswith("####"))
    app.segmented_control(key="compared_by").set_value("models").run()
    assert "group" not in app.query_params
    assert "only one group of runs" in said_on(app)


def test_simulated_and_real_runs_are_never_in_one_comparison(settings):
    keep_arms(settings, shared=0, sequential=3)
    keep_arms(settings, shared=0, sequential=1, simulated=False)
    app = opened(PAGE, by="protocol")
    assert "(16 simulated runs)" in said_on(app)
    app.segmented_control(key="compared_kind").set_value("Real").run()
    assert "(16 runs)" in said_on(app)
    assert "SIMULATED" not in said_on(app)


def test_scores_of_two_judges_are_not_mixed(settings):
    keep_arms(settings, shared=0, sequential=3)
    keep_arms(settings, 2, judge="sim/another", shared=0, sequential=1)
    app = opened(PAGE, by="protocol")
    assert app.selectbox(key="compared_judge").value == "sim/judge"
    assert "On 8 missions (16 simulated runs)" in said_on(app)
    app.selectbox(key="compared_judge").set_value("sim/another").run()
    assert "on 2 missions (4 simulated runs)" in said_on(app)


@pytest.mark.parametrize(
    ("arms", "told"),
    [
        ({"missions": 1, "shared": 0, "sequential": 3}, "there is one run of each"),
        ({"sequential": 3}, "only one group of runs"),
    ],
)
def test_groups_that_say_nothing_are_one_sentence_and_no_number(arms, told, settings):
    keep_arms(settings, **arms)
    app = opened(PAGE, by="protocol")
    assert told in said_on(app)
    assert "Nothing can be said" in said_on(app)
    assert not app.table
    assert not app.dataframe
    assert "interval" not in said_on(app)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ({"by": "luck"}, "unknown way to form groups 'luck'"),
        ({"by": "protocol", "level": "L9"}, "unknown level 'l9'"),
        ({"by": "protocol", "find": "atlantis"}, "no finished run matches"),
        ({"experiment": "none-such"}, "no experiment 'none-such'"),
    ],
)
def test_a_bad_link_to_groups_is_one_sentence(query, told, settings):
    keep_arms(settings, shared=0, sequential=3)
    app = opened(PAGE, **query)
    assert [told in error.value.replace("\\", "").lower() for error in app.error] == [True]


def test_filters_of_the_link_hold_and_are_told(settings):
    keep_arms(settings, shared=0, sequential=3, solo=1)
    app = opened(PAGE, by="protocol", of_protocol=["shared", "solo"], level="L2")
    assert "protocol shared, solo; level 2" in said_on(app)
    assert "On 7 missions" in said_on(app)
    assert "Sequential" not in next(each.value for each in app.markdown if each.value.startswith("####"))


def test_the_runs_of_a_mission_are_led_to_under_the_same_filters(settings):
    keep_arms(settings, shared=0, sequential=3, solo=1)
    app = opened(PAGE, by="protocol", of_protocol=["shared", "solo"], level="L2", agents="2")
    links = next(
        each.value["Runs"] for each in app.dataframe if "Runs" in each.value and "Mission" in each.value
    )
    found = opened("history/page.py", **parse_qs(links[0].partition("?")[2]))
    assert {*found.multiselect(key="of_protocol").value} == {"shared", "solo"}
    assert "level 2; 2 agents" in said_on(found)
    assert len(found.multiselect(key="pick_0").options) == 2


@pytest.mark.parametrize(
    ("query", "told"),
    [({"agents": "many"}, "no number of agents"), ({"shock": "thunder"}, "unknown shock 'thunder'")],
)
@pytest.mark.parametrize("page", [PAGE, "history/page.py"])
def test_conditions_that_are_none_are_one_sentence(page, query, told, settings):
    keep_arms(settings, shared=0, sequential=3)
    app = opened(page, by="protocol", **query)
    assert [told in error.value.replace("\\", "").lower() for error in app.error] == [True]


def test_a_few_chosen_runs_lead_to_columns_and_many_to_groups(settings):
    keep_arms(settings, shared=0, sequential=3)
    app = opened("history/page.py")
    assert len({*app.multiselect(key="pick_0").options}) == 16
    rows = [f"20261122-120000-{number:03x}9{place + 4:02x}" for number in range(3) for place in range(2)]
    app.multiselect(key="pick_0").set_value(rows[:2]).run()
    app.button(key="compare").click().run()
    assert {*app.query_params["run"]} == {*rows[:2]}
    assert "by" not in app.query_params
    app = opened("history/page.py")
    app.multiselect(key="pick_0").set_value(rows).run()
    app.button(key="compare").click().run()
    assert app.query_params["by"] == "protocol"
    assert "On 3 missions (6 simulated runs)" in said_on(app).replace("on 3", "On 3")


def test_all_that_match_are_compared_with_the_filters_of_the_history(settings):
    keep_arms(settings, shared=0, sequential=3, solo=2)
    app = opened("history/page.py")
    app.multiselect(key="of_protocol").set_value(["shared", "solo"]).run()
    (link,) = [each.proto for each in app.get("page_link") if each.proto.label == "Compare all that match"]
    assert link.query_string == "by=protocol&of_protocol=shared&of_protocol=solo"


def figures_of(comparison):
    groups = comparison.groups
    yield forest_figure(comparison)
    yield by_mission_figure(groups)
    yield quality_cost_figure(standpoints(groups), simulated=comparison.simulated)
    yield measure_figure(groups, "depth")


@pytest.mark.parametrize("simulated", [True, False])
def test_every_figure_says_whether_its_runs_are_simulated(simulated):
    cells = [*arm("sequential", 0.1, simulated=simulated), *arm("shared", 0, simulated=simulated)]
    for figure in figures_of(compare_groups(groups_by(cells, "protocol")[0])):
        assert ("SIMULATED" in figure.to_json()) is simulated


def test_names_and_missions_are_text_in_every_figure():
    cells = [
        replace(each, title=HOSTILE)
        for name in ("sequential", "shared")
        for each in arm(name, 0.1, models=HOSTILE)
    ]
    other = [replace(each, condition=each.condition._replace(models="sim/weak ×8")) for each in cells]
    for figure in figures_of(compare_groups(groups_by([*cells, *other], "models")[0])):
        assert "<a " not in figure.to_json().replace("\\u003c", "<")


def test_the_forest_has_a_row_for_every_contrast_and_a_stroke_for_every_mission():
    cells = [*arm("sequential", 0.1), *arm("solo", 0.03, spread=0.09), *arm("shared", 0, spread=0)]
    comparison = compare_groups(groups_by(cells, "protocol", "Shared")[0])
    drawn = forest_figure(comparison).data
    assert [len(trace.x) for trace in drawn] == [12, 12, 1, 1]
    assert sorted({round(x, 9) for x in drawn[0].x}) == [0.08, 0.12]
    assert [trace.marker.symbol for trace in drawn[2:]] == ["triangle-right", "circle-open"]
    assert drawn[2].error_x.array[0] == pytest.approx(
        comparison.contrasts[0].difference.high - comparison.contrasts[0].difference.difference
    )


def test_what_has_no_interval_is_drawn_without_one():
    cells = [*arm("sequential", 0.125, spread=0), *arm("shared", 0, spread=0)]
    forest = forest_figure(compare_groups(groups_by(cells, "protocol")[0]))
    assert forest.data[-1].error_x.array is None


def test_a_measure_that_no_run_has_is_not_drawn():
    cells = [each for name in ("sequential", "shared") for each in arm(name, 0.1, measures={"depth": None})]
    assert measure_figure(groups_by(cells, "protocol")[0], "depth") is None


@pytest.mark.parametrize(("dear", "kind"), [(0.06, "linear"), (0.6, "log"), (0.0, "linear")])
def test_cost_is_logarithmic_when_it_spans_much(dear, kind):
    cells = [*arm("sequential", 0.1, measures={"cost_usd": dear}), *arm("shared", 0)]
    points = standpoints(groups_by(cells, "protocol")[0])
    assert quality_cost_figure(points, simulated=True).layout.xaxis.type == kind


def test_the_example_is_the_mission_nearest_to_the_mean_and_not_the_best():
    cells = [
        cell(number, [0.5 + shift], protocol="sequential")
        for number, shift in enumerate([0.4, 0.1, 0.14, 0.02, 0.05])
    ]
    cells += [cell(number, [0.5], protocol="shared") for number in range(5)]
    comparison = compare_groups(groups_by(cells, "protocol", "Shared")[0])
    assert typical(comparison, means_by_mission(comparison.groups)) == "m02"


def test_the_runs_of_an_example_took_place_under_the_same_conditions():
    strong, weak = {"models": "sim/strong ×8"}, {"models": "sim/weak ×8"}
    solo = [cell(0, [0.5], protocol="solo", **weak), cell(0, [0.9], protocol="solo", **strong)]
    shared = [cell(0, [0.9], protocol="shared", **strong), cell(0, [0.5], protocol="shared", **weak)]
    for cells in ([*solo, *shared], [*solo, replace(shared[0], seeds=(7,)), shared[1]]):
        chosen, seed = alike(groups_by(cells, "protocol")[0], "m00")
        assert len({each.condition.models for each in chosen}) == 1
        assert all(seed in each.seeds for each in chosen)
    apart = [replace(each, seeds=(7,)) for each in shared]
    assert alike(groups_by([*solo, *apart], "protocol")[0], "m00") is None


def test_timelines_side_by_side_have_the_same_axes():
    short = a_record([a_turn(1)], agents=4, judged=scored(8))
    long = a_record([a_turn(seat, tokens=900) for seat in range(1, 5)], judged=scored(8))
    figures = aligned_timelines([short, long])
    for axis in ("xaxis", "yaxis2", "yaxis3"):
        assert figures[0].layout[axis].range == figures[1].layout[axis].range


def test_what_became_of_the_agents_is_counted_on_one_scale():
    records = [a_record([a_turn(1), a_turn(2, "abstain")]), a_record([a_turn(seat) for seat in range(1, 9)])]
    figure = standings_figure(records, ["Small", "Large"])
    assert {trace.name: [*trace.x] for trace in figure.data} == {
        "Contributed": [1, 8],
        "Abstained by choice": [1, 0],
    }
    assert figure.layout.xaxis.range[1] >= 8


def test_marked_words_of_agents_stay_text():
    written = markdown_of(
        (Passage("**Bold** ![x](http://evil.example) ", True), Passage("same:red[x]\n- item", False))
    )
    assert written.startswith(":orange-background[**\\*\\*Bold\\*\\* \\!\\[x\\]")
    assert written.endswith("same\\:red\\[x\\]  \n\\- item")


def test_an_experiment_is_compared_by_what_it_asks_about(settings):
    grid = Grid("Bosses", (Way("sequential"),), ("sim/strong", "sim/weak"), (2,), tuple(LIBRARY[:2]))
    asyncio.run(perform(settings, Experiment(grid, Terms())))
    keep_arms(settings, shared=0, sequential=3)
    app = opened(PAGE, experiment=grid.id)
    assert not app.error
    assert app.segmented_control(key="compared_by").value == "models"
    assert "on 2 missions (4 simulated runs), sim/weak scored" in said_on(app)
    assert len(opened("history/page.py", experiment=grid.id).dataframe[0].value) == 4


def test_the_command_says_the_same_as_the_page(settings):
    keep_arms(settings, shared=0, sequential=3)
    told = json.loads(swarm("compare", "--by", "protocol", "--reference", "Shared", "--json").stdout)
    assert told["finding"].startswith(
        "On 8 missions (16 simulated runs), Sequential scored 0.219 higher than Shared"
    )
    (contrast,) = told["contrasts"]
    assert contrast["difference"]["difference"] == pytest.approx(0.21875)
    assert [group["measures"]["quality"]["missions"] for group in told["groups"]] == [8, 8]


def test_the_command_refuses_what_says_nothing_in_one_sentence(settings):
    keep_arms(settings, 1, shared=0, sequential=3)
    refused = swarm("compare", "--by", "protocol")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("error: there is one run of each")


def test_groups_on_different_days_lead_to_an_experiment_that_plays_them_interleaved(settings, tmp_path):
    """Its price stands before the button that begins it; the command writes the same as a file."""
    keep_arms(settings, simulated=False, shared=0, sequential=3)
    app = opened(PAGE, by="protocol")
    assert "play them interleaved" in said_on(app)
    planned = app.button(key="interleave").click().run()
    assert not planned.exception
    assert "16 runs" in said_on(planned)
    assert planned.button(key="exp_start")
    assert not any(field.key == "exp_name" for field in planned.text_input)
    refused = swarm("compare", "--by", "protocol", "--interleave", str(tmp_path / "x.toml"))
    assert refused.returncode == 2
    assert "unknown mission" in refused.stderr
