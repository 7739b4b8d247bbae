"""What agents did and became, teams, durations, money and quotations become words, in plain text."""

from collections.abc import Sequence

from swarm.organization.graph import Standing
from swarm.shock import Shock
from swarm.team import Team
from swarm.turn import Action

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
QUOTED_CHARS = 110


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


def listed(words: Sequence[str]) -> str:
    """One or more words as a list in a sentence.

    Examples:
        >>> listed(["R2"]), listed(["R2", "R5", "R7"])
        ('R2', 'R2, R5 and R7')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def protocol_name(protocol: str) -> str:
    """A protocol's name as a label.

    Examples:
        >>> protocol_name("fixed_roles")
        'Fixed roles'
    """
    return protocol.replace("_", " ").capitalize()


def ranges(seats: Sequence[int]) -> str:
    """Seat numbers in ascending order, neighbours joined.

    Examples:
        >>> ranges([1, 2, 3, 5, 7, 8])
        '1–3, 5, 7, 8'
    """
    runs: list[list[int]] = []
    for seat in seats:
        if runs and runs[-1][-1] == seat - 1:
            runs[-1].append(seat)
        else:
            runs.append([seat])
    parts = [f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(map(str, run)) for run in runs]
    return ", ".join(parts)


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


def lasting(duration_s: float | None) -> str:
    """A duration; "–" when it is unknown.

    Examples:
        >>> lasting(0.0), lasting(0.0004), lasting(0.04), lasting(4.26), lasting(24.3)
        ('0 s', '<1 ms', '40 ms', '4.3 s', '24 s')
        >>> lasting(59.7), lasting(100), lasting(7300), lasting(None)
        ('1 min 0 s', '1 min 40 s', '2 h 2 min', '–')
    """
    if duration_s is None:
        return "–"
    if duration_s == 0:
        return "0 s"
    if duration_s < 0.9995:
        return f"{1000 * duration_s:.0f} ms" if duration_s >= 0.0005 else "<1 ms"
    if duration_s < 59.5:
        return f"{duration_s:.1f} s" if duration_s < 9.95 else f"{duration_s:.0f} s"
    minutes, rest_s = divmod(round(duration_s), 60)
    if minutes < 60:
        return f"{minutes} min {rest_s} s"
    hours, minutes = divmod(round(duration_s / 60), 60)
    return f"{hours} h {minutes} min"


def usd(amount: float | None) -> str:
    """Dollars to a hundredth of a cent; "unknown" when the price is. What is less than that is not nothing.

    Examples:
        >>> usd(12.5), usd(0.5), usd(0.01234), usd(0.00004), usd(0.0), usd(None)
        ('$12.50', '$0.50', '$0.0123', '<$0.0001', '$0', 'unknown')
    """
    if amount is None:
        return "unknown"
    if amount == 0:
        return "$0"
    if amount < 0.0001:
        return "<$0.0001"
    digits = f"${amount:,.{2 if amount >= 1 else 4}f}"
    cents = digits.index(".") + 3
    return digits[:cents] + digits[cents:].rstrip("0")


def money(cost_usd: float | None, *, simulated: bool) -> str:
    """Dollars in a sentence, said to be simulated when they are; None is an unknown amount.

    Examples:
        >>> money(0.0123, simulated=True), money(0.00004, simulated=False), money(None, simulated=False)
        ('$0.0123 of simulated money', 'less than $0.0001', 'an unknown amount of money')
    """
    if cost_usd is None:
        return "an unknown amount of money"
    return usd(cost_usd).replace("<", "less than ") + (" of simulated money" if simulated else "")


def quote(text: str, limit: int = QUOTED_CHARS) -> str:
    """What somebody wrote, between quotation marks; cut after so many characters.

    Examples:
        >>> quote("Nothing to add.")
        '“Nothing to add”'
    """
    return f"“{brief(text, limit)}”"


def brief(text: str | None, limit: int = QUOTED_CHARS) -> str:
    """A text for the middle of a sentence: on one line, without the last full stop, cut."""
    line = " ".join((text or "").split()).rstrip(".")
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
