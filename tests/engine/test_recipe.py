"""The recipe is honoured: each of its fields shows in what models are asked, or in what is told of the run."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from itertools import groupby
from typing import Any

import pytest

from swarm.engine.run import open_models
from swarm.limits import Limits
from swarm.mission import mission_from_text
from swarm.models.model import Completion, Request
from swarm.models.scripted import Reply
from swarm.prompts import render
from swarm.recording.events import RunJudged, RunStarted, ShockStruck
from swarm.reply.answer import AgentAnswer, ShortAnswer
from swarm.shock import Shock
from swarm.spec import PACES, PastRole, Reach, RunSpec
from swarm.team import make_team
from swarm.turn import Usage
from tests.clockwork import Played, play_through
from tests.staging import (
    act,
    ending_of,
    of_kind,
    recipe,
    turns_of,
)

USED = Usage(6_000, 2_000, 4_000, 0.25)


def paid(request: Request) -> Reply:
    return Completion(str(act(request)), USED)


def started(played: Played) -> RunSpec:
    return of_kind(RunStarted, played.events)[0].spec


def heard(played: Played) -> list[list[int]]:
    return [[key.seat for key in turn.heard] for turn in turns_of(played.events)]


def limited(played: Played) -> tuple[str, int, bool]:
    end = ending_of(played.events)
    return end.status, len(played.team()), "limit of" in (end.reason or "")


@dataclass(frozen=True)
class Honoured:
    """A value of a field, and what shows it."""

    field: str
    value: Any
    look: Callable[[Played], Any]
    shows: Any
    besides: tuple[tuple[str, Any], ...] = ()
    """What has to be so for it to show."""

    @property
    def spec(self) -> RunSpec:
        """The recipe with it."""
        return recipe(**{"judge": "judge", **dict(self.besides), self.field: self.value})


def both(field: str, *pairs: tuple[Any, Any], look: Callable[[Played], Any], **besides: Any):
    return [Honoured(field, value, look, shows, tuple(besides.items())) for value, shows in pairs]


def every(name: str) -> Callable[[Played], Any]:
    return lambda played: {getattr(request, name) for request in played.team()}


def judges(name: str) -> Callable[[Played], Any]:
    return lambda played: getattr(played.judge(), name)


def told(name: str) -> Callable[[Played], Any]:
    return lambda played: getattr(started(played), name)


def prompts(*words: str) -> Callable[[Played], Any]:
    return lambda played: [any(word in r.messages[1].text for r in played.team()) for word in words]


TREES = mission_from_text("Plant trees")
PAST = (PastRole("Plant trees", 2, "Digger"),)
TABLE = [
    *both(
        "mission",
        (TREES, [True, False]),
        (recipe().mission, [False, True]),
        look=prompts("Plant trees", "Open a bakery"),
    ),
    *both(
        "mission",
        (TREES, True),
        (recipe().mission, False),
        look=lambda p: "Plant trees" in p.judge().messages[1].text,
    ),
    *both(
        "team",
        (make_team(["team", "other"], 2), ["team", "other", "judge"]),
        (make_team(["other, 2 team"], 3), ["other", "team", "team", "judge"]),
        look=lambda played: [name for name, _ in played.asked],
    ),
    *both("protocol", ("shared", [[], [], []]), ("sequential", [[], [1], [1, 2]]), look=heard),
    *both(
        "options",
        ({"size": 1}, [[], [1], [1, 2]]),
        ({"size": 2}, [[], [], [1, 2]]),
        look=heard,
        protocol="batched",
    ),
    *both(
        "seed",
        (3, [3_000_009, 3_000_010, 3_000_011]),
        (2_148, [522_796, 522_797, 522_798]),
        look=lambda played: [request.seed for request in played.team()],
    ),
    *both("seed", (3, 3), (4, 4), look=judges("seed")),
    *both(
        "limits",
        (Limits(calls=2), ("limited", 2, True)),
        (Limits(calls=9), ("finished", 3, False)),
        look=limited,
    ),
    *both(
        "limits",
        (Limits(tokens=10_000), ("limited", 1, True)),
        (Limits(tokens=99_000), ("finished", 3, False)),
        look=limited,
    ),
    *both(
        "limits",
        (Limits(usd=0.4), ("limited", 2, True)),
        (Limits(usd=9.0), ("finished", 3, False)),
        look=limited,
    ),
    *both(
        "limits",
        (Limits(seconds=17.0), ("limited", 3, True)),
        (Limits(seconds=25.0), ("finished", 3, False)),
        look=limited,
    ),
    *both(
        "judge",
        ("judge", ["judge"]),
        ("other", ["other"]),
        (None, []),
        look=lambda played: [event.verdict.judge for event in of_kind(RunJudged, played.events)],
    ),
    *both(
        "judge",
        ("judge", 1),
        ("team", 0),
        (None, 0),
        look=lambda p: [name for name, _ in p.asked].count("judge"),
    ),
    *both(
        "deliverable", ("all", 3), ("last", 1), look=lambda p: ending_of(p.events).deliverable.count("Work")
    ),
    *both("deliverable", ("all", 3), ("last", 1), look=lambda p: p.judge().messages[1].text.count("Work")),
    *both("memory", (PAST, [True]), ((), [False]), look=prompts("agent 2 was Digger")),
    *both("temperature", (0.25, {0.25}), (1.5, {1.5}), look=every("temperature")),
    *both("temperature", (0.25, 0.0), look=judges("temperature")),
    *both("max_tokens", (70, {70}), (90, {90}), look=every("max_tokens"), judge_max_tokens=80),
    *both(
        "reach",
        ({"team": Reach(60)}, {60}),
        ({"other": Reach(60)}, {80}),
        look=every("max_tokens"),
        max_tokens=80,
    ),
    *both("form", ("whole", {AgentAnswer}), ("short", {ShortAnswer}), look=every("answer")),
    *both("judge_max_tokens", (70, 70), (90, 90), look=judges("max_tokens"), max_tokens=80),
    *both("call_timeout_s", (50.0, {50.0}), (300.0, {300.0}), look=every("timeout_s")),
    *both("call_timeout_s", (50.0, 50.0), (300.0, 300.0), look=judges("timeout_s")),
    *both(
        "shock",
        (Shock("swap", "other"), ("swap", 1)),
        (Shock("seat"), ("seat", 0)),
        look=lambda p: (
            of_kind(ShockStruck, p.events)[0].struck.kind,
            [n for n, _ in p.asked].count("other"),
        ),
    ),
    # What is only told, with the run and to whoever looks at it.
    *both("organization", ("acme", "acme"), ("other", "other"), look=told("organization")),
    *both("pace", ("fast", "fast"), ("real", "real"), look=told("pace")),
    *both("prompts", ("older", "older"), ("", render.version()), look=told("prompts")),
    *both("minds", ("m1", "m1"), ("m2", "m2"), look=told("minds")),
    *both("warnings", (("Beware.",), ("Beware.",)), ((), ()), look=told("warnings")),
]


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.field}={str(row.value)[:30]}")
def test_a_field_of_a_recipe_shows_in_what_is_asked_or_told(row: Honoured):
    assert row.look(play_through(row.spec, paid)) == row.shows


def test_every_field_of_a_recipe_and_of_its_limits_shows_by_two_values():
    shown = sorted((row.field, str(row.shows)) for row in TABLE)
    several = {field for field, rows in groupby(shown, lambda row: row[0]) if len(set(rows)) > 1}
    assert several == {field.name for field in fields(RunSpec)}
    bounded = {name for row in TABLE if row.field == "limits" for name, value in vars_of(row.value) if value}
    assert bounded == {field.name for field in fields(Limits)}


def vars_of(limits: Limits) -> list[tuple[str, Any]]:
    return [(field.name, getattr(limits, field.name)) for field in fields(limits)]


@pytest.mark.parametrize("pace", PACES)
def test_simulated_minds_are_opened_at_the_pace_of_the_recipe(pace: Any):
    spec = RunSpec(TREES, make_team(["sim/strong"], 2), judge="sim/judge", pace=pace)
    assert {model.pace for model in open_models(spec).values()} == {pace}  # type: ignore[attr-defined]
