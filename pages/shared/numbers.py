"""Numbers become words, with units. An unknown number is "–" or "unknown", never 0."""

from datetime import UTC, datetime

NONE = "–"


def count(number: float | None) -> str:
    """A whole number with separators.

    Examples:
        >>> count(12345), count(None)
        ('12,345', '–')
    """
    return NONE if number is None else f"{number:,.0f}"


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
