"""Commands that the dashboard starts: a run, or an experiment, in a process of its own."""

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from typing import Annotated

import typer

from swarm.cli.arguments import RunId
from swarm.config import Settings, read_settings
from swarm.engine import perform as performing
from swarm.limits import LIMITS
from swarm.recording.events import Event
from swarm.recording.journal import journal_of
from swarm.spec import SPEC


def perform(run_id: RunId, resumed: Annotated[bool, typer.Option("--resume")] = False) -> None:
    """Perform a run whose spec, or whose new limits, come on standard input; what the dashboard starts."""
    settings = read_settings()
    piped = sys.stdin.buffer.read()
    if resumed:
        events = performing.resume(settings, run_id, LIMITS.validate_json(piped))
    else:
        events = performing.perform(settings, run_id, SPEC.validate_json(piped))
    asyncio.run(drain(events, ignore))
    forget_silence(run_id, settings)


def forget_silence(written: str, settings: Settings) -> None:
    """Remove the file in which a performer could have said why it failed, when it said nothing."""
    said = journal_of(written, settings).with_suffix(".err")
    if said.exists() and not said.stat().st_size:
        said.unlink()


def perform_experiment(resumed: Annotated[bool, typer.Option("--resume")] = False) -> None:
    """Perform an experiment that comes on standard input; what the dashboard starts."""
    # The same process performs runs, whose start no library of the history may delay.
    from swarm.experiment.perform import perform as perform_it
    from swarm.grid import EXPERIMENT
    from swarm.history.store import History

    settings = read_settings()
    experiment = EXPERIMENT.validate_json(sys.stdin.buffer.read())
    asyncio.run(perform_it(settings, experiment, resumed=resumed, remember=History(settings).past_roles))
    forget_silence(experiment.grid.id, settings)


async def drain(events: AsyncIterator[Event], show: Callable[[Event], None]) -> None:
    """Play a run to its end, showing every event."""
    async with aclosing(events):  # pyright: ignore[reportArgumentType]
        async for event in events:
            show(event)


def ignore(event: Event) -> None:
    """Show nothing: for runs that nobody watches."""
