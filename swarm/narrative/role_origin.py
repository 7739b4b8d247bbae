"""The origin of roles: chosen by the agents, given to them, or planned."""

from contextlib import suppress
from typing import Literal, TypeAlias

from swarm.engine.rehearsal import as_asked, rehearse
from swarm.errors import SwarmError
from swarm.mission import Mission
from swarm.recording.record import RunRecord
from swarm.spec import RunSpec
from swarm.team import make_team

Origin: TypeAlias = Literal["planned", "given", "chosen", "unknown"]
"""From a leader's plan, from a list, from the agents themselves."""
MOST_TURNS = 9


def origin_of_roles(record: RunRecord) -> Origin:
    """Say where the roles of a run come from, as far as that is known."""
    if any(turn.assignments for turn in record.turns):
        return "planned"
    if any(seat.role for seat in record.spec.team):
        return "given"
    return origin_under(record.spec.protocol)


def origin_under(protocol: str) -> Origin:
    """Rehearse a protocol to say where its roles come from, "unknown" when it cannot be rehearsed here."""
    spec = RunSpec(Mission("rehearsal", "Rehearsal", "Rehearse."), make_team(["nobody"], 3), protocol)
    with suppress(SwarmError):
        cues = [said.cue for said in rehearse(spec, as_asked, most_turns=MOST_TURNS)]
        if any(cue.kind == "plan" for cue in cues):
            return "planned"
        return "given" if any(cue.role for cue in cues) else "chosen"
    return "unknown"
