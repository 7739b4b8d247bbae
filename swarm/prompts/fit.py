"""A prompt is fitted into what a model holds: the answer is made shorter first, then what was heard first.

It follows from the recipe alone, so that prompts can be put together again.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from swarm.models.model import Message
from swarm.prompts.render import agent_messages
from swarm.shock import NOTHING_LATE, Late
from swarm.spec import Reach, RunSpec
from swarm.team import Seat
from swarm.turn import Cue, Turn

LEAST_ANSWER_TOKENS = 600
"""Room for an answer of 300 words and what stands around it; for less, what was heard is shortened."""
BYTES_PER_TOKEN = 3
"""Of prompts, on the safe side: English has about 4, other scripts two to three."""
MARGIN_TOKENS = 64
"""For what servers put around messages."""


@dataclass(frozen=True, slots=True)
class Fitted:
    """The prompt of one turn, and the room left for its answer."""

    messages: tuple[Message, ...]
    max_tokens: int
    note: str | None = None
    """What had to be shortened, in words; None when nothing had to be."""


def fitted(
    spec: RunSpec, code: str, seat: Seat, cue: Cue, heard: Sequence[Turn], late: Late = NOTHING_LATE
) -> Fitted:
    """Put a turn's prompt together so that it and its answer fit; arguments as of `agent_messages`.

    A prompt that does not fit even with all that was heard in short is sent all the same: the server says so.
    """
    reach = spec.reach_of(seat.model)
    messages = agent_messages(spec, code, seat, cue, heard, late)
    if reach.context is None or _room(reach, messages) >= _least(reach):
        return Fitted(messages, room_for_answer(reach, messages))
    fewest, most = 1, len(heard)
    while fewest < most:
        half = (fewest + most) // 2
        enough = _room(reach, agent_messages(spec, code, seat, cue, heard, late, half)) >= _least(reach)
        fewest, most = (fewest, half) if enough else (half + 1, most)
    messages = agent_messages(spec, code, seat, cue, heard, late, most)
    note = (
        f"heard {most} of {len(heard)} in short: {seat.model} holds {reach.context:,} tokens"
        if heard
        else None
    )
    return Fitted(messages, room_for_answer(reach, messages), note)


def room_for_answer(reach: Reach, messages: Sequence[Message]) -> int:
    """Most tokens to ask for: as many as the model gives, or as are left of its context, and never none."""
    if reach.context is None:
        return reach.output
    return max(1, min(reach.output, max(_room(reach, messages), min(_least(reach), reach.context // 4))))


def _room(reach: Reach, messages: Sequence[Message]) -> int:
    size = sum(len(part.encode("utf-8", "replace")) for message in messages for part in message.parts)
    return (reach.context or 0) - size // BYTES_PER_TOKEN - MARGIN_TOKENS


def _least(reach: Reach) -> int:
    return min(LEAST_ANSWER_TOKENS, reach.output)
