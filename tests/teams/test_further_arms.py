"""Arms that are asked for: the team without its leader or a role, or on a cheaper model."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from swarm.cell import Cell, models_as_kept, options_as_kept
from swarm.cli import app
from swarm.errors import BadInput, UnknownName
from swarm.experiment.recipe import Recipes, checked
from swarm.grid import EXPERIMENT, Experiment, Grid
from swarm.protocols.given_team import Step, read_steps
from swarm.team import make_team
from swarm.teams import toml
from swarm.teams.export import write_files
from swarm.teams.formats import settled
from swarm.teams.reading.given import GivenRole, GivenTeam
from swarm.teams.storage import keep_team, team_of
from swarm.teams.trial import described
from swarm.teams.trial import sentences as words
from swarm.teams.trial.arms import is_team_test, own_missions, team_test
from swarm.teams.trial.further import Wanted, kind_of, names_of_further, seats_called, without
from swarm.teams.trial.verdict import TeamVerdict, team_verdict
from tests.compared import arm
from tests.teams.examples import BAKERY
from tests.teams.judged import GRID
from tests.warm import swarm

TEAM = settled(BAKERY)
LED = settled(replace(BAKERY, coordination="leader", steps=()))
MISSIONS = own_missions(TEAM, [{"guests": "families"}, {"guests": "owls"}])
ALL = Wanted(leaderless=True, each_role=True, cheaper="sim/weak", cheaper_for=(2,))


def made(settings, team: GivenTeam, wanted: Wanted, **more) -> Experiment:
    return team_test(team, MISSIONS, settings, model="sim/strong", further=wanted, **more)


def test_arms_that_are_asked_for_stand_beside_the_usual_ones_and_are_set_against_your_roles(settings):
    usual, grid = made(settings, LED, Wanted()).grid, made(settings, LED, ALL).grid
    names = ("Without the leader", "Without Baker", "Without Clerk", "Baker on sim/weak")
    assert names_of_further(grid) == names
    assert [kind_of(grid, each) for each in grid.more] == ["leader", "role", "role", "models"]
    assert (grid.ways, grid.teams, grid.size) == (usual.ways, usual.teams, 7 * len(MISSIONS))
    assert grid.comparisons == tuple((number, 0) for number in range(1, 7))
    assert is_team_test(grid)
    assert grid.id != usual.id
    assert (
        EXPERIMENT.validate_json(EXPERIMENT.dump_json(Experiment(grid, made(settings, LED, ALL).terms))).grid
        == grid
    )


def test_every_arm_differs_from_your_roles_in_one_thing(settings):
    grid = made(settings, LED, ALL).grid
    given, leaderless, *_, last = [grid.arms[0], *grid.more]
    assert (leaderless.way.options["roles"], leaderless.way.options.get("led")) == (("Baker", "Clerk"), None)
    assert [(each.agents, each.models) for each in grid.more] == [
        (2, "sim/strong"),
        (2, "sim/strong"),
        (2, "sim/strong"),
        (3, "1 sim/strong, 1 sim/weak, 1 sim/strong"),
    ]
    assert {**last.way.options, "title": ""} == {**given.way.options, "title": ""}
    recipes = Recipes(grid, settings)
    played = [recipes.of(grid.planned(number)) for number in range(len(grid.arms))]
    assert len({(spec.mission, spec.seed, spec.judge, spec.limits) for spec in played}) == 1


@pytest.mark.parametrize(
    ("steps", "seat", "left"),
    [
        (TEAM.steps, 1, ("1 range hears nobody", "2 site+permits hears nobody", "1 menu hears 1 2")),
        (TEAM.steps, 2, ("1 site+range", "2 permits+menu hears 1")),
        (TEAM.steps, 3, ("1 site", "2 range hears nobody", "2 permits+menu hears 1 2")),
        ((Step(1, "a"), Step(2, "b"), Step(3, "c")), 2, ("1 a", "2 b+c")),
        ((), 2, ()),
        ((Step(1), Step(2), Step(1)), 2, ("1", "1")),
    ],
)
def test_what_a_role_had_to_deliver_goes_to_whoever_reads_it_next(steps, seat, left):
    told = tuple(map(str, without(replace(TEAM, steps=steps), seat).steps))
    assert told == left
    assert tuple(map(str, read_steps(told, 2))) == left or not left


def test_a_task_that_was_handed_over_is_told_to_its_new_role(settings):
    grid = made(settings, TEAM, Wanted(without=(1,))).grid
    spec = Recipes(grid, settings).of(grid.planned(3))
    assert spec.options["steps"] == (
        "1 range hears nobody",
        "2 site+permits hears nobody",
        "1 menu hears 1 2",
    )
    assert len(spec.team) == 2


@pytest.mark.parametrize(
    ("team", "wanted", "more", "said"),
    [
        (TEAM, Wanted(leaderless=True), {}, "has no leader"),
        (TEAM, Wanted(cheaper="sim/strong"), {}, "so it is in the team already"),
        (TEAM, Wanted(cheaper_for=(1,)), {}, "say which model"),
        (TEAM, Wanted(), {"left_out": ["free"]}, "ask for another arm"),
        (GivenTeam("T", (GivenRole("A", "a"),)), Wanted(without=(1,)), {}, "nobody left"),
        (replace(TEAM, steps=(Step(1),)), Wanted(each_role=True), {}, "only one role"),
        (TEAM, Wanted(cheaper="openai/gpt-4.1-mini"), {}, "simulated and real|key"),
    ],
)
def test_an_arm_that_cannot_be_is_refused_with_the_reason(settings, team, wanted, more, said):
    with pytest.raises(BadInput, match=said):
        checked(Recipes(made(settings, team, wanted, **more).grid, settings), None)


def test_roles_are_called_by_their_names_in_any_case():
    twins = replace(TEAM, roles=(*TEAM.roles, TEAM.roles[0]))
    assert seats_called(twins, ["baker", " Scout "]) == (2, 1, 4)
    with pytest.raises(UnknownName, match="Clerk"):
        seats_called(TEAM, ["Cook"])


def test_usual_arms_can_be_left_out(settings):
    grid = made(settings, LED, Wanted(leaderless=True), left_out=["free", "solo"]).grid
    assert (is_team_test(grid), grid.size, grid.comparisons) == (True, 2 * len(MISSIONS), ((1, 0),))
    assert described.arms_in_words(grid).startswith(
        "Your roles against them without the leader: sim/strong, 2 missions"
    )
    assert len(described.about_the_arms(grid)) == 3


def test_a_team_is_found_again_by_a_test_with_more_arms(settings):
    keep_team(settings, LED)
    assert team_of(settings, made(settings, LED, ALL).grid) == LED


def cells_of(
    grid: Grid, shifts: list[float], costs: list[float], tokens: tuple[float, ...] = (), **more: object
) -> list[Cell]:
    found: list[Cell] = []
    for played, shift, cost, place in zip(grid.arms, shifts, costs, range(9), strict=False):
        cells = arm(
            played.way.protocol,
            shift,
            spread=0.004 * (place + 1),
            missions=36,
            options=options_as_kept(played.way.options),
            models=models_as_kept(make_team([played.models], played.agents)),
            agents=played.agents,
            measures={"cost_usd": cost, "tokens": (*tokens, *[1000.0] * 9)[place]},
            **{"simulated": False} | more,
        )
        found += [_uneven(cell, number, 0.02 * (place > 0)) for number, cell in enumerate(cells)]
    return found


def _uneven(cell: Cell, number: int, share: float) -> Cell:
    costs = tuple((cost or 0.0) * (1 + share * (-1) ** number) for cost in cell.values["cost_usd"])
    return replace(cell, values={**cell.values, "cost_usd": costs})


def judged(settings, wanted: Wanted, shifts: list[float], costs: list[float], **more) -> TeamVerdict:
    left_out = more.pop("left_out", ())
    experiment = made(settings, LED, wanted, left_out=left_out)
    grid = replace(experiment.grid, missions=GRID.missions)
    return team_verdict(Experiment(grid, experiment.terms), cells_of(grid, shifts, costs, **more))


LOWER, SAME, HIGHER = -0.1, 0.0, 0.1


@pytest.mark.parametrize(
    ("shift", "cost", "leader", "role", "models"),
    [
        (
            LOWER,
            0.05,
            "Your manager is worth it.",
            "Baker earns its tokens.",
            "Keep your models: All on sim/weak",
        ),
        (
            SAME,
            0.05,
            "Your manager is not worth it",
            "Baker does not earn its tokens",
            "All on sim/weak will do",
        ),
        (
            HIGHER,
            0.1,
            "Your manager is not worth it",
            "Baker does not earn its tokens",
            "All on sim/weak will do",
        ),
        (
            SAME,
            0.1,
            "Keep your manager: without, nothing",
            "Keep Baker: without, nothing",
            "Keep your models",
        ),
    ],
)
def test_what_was_asked_is_answered(settings, shift, cost, leader, role, models):
    wanted = Wanted(leaderless=True, without=(2,), cheaper="sim/weak")
    found = judged(settings, wanted, [0, 0, 0, *[shift] * 3], [0.1] * 3 + [cost] * 3)
    told = words.further(found)
    assert [line.startswith(said) for line, said in zip(told, (leader, role, models), strict=True)] == [
        True
    ] * 3
    for line, who in zip(told, ("without the leader", "without Baker", ", All on sim/weak,"), strict=True):
        assert f"our roles {who}".replace(" ,", ",") in line
    assert found.comparison.comparisons == 5
    assert {**found.contrasts}.keys() == {"free", "solo"}
    rows = words.verdict_in_words(found)["further"]
    assert [row["arm"] for row in rows] == ["Without the leader", "Without Baker", "All on sim/weak"]  # type: ignore[index,union-attr]


def test_what_is_not_settled_is_said_with_what_would_settle_it(settings):
    found = judged(settings, Wanted(without=(2,)), [0, 0, 0, -0.001], [0.1] * 4)
    [each] = found.further
    assert words.further_advice(replace(each, contrast=replace(each.contrast, verdict="undetermined"))) == (
        "Whether Baker earns its tokens is not shown."
    )


def test_a_rehearsal_answers_nothing(settings):
    found = judged(settings, Wanted(without=(2,)), [0, 0, 0, -0.1], [0.1] * 4, simulated=True)
    [line] = words.further(found)
    assert line.startswith("Your roles without Baker scored 0.100 lower than your roles as they are")
    assert words.verdict_in_words(found)["further"][0]["advised"] is None  # type: ignore[index]


def test_alone_they_make_the_sentence_and_the_advice(settings):
    wanted = Wanted(leaderless=True)
    found = judged(settings, wanted, [0, -0.1], [0.1, 0.05], left_out=["free", "solo"])
    assert "your roles without the leader scored 0.100 lower than your roles as they are" in words.sentence(
        found
    )
    assert words.advice(found) == "Your manager is worth it."
    assert (words.winners(found), found.recommended, words.unsettled(found)) == ((), None, ())


def test_arms_are_asked_for_by_the_command_line_and_played(tmp_path: Path):
    write_files(toml.write(replace(LED, max_usd=None, inputs={}, tasks=(), goal="Bake.")), tmp_path)
    asked = ["team", "test", str(tmp_path / "team.toml"), "--model", "sim/strong", "--missions", "6"]
    more = [
        "--without-leader",
        "--without",
        "baker",
        "--cheaper",
        "sim/weak",
        "--leave-out",
        "solo",
        "--json",
    ]
    plan = json.loads(CliRunner().invoke(app, [*asked, *more, "--plan"]).stdout)
    assert (plan["arms"], plan["comparisons"], plan["runs"]) == (5, 4, 30)
    told = json.loads(swarm(*asked, *more).stdout)
    assert [row["arm"] for row in told["further"]] == [
        "Without the leader",
        "Without Baker",
        "All on sim/weak",
    ]
    assert [group["name"] for group in told["comparison"]["groups"]][:2] == ["Your roles", "No roles"]


def test_arms_that_used_other_tokens_than_your_roles_are_told_with_how_many_times_as_many(settings):
    tokens = (1500.0, 1000.0, 1500.0, 750.0)
    found = judged(settings, Wanted(without=(2,)), [0, 0, 0, -0.1], [0.1] * 4, tokens=tokens)
    free, solo = words.sentence(found).split("; one agent")
    assert free.endswith("about the same cost, with 1.5 times the tokens")
    assert "tokens" not in solo
    assert ", with 0.50 times the tokens." in words.further(found)[0]
