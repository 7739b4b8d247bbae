"""Simultaneous turns, for all protocols that have them."""

import asyncio
from collections.abc import Awaitable, Iterable

from swarm.errors import SwarmError
from swarm.turn import Turn


async def together(turns: Iterable[Awaitable[Turn]]) -> tuple[Turn, ...]:
    """Let seats speak at the same time.

    Args:
        turns: calls of `speak`, in seat order.

    Returns:
        Their turns in that order, whichever came first.

    Raises:
        SwarmError: the first of them in seat order, and only when all have ended: a call that is paid for is
            not thrown away because another cannot be made.
    """
    try:
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(_outcome(turn)) for turn in turns]
    except ExceptionGroup as bugs:
        raise bugs.exceptions[0] from None
    outcomes = [task.result() for task in tasks]
    for outcome in outcomes:
        if isinstance(outcome, SwarmError):
            raise outcome
    return tuple(outcome for outcome in outcomes if isinstance(outcome, Turn))


async def _outcome(turn: Awaitable[Turn]) -> Turn | SwarmError:
    try:
        return await turn
    except SwarmError as error:
        return error
