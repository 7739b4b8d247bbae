"""The costs of groups beside each other, in plain words that take nothing unknown for nothing."""

from statistics import fmean

from swarm.cell import Cell
from swarm.comparison.contrasts import Contrast
from swarm.comparison.group import Group
from swarm.written import money

ALIKE = 0.05
"""Ratios of cost this near to 1 are about the same."""
EQUAL_TOKENS = 0.05
"""Ratios of tokens this near to 1 are equal."""


def times(ratio: float) -> str:
    """A ratio in words.

    Examples:
        >>> times(1.3), times(0.742), times(23.2)
        ('1.3 times', '0.74 times', '23 times')
    """
    return (
        f"{ratio:.2f} times" if ratio < 1 else f"{ratio:.1f} times" if ratio < 9.95 else f"{ratio:,.0f} times"
    )


def price(contrast: Contrast) -> str:
    """Say how the costs compare, to be put behind what is said of quality."""
    return f"{_paid(contrast)}{tokens(contrast)}"


def _paid(contrast: Contrast) -> str:
    ratio, simulated = contrast.cost_ratio, contrast.group.simulated
    kind = "simulated " if simulated else ""
    if ratio is None:
        return f"; {no_price(contrast)}"
    return f", at {price_in_words(ratio, contrast.cost_low, contrast.cost_high)} {kind}cost"


def tokens(contrast: Contrast) -> str:
    """Say behind the price how unequal the tokens are where one side is a single agent; else nothing.

    One agent is set against a team by what it makes of the same tokens. With others, work done is compared.
    """
    if not any(_is_alone(side) for side in (contrast.group, contrast.reference)):
        return ""
    return tokens_beside(contrast.group, contrast.reference)


def tokens_beside(group: Group, other: Group) -> str:
    """Say behind the price how many times the tokens of another group one has used; nothing when they are equal."""
    used, usual = map(_tokens_of_agents, (group, other))
    ratio = used / usual if used and usual else None
    if ratio is None:
        return ", with tokens that are not known"
    return "" if abs(ratio - 1) <= EQUAL_TOKENS else f", with {times(ratio)} the tokens"


def _tokens_of_agents(group: Group) -> float | None:
    """Tokens of a run on average without the judge's, of which a team gives it more to read; None when unknown."""
    means = [mean for cell in group.cells if (mean := _tokens_without_judge(cell)) is not None]
    if len(means) == len(group.cells):
        return fmean(means)
    whole = group.ranged("tokens")
    return whole and whole.value


def _tokens_without_judge(cell: Cell) -> float | None:
    """What quality over quality per 1,000 tokens of the team tells."""
    pairs = zip(cell.values["quality"], cell.values["efficiency"], strict=True)
    known = [1000 * quality / each for quality, each in pairs if quality is not None and each]
    return fmean(known) if known else None


def _is_alone(group: Group) -> bool:
    return all(condition.protocol == "solo" or condition.agents == 1 for condition in group.conditions)


def no_price(contrast: Contrast) -> str:
    """Say why the costs of two groups have no ratio, without a full stop."""
    costs = [
        cost
        for side in (contrast.group, contrast.reference)
        for cell in side.cells
        for cost in cell.values["cost_usd"]
    ]
    if None in costs:
        return "how their costs compare is not known"
    return (
        "both cost nothing"
        if not any(costs)
        else "how their costs compare cannot be said, as some runs cost nothing"
    )


def price_in_words(ratio: float, low: float | None, high: float | None) -> str:
    """A ratio of costs with its interval, to be followed by "cost"; about the same when it is near 1 and may be 1.

    Examples:
        >>> price_in_words(0.5, 0.4, 0.62), price_in_words(1.02, 0.9, 1.1), price_in_words(1.3, None, None)
        ('0.50 times (0.40 to 0.62) the', 'about the same', '1.3 times the')
    """
    if abs(ratio - 1) < ALIKE and (low is None or high is None or low <= 1 <= high):
        return "about the same"
    interval = "" if low is None or high is None else f" ({low:.2f} to {high:.2f})"
    return f"{times(ratio)}{interval} the"


def price_of_missions(contrast: Contrast, missions: int) -> str:
    """The price of so many missions in both groups, with as many repeats as now."""
    sides = (contrast.group, contrast.reference)
    known = [cost / len(side.missions) for side in sides if (cost := side.total("cost_usd")) is not None]
    if len(known) < len(sides):
        return "at a price that is not known"
    return f"for about {money(missions * sum(known), simulated=contrast.group.simulated)}"
