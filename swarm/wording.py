"""This file is where agents, durations, money and quotations become words of a sentence, in plain text."""

from collections.abc import Sequence

NAMED = 3
"""Of more agents, the first so many are named and the others counted."""
QUOTED_CHARS = 110


def agents_named(seats: Sequence[int]) -> str:
    """Agents by number; of many, the first.

    Examples:
        >>> agents_named([3]), agents_named([3, 4])
        ('agent 3', 'agents 3 and 4')
        >>> agents_named(range(1, 257))
        'agents 1, 2, 3 and 253 more'
    """
    if len(seats) == 1:
        return f"agent {seats[0]}"
    if len(seats) > NAMED + 1:
        return f"agents {', '.join(map(str, seats[:NAMED]))} and {len(seats) - NAMED} more"
    return f"agents {', '.join(map(str, seats[:-1]))} and {seats[-1]}"


def lasting(duration_s: float) -> str:
    """A duration.

    Examples:
        >>> lasting(0.04), lasting(4.26), lasting(24.3), lasting(100), lasting(7300)
        ('less than 0.1 s', '4.3 s', '24 s', '1 min 40 s', '2 h 1 min')
    """
    if duration_s < 9.95:
        return "less than 0.1 s" if duration_s < 0.1 else f"{duration_s:.1f} s"
    minutes, rest = divmod(round(duration_s), 60)
    if not minutes:
        return f"{rest} s"
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def money(cost_usd: float | None, *, simulated: bool) -> str:
    """Dollars, said to be simulated when they are; None is an unknown amount.

    Examples:
        >>> money(0.0123, simulated=True), money(0.0, simulated=False), money(None, simulated=False)
        ('$0.0123 of simulated money', '$0.00', 'an unknown amount of money')
    """
    kind = " of simulated money" if simulated else ""
    if cost_usd is None:
        return "an unknown amount of money"
    if 0 < cost_usd < 0.0001:
        return f"less than $0.0001{kind}"
    return f"${cost_usd:,.{2 if cost_usd >= 1 or not cost_usd else 4}f}{kind}"


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
