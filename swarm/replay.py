"""This file is where a run's prompts are put together again: they are not stored, but follow from the rest.

The protocol is replayed and handed its recorded turns, so every cue is known again. Pure.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from swarm.errors import ProtocolFailed
from swarm.models.model import Message
from swarm.prompts import render
from swarm.protocols import PROTOCOLS, find_protocol
from swarm.record import RunRecord
from swarm.strike import aftermath
from swarm.team import Seat
from swarm.turn import Cue, Turn, TurnKey


def prompts_of(record: RunRecord) -> dict[TurnKey, tuple[Message, ...]]:
    """The messages each recorded turn was asked with; empty when the protocol or the prompts have changed.

    Nobody asked a seat that had dropped out: such a turn has none.
    """
    if record.spec.protocol not in PROTOCOLS or record.spec.prompts != render.version():
        return {}
    replay = _Replay(record, {turn.key: turn for turn in record.turns})
    asyncio.run(replay.play())
    return replay.prompts


@dataclass(slots=True)
class _Replay:
    record: RunRecord
    recorded: dict[TurnKey, Turn]
    prompts: dict[TurnKey, tuple[Message, ...]] = field(default_factory=dict[TurnKey, tuple[Message, ...]])

    async def play(self) -> None:
        spec = self.record.spec
        protocol = find_protocol(spec.protocol, spec.options)
        try:
            async for _turn in protocol(spec.mission, spec.team, self.speak):
                pass
        except ProtocolFailed:
            return  # as far as the run got

    async def speak(self, seat: Seat, *, cue: Cue, hears: Sequence[Turn] = ()) -> Turn:
        key, spec = TurnKey(cue.round, seat.number), self.record.spec
        if key not in self.recorded:
            raise ProtocolFailed("not recorded")
        turn = self.recorded[key]
        now = aftermath(spec, self.record.struck, turn.index)
        if seat.number not in now.gone:
            code = render.mark(spec, None if self.record.simulated else self.record.run_id)
            heard = now.heard_by(seat, hears)
            self.prompts[key] = render.agent_messages(spec, code, seat, cue, heard, now.late)
        return turn
