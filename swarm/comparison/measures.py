"""Numbers of a comparison as they are written."""

from swarm.narrative.labels import lasting, usd
from swarm.recording.measures import MEASURES

MINUS = "−"
UNKNOWN = "–"


def write(key: str, value: float | None) -> str:
    """A value of a measure with its unit; "–" when it is missing.

    Examples:
        >>> write("quality", 0.813), write("idle", 0.13), write("cost_usd", 0.5), write("depth", None)
        ('0.813', '13%', '$0.50', '–')
    """
    if value is None:
        return UNKNOWN
    # Intervals around means do not know where a measure ends.
    measure = MEASURES[key]
    match measure.kind:
        case "share":
            return f"{100 * min(1.0, max(0.0, value)):.0f}%"
        case "seconds":
            return lasting(max(0.0, value))
        case "money":
            return usd(max(0.0, value))
        case "count":
            return f"{value:,.0f}"
        case "number":
            return number(value, measure.digits)


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
