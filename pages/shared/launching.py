"""A page starts runs and goes to see them."""

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from itertools import repeat

from pages.shared import state
from pages.shared.demo import DEMO_PROTOCOLS, demo_seed, demo_spec
from pages.shared.resources import missions, settings
from swarm.config import Settings
from swarm.engine.launch import launch
from swarm.errors import RunBusy
from swarm.spec import RunSpec


def run_and_watch(spec: RunSpec) -> None:
    """Launch a run, once for however many clicks, and go to its page.

    Raises:
        SwarmError: when it cannot be started.
    """
    run_id = state.next_run_id()
    _launch_once(spec, run_id, settings())
    state.show_run(run_id)


def play_demo() -> None:
    """Launch the two runs of the demo, once for however many clicks, and set them side by side.

    Raises:
        SwarmError: when one cannot be started.
    """
    pair, here = state.next_pair(), settings()
    seed = demo_seed(pair[0])
    specs = [demo_spec(missions(), here, seed, protocol) for protocol in DEMO_PROTOCOLS]
    # Each launch waits for a first event: at once, so that neither team has a start over the other.
    with ThreadPoolExecutor(len(pair)) as starters:
        list(starters.map(_launch_once, specs, pair, repeat(here)))
    state.show_pair(pair)


def _launch_once(spec: RunSpec, run_id: str, here: Settings) -> None:
    # Who is logged in is known only in the session's own thread, so the settings that say it are handed over.
    # A second click finds the run of the first one already started.
    with suppress(RunBusy):
        launch(spec, here, run_id)
