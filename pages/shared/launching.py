"""This file is where a page starts a run and goes to see it."""

from contextlib import suppress

from pages.shared import state
from pages.shared.resources import settings
from swarm.errors import RunBusy
from swarm.launch import launch
from swarm.spec import RunSpec


def run_and_watch(spec: RunSpec) -> None:
    """Launch a run, once for however many clicks, and go to its page.

    Raises:
        SwarmError: when it cannot be started.
    """
    run_id = state.next_run_id()
    # A second click finds the run of the first one already started.
    with suppress(RunBusy):
        launch(spec, settings(), run_id)
    state.show_run(run_id)
