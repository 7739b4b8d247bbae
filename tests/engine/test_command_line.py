import shlex
import sys
from itertools import pairwise

import pytest

from swarm.config import LIBRARY, PROJECT
from swarm.engine.command_line import command_line, mission_toml, same_again
from swarm.engine.compose import compose
from swarm.engine.wish import Wish
from swarm.limits import Limits
from swarm.mission import (
    Mission,
    Requirement,
    Stakeholder,
    load_library,
    mission_from_text,
    mission_from_toml,
)

BAKERY = mission_from_text("Open a bakery")


def words(spec, **more):
    return shlex.split(command_line(spec, **more))


def test_the_shortest_command_names_only_what_matters(settings, monkeypatch):
    monkeypatch.setattr(sys, "executable", "/usr/bin/python3")
    assert command_line(compose(Wish(BAKERY), settings)) == (
        "python -m swarm run --goal 'Open a bakery' --protocol sequential --agents 8 --model sim/strong"
    )


def test_the_command_calls_the_python_of_the_project(settings, monkeypatch):
    monkeypatch.setattr(sys, "executable", str(PROJECT / ".venv" / "bin" / "python"))
    assert command_line(compose(Wish(BAKERY), settings)).startswith(".venv/bin/python -m swarm run ")


def test_the_usual_dollar_limit_is_told(settings):
    assert "--max-usd 1" in command_line(compose(Wish(BAKERY, limits=Limits(usd=1.0)), settings))


def test_everything_that_was_chosen_is_in_the_command(settings):
    spec = compose(
        Wish(
            BAKERY,
            protocol="batched",
            options={"size": 2},
            agents=3,
            models=("1 sim/strong, 2 sim/weak",),
            judge="none",
            seed=7,
            limits=Limits(usd=2.5, tokens=1000, calls=9, seconds=60),
            pace="fast",
            organization="town hall",
        ),
        settings,
    )
    line = words(spec, judge="none")
    pairs = dict(pairwise(line))
    assert pairs["--model"] == "1 sim/strong, 2 sim/weak"
    assert (pairs["--max-usd"], pairs["--max-tokens"], pairs["--max-calls"]) == ("2.5", "1000", "9")
    assert (pairs["--timeout-s"], pairs["--pace"], pairs["--seed"]) == ("60", "fast", "7")
    assert (pairs["--organization"], pairs["--judge"]) == ("town hall", "none")
    assert pairs["--option"] == "size=2"


def test_given_roles_go_through_a_file(settings):
    spec = compose(Wish(BAKERY, protocol="fixed_roles", options={"roles": ("Baker", "Buyer")}), settings)
    assert "--roles-file roles.txt" in command_line(spec)
    assert "--roles-file" not in command_line(compose(Wish(BAKERY, protocol="fixed_roles"), settings))


def test_a_goal_cannot_leave_its_quotes(settings):
    goal = 'Open\'; rm -rf / #\n$(whoami) `id` "x"'
    line = words(compose(Wish(mission_from_text(goal)), settings))
    assert line[line.index("--goal") + 1] == goal


def test_a_mission_with_requirements_goes_through_a_file(settings):
    mission = mission_from_text("Open a bakery\n- Find a site")
    assert "--mission-file" in words(compose(Wish(mission), settings))


def test_a_mission_of_the_library_goes_by_its_id(settings):
    mission = load_library([LIBRARY / "missions"])["food-festival"]
    assert "--mission food-festival" in command_line(compose(Wish(mission), settings))


def test_a_stored_run_names_its_judge(settings):
    assert "--judge sim/judge" in same_again(compose(Wish(BAKERY), settings))
    assert "--judge none" in same_again(compose(Wish(BAKERY, judge="none"), settings))


@pytest.mark.parametrize(
    "mission", load_library([LIBRARY / "missions"]).values(), ids=lambda mission: mission.id
)
def test_every_mission_survives_its_file(mission):
    text = mission_toml(mission)
    assert mission_from_toml(text, f"{mission.id}.toml") == mission


def test_odd_characters_survive_the_file():
    odd = Mission(
        "own",
        'A "quoted" \\ title \U0001f600',
        "Tab\there\n\nline\x7f",
        requirements=(Requirement("é", conflict=("A", "B")),),
        stakeholders=(Stakeholder("A", "x"), Stakeholder("B", "y")),
    )
    assert mission_from_toml(mission_toml(odd), "own.toml") == odd
