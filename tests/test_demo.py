"""The demo's seeds are those that its rule names, no more and no fewer."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from pages.shared.demo import DEMO_SEEDS, SEEDS_TRIED, demo_seed, demo_spec, is_of_demo
from pages.shared.resources import missions
from swarm.graph import links_of, seats_of
from swarm.models.simulated import thinking_s
from swarm.record import RunRecord, record_of
from swarm.run import new_run_id, play
from swarm.turn import Call

EXPECTED_S = 22.0


def thinking(calls: Sequence[Call]) -> float:
    return sum(thinking_s(call.usage.output_tokens) for call in calls)


def lasts(record: RunRecord) -> float:
    """Seconds that a sequential run takes at real pace, its judge included."""
    assert record.verdict
    return sum(thinking(turn.calls) for turn in record.turns) + thinking(record.verdict.calls)


def is_scored_and_readable(record: RunRecord) -> bool:
    return record.verdict is not None and not record.verdict.unscored and not record.asked_again


def shows_an_organization(record: RunRecord) -> bool:
    """Links and an abstention, soon enough; what it scores is not looked at."""
    abstained, links = record.participation.abstained, len(links_of(record))
    return is_scored_and_readable(record) and abstained > 0 and links >= 3 and lasts(record) <= EXPECTED_S


def shows_roles_alike(record: RunRecord) -> bool:
    return is_scored_and_readable(record) and sum(seat.shared_by > 1 for seat in seats_of(record)) >= 2


def test_the_seeds_of_the_demo_are_all_that_show_everything(settings):
    async def played(seed: int, protocol: str) -> RunRecord:
        spec = replace(demo_spec(missions(), settings, seed, protocol), pace="instant")
        return record_of([event async for event in play(spec)])

    async def shows_everything(seed: int) -> bool:
        return shows_an_organization(await played(seed, "sequential")) and shows_roles_alike(
            await played(seed, "shared")
        )

    async def found() -> tuple[int, ...]:
        return tuple([seed for seed in range(1, SEEDS_TRIED + 1) if await shows_everything(seed)])

    assert asyncio.run(found()) == DEMO_SEEDS


def test_two_clicks_draw_the_same_seed():
    run_id = new_run_id()
    assert demo_seed(run_id) == demo_seed(run_id)


def test_every_seed_is_drawn_some_time():
    assert {demo_seed(f"20261122-120000-{number:06x}") for number in range(200)} == set(DEMO_SEEDS)


def test_only_what_was_chosen_is_called_chosen(settings):
    spec = demo_spec(missions(), settings, DEMO_SEEDS[0], "shared")
    assert is_of_demo(spec, missions(), settings)
    for other in (replace(spec, seed=1), replace(spec, protocol="solo"), replace(spec, max_tokens=7)):
        assert not is_of_demo(other, missions(), settings)
