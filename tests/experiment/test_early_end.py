"""An experiment that may end early does so at its own looks, levels, margin and prices, and at no others."""

import pytest

from swarm.experiment.guard import FAILED_IN_A_ROW, Guard
from swarm.experiment.past import Outcome
from swarm.grid import Terms, Way
from swarm.mission import Mission
from swarm.stats.paired import compare
from swarm.stats.sequential import LOOKS, look_alpha
from swarm.turn import Usage
from tests.experiment.test_planned import MISSIONS, planned


def watched(
    terms: Terms, *, arms: int = 2, repeats: int = 5, expected: tuple[float, ...] = (), **more: object
) -> Guard:
    ways = tuple(Way(name) for name in ("shared", "sequential", "solo")[:arms])
    return Guard(planned(ways=ways, teams=("sim/strong",), repeats=repeats, **more).grid, terms, expected)


def note(guard: Guard, block: int, *qualities: float, usd: float = 0.0) -> None:
    """A whole block: one quality for each arm."""
    for at, quality in enumerate(qualities):
        number = block * len(guard.grid.arms) + at
        guard.note(Outcome(number, "finished", quality, Usage(cost_usd=usd), 1))


def gain(mission: int, shift: float, bumps: float) -> tuple[float, float]:
    base = 0.4 + 0.05 * (mission % 4)
    return base, base + shift + bumps * (-1) ** mission


def p_of(shift: float, bumps: float) -> float:
    pairs = [gain(mission, shift, bumps) for mission in range(MISSIONS)]
    return compare(*({f"m{n}": [pair[side]] for n, pair in enumerate(pairs)} for side in (1, 0))).p


def test_midway_and_at_the_end_of_an_experiment_only_the_level_of_that_look_ends_it():
    """With a p between the two levels, no look midway is clear; nor do repeats of a mission make it so."""
    assert look_alpha(1) < p_of(0.05, 0.045) < look_alpha(len(LOOKS))
    guard = watched(Terms(stop_when_clear=True))
    for block in range(guard.grid.blocks):
        note(guard, block, *gain(block % MISSIONS, 0.05, 0.045))
    assert guard.halt is None
    clear = watched(Terms(stop_when_clear=True))
    assert p_of(0.05, 0.02) < look_alpha(1)
    for block in range(MISSIONS):
        assert clear.halt is None
        note(clear, block, *gain(block, 0.05, 0.02))
    assert clear.halt


def test_every_comparison_must_be_clear_before_it_ends():
    guard = watched(Terms(stop_when_clear=True), arms=3)
    for block in range(guard.grid.blocks):
        base, much = gain(block % MISSIONS, 0.2, 0.01)
        note(guard, block, base, much, base + 0.05 * (-1) ** block)
    assert guard.halt is None


@pytest.mark.parametrize(("margin", "ends"), [(0.03, False), (0.2, True)])
def test_the_margin_that_was_agreed_decides_when_arms_are_clearly_alike(margin: float, ends: bool):
    guard = watched(Terms(stop_when_clear=True, margin=margin), repeats=1, missions=many(100))
    for block in range(80):
        note(guard, block, *gain(block, 0.0, 0.12))
    assert (guard.halt is not None) is ends


def many(missions: int) -> tuple[Mission, ...]:
    return tuple(Mission(f"m{n:03}", f"Mission {n}", f"Bake {n}.") for n in range(missions))


@pytest.mark.parametrize(("losses", "ends"), [(0, True), (1, False)])
def test_it_does_not_end_as_alike_while_bad_losses_are_not_excluded(losses: int, ends: bool):
    guard = watched(Terms(stop_when_clear=True), repeats=1, missions=many(100))
    for block in range(80):
        assert guard.halt is None
        lost = 0.25 if block < losses else 0.5 + 0.005 * (-1) ** block
        note(guard, block, 0.5, lost)
    assert (guard.halt is not None) is ends


@pytest.mark.parametrize(
    ("late", "early", "blocks"),
    [((0.2, 0.01), (0.2, 0.01), 8), ((0.6, 0.01), (0.05, 0.045), 16)],
    ids=["clear at the first look", "clear at the second"],
)
def test_a_look_is_at_its_own_blocks_however_many_have_ended_by_then(late, early, blocks: int):
    guard = watched(Terms(stop_when_clear=True))
    for block in range(1, 2 * MISSIONS):
        note(guard, block, *gain(block % MISSIONS, *(early if block < MISSIONS else late)))
    assert guard.halt is None
    note(guard, 0, *gain(0, *early))
    assert guard.halt
    assert f"after {blocks} of 40 blocks" in guard.halt.reason


@pytest.mark.parametrize(("times", "dear"), [(1.9, False), (2.1, True)])
def test_each_arm_is_held_against_its_own_price(times: float, dear: bool):
    prices = (0.01, 0.1, 1.0)
    guard = watched(Terms(), arms=3, expected=prices)
    for number in range(6):
        guard.note(Outcome(number, "finished", 0.5, Usage(cost_usd=times * prices[number % 3]), 1))
    assert (guard.halt is not None) is dear


@pytest.mark.parametrize("status", ["stopped", "limited"])
def test_only_runs_that_failed_end_it_as_failures(status: str):
    guard = watched(Terms())
    for number in range(2 * FAILED_IN_A_ROW):
        guard.note(Outcome(number, status, None, Usage(), 1))
    assert guard.halt is None
