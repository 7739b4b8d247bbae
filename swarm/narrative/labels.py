"""Plain text for what agents did and became, for teams, and for what is waited for."""

from collections.abc import Sequence

from swarm.mission import Mission
from swarm.organization.graph import Standing
from swarm.recording.events import ProviderPaused
from swarm.recording.record import RunRecord
from swarm.shock import Shock
from swarm.team import Team
from swarm.turn import Action
from swarm.written import plural, quote

DID: dict[Action, str] = {
    "plan": "planned",
    "intend": "announced",
    "contribute": "contributed",
    "abstain": "abstained",
    "unparsed": "unreadable reply",
    "failed": "no reply",
}
"""What came of a turn, as a label."""
DOES: dict[Action, str] = {
    "plan": "plans",
    "intend": "announces what it will do",
    "contribute": "contributes",
    "abstain": "abstains",
    "unparsed": "gives an unreadable reply",
    "failed": "gets no reply from its model",
}
"""What an agent does in a turn, behind its name in a sentence."""
BECAME: dict[Standing, str] = {
    "active": "contributed",
    "abstained": "abstained by choice",
    "directed_idle": "idle by order",
    "unparsed": "unreadable reply",
    "failed": "no reply",
    "thinking": "thinking",
    "waiting": "waiting",
    "not_reached": "not reached",
}
"""What a seat is doing, or what became of it, as a label."""
SAT_OUT: dict[Standing, str] = {
    "abstained": "chose to sit it out",
    "directed_idle": "stayed idle by order (never asked to work)",
    "unparsed": "gave an unreadable reply",
    "failed": "got no reply from the model",
}
"""The four kinds of not working, behind one or more agents in a sentence."""
NAMED = 3
"""Of more agents, the first so many are named and the others counted."""


def agents_named(seats: Sequence[int], most: int = NAMED) -> str:
    """Agents by number; of many, the first `most`.

    Examples:
        >>> agents_named([3]), agents_named([3, 4]), agents_named([3, 4, 5])
        ('agent 3', 'agents 3 and 4', 'agents 3, 4 and 5')
        >>> agents_named(range(1, 257))
        'agents 1, 2, 3 and 253 others'
    """
    if len(seats) == 1:
        return f"agent {seats[0]}"
    # One more is named: that is as short as saying so.
    if len(seats) > most + 1:
        return f"agents {', '.join(map(str, seats[:most]))} and {len(seats) - most} others"
    return f"agents {', '.join(map(str, seats[:-1]))} and {seats[-1]}"


def protocol_name(protocol: str) -> str:
    """A protocol's name as a label.

    Examples:
        >>> protocol_name("fixed_roles")
        'Fixed roles'
    """
    return protocol.replace("_", " ").capitalize()


def paused(pause: ProviderPaused, waiting: int | None = None) -> str:
    """What a provider is waited for, and by how many: as many as when it was told, or so many now.

    Examples:
        >>> fields = {"run_id": "r", "seq": 1, "at": None, "t": 0.0, "model": "a/b", "wait_s": 20.0, "waiting": 12}
        >>> paused(ProviderPaused(because="acme asks us to wait 20 s", **fields))
        'acme asks us to wait 20 s; 12 agents are waiting'
    """
    return f"{pause.because}; {_are_waiting(pause.waiting if waiting is None else waiting)}"


def waited_for(record: RunRecord, since_s: float = 0.0) -> str:
    """What agents of a running run wait for, so many seconds after its latest event; empty when nobody waits."""
    if record.status != "running" or not record.waiting:
        return ""
    now_s = record.duration_s + since_s
    going_on = [pause for pause in record.pauses if pause.t + pause.wait_s > now_s]
    if going_on:
        return paused(going_on[-1], record.waiting)
    return f"{_are_waiting(record.waiting)} for a free place at their provider"


def _are_waiting(calls: int) -> str:
    return "1 agent is waiting" if calls == 1 else f"{calls} agents are waiting"


def models_named(team: Team) -> str:
    """Seats per model, such as "6 × sim/strong, 2 × sim/weak"."""
    return ", ".join(f"{seated} × {model}" for model, seated in team.models.items())


def shock_named(shock: Shock | None) -> str:
    """A shock and what it swaps seats to; "none" without one.

    Examples:
        >>> shock_named(Shock("swap", "sim/weak")), shock_named(None)
        ('swap to sim/weak', 'none')
    """
    if shock is None:
        return "none"
    return f"{shock.kind} to {shock.model}" if shock.model else shock.kind


def read_as(mission: Mission) -> str:
    """Say what was read of a mission of one's own, so that a list that was not understood is noticed.

    Examples:
        >>> read_as(Mission("own", "Bakery", "Open a bakery"))
        'Read: “Bakery”, a goal of 13 characters, 0 requirements found: the goal itself must say what is wanted'
    """
    said = f"Read: {quote(mission.title)}, a goal of {plural(len(mission.goal), 'character')}"
    if not mission.requirements:
        return f"{said}, 0 requirements found: the goal itself must say what is wanted"
    return f"{said}, {plural(len(mission.requirements), 'requirement')}"
