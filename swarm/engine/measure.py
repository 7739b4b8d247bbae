"""The speed of servers on this machine is measured: by a message, and by every run."""

import time
from collections.abc import Iterable
from contextlib import suppress

from swarm.config import Settings
from swarm.engine.day_purse import ask_once
from swarm.engine.rehearsal import as_asked, rehearse
from swarm.engine.stage import Cued
from swarm.errors import SwarmError
from swarm.models.catalogue import card_of, open_model
from swarm.models.model import Completion, Model, Request
from swarm.models.speed import keep_speed, speed_of
from swarm.prompts.fit import fitted
from swarm.spec import RunSpec
from swarm.turn import Call, Turn

REPLY_TOKENS = 120
TIMEOUT_S = 120.0


async def ask_measured(model: Model, request: Request, settings: Settings) -> Completion:
    """Ask a real model outside of any run, as `ask_once` does, and remember how long it took."""
    began = time.monotonic()
    reply = await ask_once(model, request, settings)
    _keep(model.name, time.monotonic() - began, reply.usage.output_tokens, settings)
    return reply


def unmeasured(spec: RunSpec, settings: Settings) -> tuple[str, ...]:
    """Models of a recipe on servers of this machine whose speed nobody has measured."""
    return tuple(name for name in spec.models if speed_of(card_of(name, settings), settings).unmeasured)


async def measure(spec: RunSpec, settings: Settings) -> None:
    """Send every unmeasured model what the first agent of a recipe would be asked, for a short answer.

    Raises:
        SwarmError: when one does not answer.
    """
    first: list[Request] = []

    def noting(cued: Cued) -> Turn:
        messages = fitted(spec, "00000000", cued.seat, cued.cue, cued.heard, cued.late).messages
        first.append(Request(messages, max_tokens=REPLY_TOKENS, timeout_s=TIMEOUT_S))
        return as_asked(cued)

    rehearse(spec, noting, most_turns=1)
    for name in unmeasured(spec, settings):
        await ask_measured(open_model(name, settings, pace="instant"), first[0], settings)


def keep_speeds(calls: Iterable[Call], settings: Settings) -> None:
    """Remember how fast servers on this machine were in a run, with all that they did at once."""
    by_model: dict[str, list[Call]] = {}
    for call in calls:
        if call.reply is not None:
            by_model.setdefault(call.model, []).append(call)
    for model, made in by_model.items():
        _keep(model, _busy_s(made), sum(call.usage.output_tokens for call in made), settings)


def _busy_s(calls: Iterable[Call]) -> float:
    """Seconds in which at least one of the calls was in flight."""
    busy_s = until = 0.0
    for call in sorted(calls, key=lambda call: call.started_s):
        busy_s += max(0.0, call.ended_s - max(until, call.started_s))
        until = max(until, call.ended_s)
    return busy_s


def _keep(model: str, seconds: float, output_tokens: int, settings: Settings) -> None:
    # Whose entry is gone by now, or was never there, is not planned for.
    with suppress(SwarmError):
        if speed_of(card_of(model, settings), settings).here:
            keep_speed(model, seconds, output_tokens, settings)
