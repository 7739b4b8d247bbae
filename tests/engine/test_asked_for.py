"""What a person asks for reaches the recipe: by the Python API, by the command line, and as an experiment's runs."""

import inspect
import json
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from swarm.cli import app
from swarm.cli import run as cli_run
from swarm.config import Settings
from swarm.engine.compose import Remember, compose, remember_nothing
from swarm.engine.wish import Wish
from swarm.experiment.recipe import Recipes
from swarm.grid import Grid, Way
from swarm.limits import Limits
from swarm.mission import Mission, mission_from_text
from swarm.models.catalogue import simulated_version
from swarm.prompts import render
from swarm.recording.journal_lines import read_journal
from swarm.recording.record import spec_of
from swarm.shock import Shock
from swarm.spec import DEFAULT_MAX_TOKENS, PastRole, RunSpec
from tests.staging import MISSION

TREES = mission_from_text("Plant trees")
TEAM = ("1 sim/weak", "sim/strong")
OWN = """
[[models]]
id = "house/{name}"
label = "{name}"
family = "{name}"
structured = "none"
cache = "none"
api_base = "http://127.0.0.1:9/v1"
max_output = {tokens}
price = {{ input = 1.0, cached = 1.0, output = 1.0 }}
"""


@pytest.fixture
def own(settings: Settings) -> Settings:
    """Settings with models whose replies are of different lengths."""
    lengths = {"short": 700, "long": 900, "judge": 1_100}
    text = "".join(OWN.format(name=name, tokens=tokens) for name, tokens in lengths.items())
    (settings.data / "models.toml").write_text(text)
    return settings


def remembering(organization: str, mission: Mission, simulated: bool) -> tuple[PastRole, ...]:
    """What is remembered says who asked."""
    return (PastRole(f"{organization} {mission.title} {simulated}", 1, "Digger"),)


Row = tuple[Any, str, Any]
COMPOSED: dict[str, tuple[dict[str, Any], Row, Row]] = {
    # parameter: what has to be so for it to show; two values, the field of the recipe, and what stands there
    "mission": ({}, (TREES, "mission", TREES), (MISSION, "mission", MISSION)),
    "protocol": ({}, ("shared", "protocol", "shared"), ("solo", "protocol", "solo")),
    "options": ({"protocol": "batched"}, ({"size": 2}, "options", {"size": 2}), ({}, "options", {})),
    "agents": ({}, (3, "size", 3), (5, "size", 5)),
    "models": (
        {"agents": 2},
        (TEAM, "models", ["sim/weak", "sim/strong"]),
        (("sim/weak",), "models", ["sim/weak"] * 2),
    ),
    "judge": ({}, ("none", "judge", None), ("sim/judge", "judge", "sim/judge")),
    "form": ({}, ("short", "form", "short"), ("whole", "form", "whole")),
    "seed": ({}, (7, "seed", 7), (11, "seed", 11)),
    "limits": (
        {},
        (Limits(1.5, 20, 3, 4.5), "limits", Limits(1.5, 20, 3, 4.5)),
        (Limits(), "limits", Limits()),
    ),
    "pace": ({}, ("fast", "pace", "fast"), ("real", "pace", "real")),
    "organization": ({}, ("acme", "organization", "acme"), ("other", "organization", "other")),
    "remember": (
        {"protocol": "shared", "organization": "acme", "mission": TREES},
        (remembering, "memory", remembering("acme", TREES, True)),
        (lambda *asked: (), "memory", ()),
    ),
    "shock": ({}, (Shock("hub"), "shock", Shock("hub")), (None, "shock", None)),
}


def seen(spec: RunSpec, field: str) -> Any:
    """A field, or what a team is made of."""
    if field == "size":
        return len(spec.team)
    return [seat.model for seat in spec.team] if field == "models" else getattr(spec, field)


def composed(settings: Settings, *, remember: Remember = remember_nothing, **asked: Any) -> RunSpec:
    return compose(Wish(**asked), settings, remember=remember)


@pytest.mark.parametrize("place", [1, 2])
@pytest.mark.parametrize("name", COMPOSED)
def test_what_is_asked_for_stands_in_the_recipe_and_nothing_else_changes(
    name: str, place: int, settings: Settings
):
    besides, *rows = COMPOSED[name]
    value, field, shows = rows[place - 1]
    usual = {"mission": MISSION, "judge": "none", "agents": 4} | besides
    spec = composed(settings, **usual | {name: value})
    assert seen(spec, field) == shows
    kept = {"size": "team", "models": "team"}.get(field, field)
    changed = {
        one.name
        for one in fields(RunSpec)
        if getattr(spec, one.name) != getattr(composed(settings, **usual), one.name)
    }
    assert changed <= {kept, *(["warnings", "judge_max_tokens"] if name == "judge" else [])}


def test_everything_that_can_be_asked_for_is_held_to_reach_the_recipe():
    assert {*COMPOSED} - {"remember"} == {field.name for field in fields(Wish)}
    assert {*inspect.signature(compose).parameters} == {"wish", "settings", "remember"}


def test_each_reply_may_be_as_long_as_its_own_model_has_it(own: Settings):
    spec = compose(Wish(TREES, agents=2, models=("house/long", "house/short"), judge="house/judge"), own)
    assert [spec.reach_of(seat.model).output for seat in spec.team] == [900, 700]
    assert (spec.max_tokens, spec.judge_max_tokens) == (900, 1_100)
    alone = compose(Wish(TREES, agents=2, models=("house/short",), judge="none"), own)
    assert (alone.max_tokens, alone.judge_max_tokens) == (700, DEFAULT_MAX_TOKENS)


def test_a_recipe_names_the_prompts_and_the_minds_it_was_composed_for(own: Settings):
    spec, real = (
        compose(Wish(TREES), own),
        compose(Wish(TREES, models=("house/long",), judge="house/judge"), own),
    )
    assert (spec.prompts, spec.minds) == (render.version(), simulated_version())
    assert (real.prompts, real.minds) == (render.version(), "")


def test_each_model_is_asked_for_with_its_own_memory(own: Settings):
    real = compose(
        Wish(TREES, protocol="shared", models=("house/long",), judge="none"), own, remember=remembering
    )
    assert real.memory == remembering("default", TREES, False)


# The command line.

GOAL = ("--goal", "Plant trees\n- Find a site\n- Dig\n- Water\n- Count")
OPTIONS: dict[str, tuple[tuple[str, ...], Callable[[RunSpec], Any], Any]] = {
    # parameter of the command: what is written, what is looked at, and what it is then
    "mission": (("--mission", "food-festival"), lambda spec: spec.mission.id, "food-festival"),
    "mission_file": (("--mission-file", "own.txt"), lambda spec: spec.mission.goal, "Open a bakery"),
    "goal": (("--goal", "Plant oaks"), lambda spec: spec.mission.goal, "Plant oaks"),
    "protocol": (("--protocol", "broadcast"), lambda spec: spec.protocol, "broadcast"),
    "agents": (("--agents", "3"), lambda spec: len(spec.team), 3),
    "model": (
        ("--model", "sim/weak", "--model", "sim/strong"),
        lambda spec: seen(spec, "models"),
        ["sim/weak", "sim/strong"],
    ),
    "judge": (("--judge", "none"), lambda spec: spec.judge, None),
    "seed": (("--seed", "7"), lambda spec: spec.seed, 7),
    "option": (("--protocol", "batched", "--option", "size=3"), lambda spec: spec.options, {"size": 3}),
    "roles_file": (
        ("--protocol", "fixed_roles", "--roles-file", "roles.txt"),
        lambda spec: spec.options,
        {"roles": ("Cook", "Buyer")},
    ),
    "max_usd": (("--max-usd", "91.5"), lambda spec: spec.limits, Limits(usd=91.5)),
    "max_tokens": (("--max-tokens", "920000"), lambda spec: spec.limits, Limits(tokens=920_000)),
    "max_calls": (("--max-calls", "93"), lambda spec: spec.limits, Limits(calls=93)),
    "timeout_s": (("--timeout-s", "94.5"), lambda spec: spec.limits, Limits(seconds=94.5)),
    "pace": (("--pace", "fast", "--agents", "1", "--judge", "none"), lambda spec: spec.pace, "fast"),
    "organization": (("--organization", "acme"), lambda spec: spec.organization, "acme"),
    "shock": (("--shock", "hub"), lambda spec: spec.shock, Shock("hub")),
    "shock_model": (
        ("--shock", "swap", "--shock-model", "sim/weak"),
        lambda spec: spec.shock,
        Shock("swap", "sim/weak"),
    ),
}


def invoked(*arguments: str) -> str:
    """What a command prints."""
    return CliRunner().invoke(app, [*arguments, "--json"], catch_exceptions=False).stdout


def spec_kept(settings: Settings) -> RunSpec:
    [journal] = settings.journal.glob("*.jsonl")
    return spec_of(read_journal(journal).events)


@pytest.fixture
def in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder with a mission and a list of roles."""
    (tmp_path / "own.txt").write_text("Open a bakery\n- Find a site")
    (tmp_path / "roles.txt").write_text("Cook\nBuyer\n")
    monkeypatch.chdir(tmp_path)


@pytest.mark.usefixtures("in_a_folder")
@pytest.mark.parametrize("name", OPTIONS)
def test_an_option_of_the_command_reaches_the_recipe_and_the_run(name: str, settings: Settings):
    written, look, shows = OPTIONS[name]
    which = () if name in ("mission", "mission_file", "goal") else GOAL
    few = () if name in ("agents",) else ("--agents", "2")
    printed = json.loads(invoked("run", *which, *few, *written))
    assert look(spec_kept(settings)) == shows
    assert printed["status"] == "finished"


def test_every_option_of_the_command_is_held_to_reach_the_recipe():
    shown = {"detach", "as_json"}
    assert {*OPTIONS} | shown == {*inspect.signature(cli_run.run).parameters}


RAISED: Mapping[str, tuple[tuple[str, str], Limits]] = {
    "max_usd": (("--max-usd", "91.5"), Limits(91.5, 900_000, 1, 800.0)),
    "max_tokens": (("--max-tokens", "920000"), Limits(99.0, 920_000, 1, 800.0)),
    "max_calls": (("--max-calls", "93"), Limits(99.0, 900_000, 93, 800.0)),
    "timeout_s": (("--timeout-s", "94.5"), Limits(99.0, 900_000, 1, 94.5)),
}


@pytest.mark.parametrize("name", RAISED)
def test_a_limit_given_to_a_resumed_run_holds_from_then_on_and_the_others_stay(name: str, settings: Settings):
    first = ("--max-usd", "99", "--max-tokens", "900000", "--max-calls", "1", "--timeout-s", "800")
    run = json.loads(invoked("run", *GOAL, "--agents", "2", *first))
    assert run["status"] == "limited"
    written, limits = RAISED[name]
    again = json.loads(invoked("resume", run["run_id"], *written))
    assert spec_kept(settings).limits == limits
    assert again["status"] == ("finished" if name == "max_calls" else "limited")


def test_every_limit_of_a_resumed_run_can_be_given():
    assert {*RAISED, "run_id", "as_json"} == {*inspect.signature(cli_run.resume).parameters}


# An experiment.

GRID = Grid(
    "Trees",
    ways=(Way("batched", {"size": 2}), Way("shared")),
    teams=("sim/weak",),
    agents=(3,),
    missions=(MISSION,),
    judge="none",
)
CHANGES: dict[str, tuple[dict[str, Any], Callable[[RunSpec], Any], Any]] = {
    "ways": (
        {"ways": (Way("batched", {"size": 3}),)},
        lambda s: (s.protocol, s.options),
        ("batched", {"size": 3}),
    ),
    "teams": ({"teams": ("sim/strong",)}, lambda s: seen(s, "models"), ["sim/strong"] * 3),
    "agents": ({"agents": (5,)}, lambda s: len(s.team), 5),
    "missions": ({"missions": (TREES,)}, lambda s: s.mission, TREES),
    "seed": ({"seed": 7}, lambda s: s.seed, 7),
    "shocks": ({"shocks": ("hub",)}, lambda s: s.shock, Shock("hub")),
    "shock_model": (
        {"shocks": ("swap",), "shock_model": "sim/strong"},
        lambda s: s.shock,
        Shock("swap", "sim/strong"),
    ),
    "judge": ({"judge": "sim/judge"}, lambda s: s.judge, "sim/judge"),
    "limits": ({"limits": Limits(1.5, 20, 3, 4.5)}, lambda s: s.limits, Limits(1.5, 20, 3, 4.5)),
    "pace": ({"pace": "fast"}, lambda s: s.pace, "fast"),
    "organization": ({"organization": "acme"}, lambda s: s.organization, "acme"),
    "repeats": ({"repeats": 2, "seed": 7}, lambda s: s.seed, 7),
    "equal_tokens": (
        {"ways": (Way("solo"), Way("shared")), "equal_tokens": True},
        lambda s: s.options["token_budget"] is not None,
        True,
    ),
}


@pytest.mark.parametrize("name", CHANGES)
def test_what_a_grid_says_stands_in_the_recipe_of_its_runs(name: str, settings: Settings):
    changes, look, shows = CHANGES[name]
    grid = replace(GRID, **changes)
    assert look(Recipes(grid, settings).of(grid.planned(0))) == shows


def test_every_part_of_a_grid_that_changes_its_first_run_is_held_to_reach_the_recipes():
    # Extensions and further arms come after all else; tests/test_grid.py holds where.
    assert {*CHANGES, "name", "extensions", "more"} == {field.name for field in fields(Grid)}


def test_each_repeat_has_a_seed_of_its_own_and_each_mission_its_own_memory(settings: Settings):
    grid = replace(GRID, ways=(Way("shared"),), missions=(MISSION, TREES), repeats=2, seed=7)
    recipes = Recipes(grid, settings, memory={TREES.id: remembering("acme", TREES, True)})
    runs = [recipes.of(grid.planned(number)) for number in range(grid.size)]
    assert [(run.mission.id, run.seed, bool(run.memory)) for run in runs] == [
        (MISSION.id, 7, False),
        (TREES.id, 7, True),
        (MISSION.id, 8, False),
        (TREES.id, 8, True),
    ]


def test_a_judge_chosen_when_an_experiment_began_stays_its_judge(settings: Settings):
    assert Recipes(replace(GRID, judge="sim/judge"), settings, "none").of(GRID.planned(0)).judge is None
