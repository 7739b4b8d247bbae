"""A run's prompts are put together again: they are not stored, but follow from the rest.

The protocol is replayed and handed its recorded turns, so every cue is known again. Pure.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

from swarm.engine.stage import Cued, drive, foreknown
from swarm.errors import ProtocolFailed
from swarm.models.model import Message
from swarm.prompts import render
from swarm.prompts.fit import fitted
from swarm.protocols import PROTOCOLS
from swarm.recording.record import RunRecord
from swarm.turn import Turn, TurnKey


def prompts_of(record: RunRecord) -> dict[TurnKey, tuple[Message, ...]]:
    """The messages each recorded turn was asked with; empty when the protocol or the prompts have changed.

    Nobody asked a seat that had dropped out: such a turn has none.
    """
    if record.spec.protocol not in PROTOCOLS or record.spec.prompts != render.version():
        return {}
    spec, prompts = record.spec, dict[TurnKey, tuple[Message, ...]]()
    recorded = {turn.index: turn for turn in record.turns}
    code = render.mark(spec, None if record.simulated else record.run_id)

    async def turn_of(cued: Cued) -> Turn:
        turn = cued.recorded_in(recorded)
        if turn is None:
            raise ProtocolFailed("not recorded")
        if not cued.gone:
            prompts[cued.key] = fitted(spec, code, cued.seat, cued.cue, cued.heard, cued.late).messages
        return turn

    with suppress(ProtocolFailed):  # as far as the run got
        asyncio.run(_played(drive(spec, foreknown(record.struck), turn_of)))
    return prompts


async def _played(turns: AsyncIterator[Turn]) -> None:
    async for _turn in turns:
        pass
