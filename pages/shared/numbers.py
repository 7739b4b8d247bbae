"""This file is where numbers become words, with units. An unknown number is "–" or "unknown", never 0."""

from datetime import UTC, datetime

NONE = "–"


def usd(amount: float | None) -> str:
    """Dollars, with as many digits as a small amount needs.

    Examples:
        >>> usd(0.01234), usd(12.5), usd(0.0), usd(0.00007), usd(None)
        ('$0.0123', '$12.50', '$0', '<$0.0001', 'unknown')
    """
    if amount is None:
        return "unknown"
    if amount == 0:
        return "$0"
    if amount < 0.0001:
        return "<$0.0001"
    return f"${amount:,.2f}" if amount >= 1 else f"${amount:.3g}" if amount >= 0.001 else f"${amount:.1g}"


def count(number: float | None) -> str:
    """A whole number with separators.

    Examples:
        >>> count(12345), count(None)
        ('12,345', '–')
    """
    return NONE if number is None else f"{number:,.0f}"


def seconds(duration: float | None) -> str:
    """A duration.

    Examples:
        >>> seconds(0.4), seconds(12.3), seconds(100), seconds(7300)
        ('0.4 s', '12 s', '1 min 40 s', '2 h 1 min')
    """
    if duration is None:
        return NONE
    if duration < 60:
        return f"{duration:.1f} s" if duration < 9.95 else f"{duration:.0f} s"
    minutes, rest = divmod(round(duration), 60)
    return f"{minutes} min {rest} s" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"


def quality(score: float | None) -> str:
    """A quality in [0.25, 1].

    Examples:
        >>> quality(0.8125), quality(None)
        ('0.81', '–')
    """
    return NONE if score is None else f"{score:.2f}"


def ago(moment: datetime, now: datetime | None = None) -> str:
    """How long ago something was.

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


def plural(number: int, noun: str) -> str:
    """A number and its noun.

    Examples:
        >>> plural(1, "agent"), plural(8, "agent")
        ('1 agent', '8 agents')
    """
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"
