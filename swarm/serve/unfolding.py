"""The part of a deliverable that is certain while its run still goes on."""

from contextlib import suppress

from swarm.engine.rehearsal import as_asked, rehearse
from swarm.errors import SwarmError
from swarm.recording.events import Event, RunFinished, TurnTaken
from swarm.spec import RunSpec
from swarm.turn import Turn

_BETWEEN = "\n\n"
"""Text between two contributions of a deliverable."""
_REHEARSED_ROUNDS = 8


class Unfolding:
    """The beginning of a deliverable that no later turn will change, piece by piece."""

    def __init__(self, spec: RunSpec) -> None:
        self._steady = is_steady(spec)
        self._waiting: dict[int, Turn] = {}
        self._next = 0
        self._parts = 0
        self.sent = ""

    def take(self, event: Event) -> str:
        """Return the text that has become certain by an event; empty when nothing has.

        Turns that were made at once come as they end, and stand in the deliverable in the order of speaking.
        """
        if not isinstance(event, TurnTaken) or not self._steady:
            return ""
        self._waiting[event.turn.index] = event.turn
        piece = ""
        while turn := self._waiting.pop(self._next, None):
            self._next += 1
            if turn.action == "contribute":
                piece += (_BETWEEN if self._parts else "") + turn.text
                self._parts += 1
        self.sent += piece
        return piece

    def rest(self, ending: RunFinished) -> str | None:
        """Return the text that is left at the end; None when work was replaced that had been sent."""
        if not ending.deliverable.startswith(self.sent):
            return None
        return ending.deliverable[len(self.sent) :]


def is_steady(spec: RunSpec) -> bool:
    """Say whether no seat will replace what it contributed: found by a rehearsal, in which everybody works.

    False also when a rehearsal cannot tell.
    """
    if spec.deliverable != "all" or spec.shock:
        return False
    most = _REHEARSED_ROUNDS * len(spec.team)
    with suppress(SwarmError):
        said = rehearse(spec, as_asked, most_turns=most)
        worked = [one.turn for one in said if one.turn.action == "contribute"]
        later = [turn for place, turn in enumerate(worked) if turn.seat in {t.seat for t in worked[:place]}]
        return len(said) < most and all(turn.adds for turn in later)
    return False
