"""The demo's seeds are those that its rule names, no more and no fewer."""

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from streamlit.testing.v1 import AppTest

from pages.shared.demo import DEMO_SEEDS, SEEDS_TRIED, demo_seed, demo_spec, is_of_demo
from pages.shared.resources import missions
from swarm.engine.run import new_run_id, play
from swarm.figures import role_figure
from swarm.models.simulated import thinking_s
from swarm.organization.graph import links_of, seats_of
from swarm.recording.record import RunRecord, record_of
from swarm.turn import Call
from tests.patience import PATIENCE_S
from tests.recorded import a_record, a_turn

EXPECTED_S = 24.0


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


def a_side() -> None:
    import streamlit as st

    from pages.start.side_by_side import show_side

    show_side(st.session_state["records"][0])


def a_difference() -> None:
    import streamlit as st

    from pages.start.side_by_side import show_difference

    show_difference(*st.session_state["records"], False)


def shown(view: Callable[[], None], *records: RunRecord) -> AppTest:
    app = AppTest.from_function(view, default_timeout=PATIENCE_S)
    app.session_state["records"] = records
    app.run()
    assert not app.exception
    return app


def live(number: int, **spec: str) -> RunRecord:
    """A run of four agents that goes on."""
    turns = [a_turn(seat) for seat in (1, 2, 3)]
    return a_record(turns, agents=4, ending=None, run_id=f"20261122-120000-00000{number}", spec=spec)


def test_each_side_shows_its_team_in_seat_order():
    record = live(1)
    (chart,) = shown(a_side, record).get("plotly_chart")
    drawn = json.loads(chart.proto.spec)["data"]
    assert drawn == json.loads(role_figure(record, "order", height=380).to_json())["data"]


def test_two_runs_of_one_protocol_are_not_two_ways_to_organize():
    (told,) = shown(a_difference, live(1), live(2)).markdown
    assert "ways to organize" not in told.value
    (told,) = shown(a_difference, live(1), live(2, protocol="shared")).markdown
    assert "two ways to organize a team" in told.value
