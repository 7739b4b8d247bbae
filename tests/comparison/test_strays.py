"""A stray run undoes no comparison: what has nothing in common with the others is left out and named."""

import json
from dataclasses import replace

import pytest
from typer.testing import CliRunner

from swarm.cli import app
from swarm.comparison.group import groups_by
from swarm.comparison.strays import compare_without_strays, usual_reference
from swarm.config import Settings
from swarm.errors import BadInput
from swarm.history.store import History
from swarm.mission import Mission
from swarm.recording.events import Event
from swarm.verdict import Verdict
from tests.comparison.test_comparison import FREE, GIVEN, arm, cell
from tests.made import keep, spec, told, turn, verdict


def groups_of(*cells, reference=None):
    return groups_by(cells, "protocol", reference)[0]


@pytest.mark.parametrize(
    ("stray", "why"),
    [
        (cell("m0", 0.9, protocol="batched", agents=4), "no other group has a run of the same missions"),
        (cell("elsewhere", 0.9, protocol="batched"), "no other group has a run of the same missions"),
        (
            cell("m0", 0.9, protocol="batched", judge="sim/other"),
            "no other group has a run of the same missions",
        ),
        (cell("m0", None, protocol="batched"), "Batched has no run with a quality"),
        (cell("m0", unfinished=1, protocol="batched"), "Batched has no run with a quality"),
    ],
)
def test_a_stray_run_leaves_the_rest_as_it_is(stray, why: str):
    alone = compare_without_strays(groups_of(*GIVEN, *FREE))
    groups = groups_of(*GIVEN, *FREE, stray)
    assert groups[0].name == "Batched"
    reference = usual_reference(groups)
    found = compare_without_strays(groups_of(*GIVEN, *FREE, stray, reference=reference))
    assert (reference, found.contrasts, found.comparisons) == ("Fixed roles", alone.contrasts, 1)
    [refused] = found.refused
    assert refused.name == "Batched"
    assert refused.why.startswith(why)


def test_a_group_on_too_few_missions_is_no_reference_of_its_own_accord():
    groups = groups_of(*GIVEN, *FREE, cell("m0", 0.9, protocol="batched"))
    reference = usual_reference(groups)
    assert reference == "Fixed roles"
    found = compare_without_strays(
        groups_of(*GIVEN, *FREE, cell("m0", 0.9, protocol="batched"), reference=reference)
    )
    assert [each.group.name for each in found.contrasts] == ["Sequential"]
    assert [each.name for each in found.refused] == ["Batched"]


def test_the_first_group_is_the_reference_as_long_as_nothing_stands_against_it():
    assert usual_reference(groups_of(*GIVEN, *FREE, *arm("shared", *[0.6] * 7))) == "Fixed roles"


def test_a_stray_that_was_asked_for_as_the_reference_is_refused():
    stray = cell("elsewhere", 0.9, protocol="batched")
    with pytest.raises(BadInput, match="no mission in common"):
        compare_without_strays(groups_of(*GIVEN, stray, *FREE, reference="Batched"))


def test_two_arms_of_failures_alone_are_not_said_to_be_alike():
    failed = [
        cell(f"m{n}", 0.25, nothing=1, protocol=protocol)
        for n in range(30)
        for protocol in ("shared", "sequential")
    ]
    with pytest.raises(BadInput, match="all failed by their own teams: no judge has seen any work"):
        compare_without_strays(groups_of(*failed))


def runs(protocol: str, missions: int, points: int, **changes) -> list[list[Event]]:
    return [
        told(
            f"20261122-12000{n}-{protocol[:6]:0<6}".replace("_", "0"),
            spec(Mission(f"m{n}", f"Mission {n}", "Do it."), protocol=protocol, **changes),
            judged=verdict(points if n else 3),
        )
        for n in range(missions)
    ]


def compare(*arguments: str):
    return CliRunner().invoke(app, ["compare", "--by", "protocol", "--simulated", *arguments])


def test_the_command_compares_the_rest_beside_a_stray_run(settings: Settings):
    for events in (*runs("fixed_roles", 7, 2), *runs("sequential", 7, 4), *runs("batched", 1, 3, agents=2)):
        keep(settings, events)
    done = compare("--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert [(each["group"], each["reference"]) for each in found["contrasts"]] == [
        ("Sequential", "Fixed roles")
    ]
    assert [each["name"] for each in found["refused"]] == ["Batched"]
    assert "Nothing is said of Batched" in " ".join(found["remarks"])


@pytest.mark.parametrize("scored", [True, False])
def test_one_mission_and_two_judges_are_one_plain_sentence_without_a_number(settings: Settings, scored: bool):
    for protocol, judge in (("sequential", "sim/judge"), ("shared", "sim/weak")):
        judged = verdict() if scored else Verdict(judge, unscored="it was not to be reached")
        events = told(f"20261122-120000-{protocol[:6]:0<6}", spec(protocol=protocol), judged=judged)
        recipe = events[0].spec  # pyright: ignore
        keep(settings, [_with_judge(events[0], recipe, judge), *events[1:]])
    done = compare()
    assert done.exit_code != 0
    said = str(done.exception)
    assert not any(character.isdigit() for character in said)
    assert ("different judges" if scored else "has no scored run") in said
    assert "\n" not in said


def _with_judge(event, recipe, judge):
    return replace(event, spec=replace(recipe, judge=judge))


def test_cells_count_failures_of_a_teams_own_and_name_gaps_by_their_reason(settings: Settings):
    mute = Verdict("sim/judge", unscored="nothing was delivered")
    unread = Verdict("sim/judge", unscored="its reply could not be read")
    ends = [
        {"judged": verdict(4)},
        {"turns": [turn(0, action="abstain")], "judged": mute},
        {"judged": unread},
        {"ending": "stopped"},
        {"ending": "limited"},
        {"ending": "limited"},
    ]
    for seed, how in enumerate(ends):
        keep(settings, told(f"20261122-120000-{seed:06x}", spec(seed=seed), simulated=False, **how))
    [found] = History(settings).cells()
    assert (found.seeds, found.values["quality"]) == ((0, 1, 2), (1.0, 0.25, None))
    assert found.values["mission_relevance"] == (4, 1, None)
    assert (found.nothing, found.unfinished, found.unscored, found.gaps) == (1, 3, 1, 4)
    assert found.missing == {"the judge gave no verdict": 1, "it was stopped": 1, "a limit was reached": 2}
