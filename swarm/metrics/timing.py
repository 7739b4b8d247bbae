"""Tell when the turns of a run were taken, and what made it as long as it was."""

from dataclasses import dataclass

from swarm.turn import Transcript, Turn, TurnKey

TOLERANCE_S = 1e-6
"""Turns that overlap by less follow each other: clocks are read twice between two turns."""


@dataclass(frozen=True, slots=True)
class Timing:
    """The time of a team and where it went; the judge's is not part of it."""

    elapsed_s: float
    """From the first request to the last answer."""
    worked_s: float
    """The turns' durations added up, retries and the pauses before them included."""
    longest: TurnKey
    """The turn of the critical path that took longest; of equals, the first to speak."""
    longest_share: float
    """Its part of `elapsed_s`, in (0, 1]."""

    @property
    def at_once(self) -> float:
        """Concurrency: how many turns were under way on average, in (0, turns].

        `worked_s` divided by `elapsed_s`; 1.0 when one turn followed another without a pause. Our definition.
        """
        return self.worked_s / self.elapsed_s


def critical_path(transcript: Transcript) -> tuple[TurnKey, ...]:
    """The chain of turns that made the run as long as it was, in order of time.

    Read backwards: it ends with the turn that ended last; before each turn stands the one, of those not in the
    chain yet, that ended last before that turn's first request left. Of turns that ended at the same moment, the
    later in the order of speaking counts. The term is Kelley and Walker's ("Critical-Path Planning and
    Scheduling", 1959), who are given what depends on what; the definition is ours: one turn follows another in
    time, needed or not.

    Returns:
        All turns that made a call when they were taken one after another; one when all were taken at once;
        none when no call was made.

    Examples:
        >>> critical_path(())
        ()
    """
    chain: list[TurnKey] = []
    begin_s = float("inf")
    for turn in sorted(_timed(transcript), key=lambda turn: (turn.ended_s, turn.index), reverse=True):
        if turn.ended_s <= begin_s + TOLERANCE_S:
            chain.append(turn.key)
            begin_s = turn.started_s
    return tuple(reversed(chain))


def timing(transcript: Transcript) -> Timing | None:
    """Say where the time of a team went; None when no call was made or no time passed.

    Examples:
        >>> timing(()) is None
        True
    """
    timed = _timed(transcript)
    elapsed_s = max((turn.ended_s for turn in timed), default=0.0) - min(
        (turn.started_s for turn in timed), default=0.0
    )
    if elapsed_s <= 0:
        return None
    on_path = set(critical_path(timed))
    longest = max((turn for turn in timed if turn.key in on_path), key=_duration_s)
    return Timing(
        elapsed_s=elapsed_s,
        worked_s=sum(map(_duration_s, timed)),
        longest=longest.key,
        longest_share=_duration_s(longest) / elapsed_s,
    )


def _timed(transcript: Transcript) -> list[Turn]:
    return [turn for turn in transcript if turn.calls]


def _duration_s(turn: Turn) -> float:
    return turn.ended_s - turn.started_s
