"""Values as people read them: numbers, dollars, durations, lists, quotations. What is unknown is never 0."""

import re
from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

UNKNOWN = "–"
MINUS = "−"
QUOTED_CHARS = 110
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
"""Characters that steer a terminal, or turn or break what is written around them, and are not seen themselves."""


def number(value: float | None, digits: int = 3, *, signed: bool = False) -> str:
    """A number with a true minus sign; "–" when it is missing. What rounds to nothing has no sign.

    Examples:
        >>> number(-0.0196), number(0.134, signed=True), number(-0.0001, signed=True), number(None)
        ('−0.020', '+0.134', '0.000', '–')
    """
    if value is None:
        return UNKNOWN
    digits_of = f"{abs(value):,.{digits}f}"
    if not float(digits_of.replace(",", "")):
        return digits_of
    return (MINUS if value < 0 else "+" if signed else "") + digits_of


def p_value(p: float | None) -> str:
    """A p-value as journals print it.

    Examples:
        >>> p_value(0.0312), p_value(1e-7), p_value(None)
        ('0.031', '<0.001', '–')
    """
    if p is None:
        return UNKNOWN
    return f"{p:.3f}" if p >= 0.001 else "<0.001"


def count(number: float | None) -> str:
    """A whole number with separators.

    Examples:
        >>> count(12345), count(None)
        ('12,345', '–')
    """
    return UNKNOWN if number is None else f"{number:,.0f}"


def quality(score: float | None) -> str:
    """A quality in [0.25, 1].

    Examples:
        >>> quality(0.8125), quality(None)
        ('0.81', '–')
    """
    return UNKNOWN if score is None else f"{score:.2f}"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """Say how long ago something was.

    Examples:
        >>> ago(datetime(2026, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, 3, tzinfo=UTC))
        '3 hours ago'
    """
    passed = ((now or datetime.now(UTC)) - moment).total_seconds()
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if passed >= size:
            number = int(passed // size)
            return f"{number} {unit}{'s' if number > 1 else ''} ago"
    return "just now"


def moment(at: datetime, zone: tzinfo | None = None) -> str:
    """A moment in the time of a zone, with its offset from UTC; None is the zone of this machine.

    Examples:
        >>> moment(datetime(2026, 1, 1, 22, 20, tzinfo=UTC), UTC)
        '2026-01-01 22:20 +00:00'
    """
    local = at.astimezone(zone).isoformat(" ", "minutes")
    return f"{local[:16]} {local[16:]}"


def plural(number: int, noun: str) -> str:
    """A number and its noun.

    Examples:
        >>> plural(1, "agent"), plural(8, "agent")
        ('1 agent', '8 agents')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def lasting(duration_s: float | None) -> str:
    """A duration; "–" when it is unknown.

    Examples:
        >>> lasting(0.0), lasting(0.0004), lasting(0.04), lasting(4.26), lasting(24.3)
        ('0 s', '<1 ms', '40 ms', '4.3 s', '24 s')
        >>> lasting(59.7), lasting(100), lasting(7300), lasting(None)
        ('1 min 0 s', '1 min 40 s', '2 h 2 min', '–')
    """
    if duration_s is None:
        return UNKNOWN
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


def about(text: str, estimated: bool) -> str:
    """Mark a figure that is an estimate, because a provider stated none.

    Examples:
        >>> about("$0.50", True), about("$0.50", False), about("unknown", True)
        ('about $0.50', '$0.50', 'unknown')
    """
    return f"about {text}" if estimated and text != "unknown" else text


def money(cost_usd: float | None, *, simulated: bool) -> str:
    """Dollars in a sentence, said to be simulated when they are; None is an unknown amount.

    Examples:
        >>> money(0.0123, simulated=True), money(0.00004, simulated=False), money(None, simulated=False)
        ('$0.0123 of simulated money', 'less than $0.0001', 'an unknown amount of money')
    """
    if cost_usd is None:
        return "an unknown amount of money"
    return usd(cost_usd).replace("<", "less than ") + (" of simulated money" if simulated else "")


def listed(words: Sequence[str]) -> str:
    """One or more words as a list in a sentence.

    Examples:
        >>> listed(["R2"]), listed(["R2", "R5", "R7"])
        ('R2', 'R2, R5 and R7')
    """
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


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


def visible(text: str) -> str:
    r"""A text in which control characters and those that turn the direction of writing are seen; breaks and tabs stay.

    Examples:
        >>> visible("a\x1b[31m\r\nb"), visible("\u202egnp")
        ('a␛[31m\nb', '⟨U+202E⟩gnp')
    """
    return UNSEEN.sub(_mark, text.replace("\r\n", "\n"))


def escaped(written: str) -> str:
    r"""JSON or TOML in which characters that are not seen are written as escapes, so that it means what it meant.

    Examples:
        >>> print(escaped('"\u202egnp"'))
        "\u202egnp"
    """
    return UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", written)


def _mark(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else f"⟨U+{code:04X}⟩"


def quote(text: str, limit: int = QUOTED_CHARS) -> str:
    """Put somebody's words between quotation marks, cut after so many characters.

    Examples:
        >>> quote("Nothing to add.")
        '“Nothing to add”'
    """
    return f"“{brief(text, limit)}”"


def brief(text: str | None, limit: int = QUOTED_CHARS) -> str:
    """A text for the middle of a sentence: on one line, without the last full stop, cut."""
    line = " ".join((text or "").split()).rstrip(".")
    return line if len(line) <= limit else line[: limit - 1].rstrip() + "…"
