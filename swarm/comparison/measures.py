"""This file is where measures get their names, what they mean, and how their numbers are written."""

from dataclasses import dataclass

from swarm.cell import Measure
from swarm.wording import lasting, usd

MINUS = "−"
UNKNOWN = "–"


@dataclass(frozen=True, slots=True)
class Words:
    """What a measure is called, and what it means, in a sentence."""

    name: str
    meaning: str


MEASURED: dict[Measure, Words] = {
    "quality": Words(
        "Quality", "The judge's points on four criteria, divided by 16: 0.25 is the worst, 1 the best."
    ),
    "mission_relevance": Words(
        "Mission relevance", "The judge's fifth criterion, from 1 to 4; not part of quality."
    ),
    "depth": Words("Depth", "Layers of who builds on or reports to whom, as the agents say; 1 is flat."),
    "abstained": Words("Abstained", "Share of the team that was asked to work and chose to sit it out."),
    "idle": Words("Idle in all", "Share of the team that did not work, for whatever reason."),
    "unusable": Words("No usable reply", "Share of the team whose reply could not be read, or never came."),
    "roles": Words("Different roles", "Different roles for each agent that worked: 1 when no two are alike."),
    "tokens": Words("Tokens", "Input and output of a run, the judge's included."),
    "cost_usd": Words("Cost", "Dollars of a run, the judge's included."),
    "duration_s": Words(
        "Time", "How long a run took; simulated models need not take their time, so it says nothing of them."
    ),
    "efficiency": Words(
        "Quality per 1,000 tokens", "Quality over thousands of tokens, the judge's included."
    ),
}
SHARES: tuple[Measure, ...] = ("abstained", "idle", "unusable")


def write(measure: Measure, value: float | None) -> str:
    """A value of a measure with its unit; "–" when it is missing.

    Examples:
        >>> write("quality", 0.813), write("idle", 0.13), write("cost_usd", 0.5), write("depth", None)
        ('0.813', '13%', '$0.50', '–')
    """
    if value is None:
        return UNKNOWN
    # Intervals around means do not know where a measure ends.
    if measure in SHARES:
        return f"{100 * min(1.0, max(0.0, value)):.0f}%"
    if measure == "duration_s":
        return lasting(max(0.0, value))
    if measure == "cost_usd":
        return usd(max(0.0, value))
    if measure == "tokens":
        return f"{value:,.0f}"
    return number(value, {"quality": 3, "efficiency": 3}.get(measure, 2))


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
