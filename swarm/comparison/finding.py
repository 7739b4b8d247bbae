"""A comparison is put into words, for people who are no statisticians: first of all, the verdict.

Pure and plain text: whoever shows it makes it safe for where it stands. Nobody is called better by mean alone, and a
number that is missing is said to be missing.
"""

from collections.abc import Iterator, Mapping, Sequence

from swarm.cell import missing_in
from swarm.comparison.contrasts import Comparison, Contrast
from swarm.comparison.group import Group
from swarm.grid import Factor
from swarm.stats.paired import Difference, missions_needed
from swarm.stats.sample import MIN_MISSIONS_FOR_VERDICT
from swarm.written import listed, money, number

FACTOR_WORDS: dict[Factor, str] = {
    "protocol": "the protocol",
    "models": "the models",
    "agents": "the number of agents",
    "shock": "the shock",
}
ALIKE = 0.05
"""Ratios of cost this near to 1 are about the same."""
ROUNDED_FROM = 100
"""Larger numbers of missions are foretold in round numbers only."""


def finding(comparison: Comparison) -> str:
    """Say what a comparison shows, in one sentence; two, when it is not settled.

    Args:
        comparison: of two groups, or of several with the first of them.

    Returns:
        The verdict: with its numbers when there is one contrast, else which groups are better, worse, about as good
        or not settled; `findings` has the numbers of each then.
    """
    if len(comparison.contrasts) == 1:
        return contrast_sentence(comparison.contrasts[0], comparisons=comparison.comparisons)
    reference = comparison.groups[0].name
    told = {
        "better": f"scored higher than {reference}",
        "worse": f"scored lower than {reference}",
        "equivalent": f"did about as well as {reference}",
        "undetermined": f"cannot be told from {reference} yet",
    }
    parts = [
        f"{listed([each.group.name for each in chosen])} {words}"
        for word, words in told.items()
        if (chosen := [each for each in comparison.contrasts if each.verdict == word])
    ]
    missions = [each.difference.missions for each in comparison.contrasts]
    told = _opening(min(missions), _scored_runs(comparison), comparison.simulated, most=max(missions))
    return f"{told}{'; '.join(parts)}."


def findings(comparison: Comparison) -> tuple[str, ...]:
    """What each contrast shows, the best supported first."""
    return tuple(
        contrast_sentence(each, comparisons=comparison.comparisons)
        for each in sorted(comparison.contrasts, key=_support)
    )


def contrast_sentence(contrast: Contrast, *, comparisons: int = 1) -> str:
    """Say how one group did against the reference: the difference, its interval, the verdict, the price of it.

    Args:
        contrast: from a comparison.
        comparisons: how many the family has over which its p-value was adjusted.

    Returns:
        One sentence; when nothing is settled, a second one with what would settle it.
    """
    found, group, reference = contrast.difference, contrast.group.name, contrast.reference.name
    opening = _opening(found.missions, found.runs + found.reference_runs, is_simulated(contrast.group))
    price = _price(contrast)
    if contrast.verdict == "equivalent":
        said = f"{group} did about as well as {reference}: the difference lies within ±{found.margin:g}"
        return f"{opening}{said} ({_mean(found)}, {_interval(found)}; equivalent){price}."
    compared = f"{opening}{group} scored {_than(found, reference)}"
    if contrast.verdict == "undetermined":
        adjusted = (
            " after allowing for all comparisons shown" if _excludes_nil(found) and comparisons > 1 else ""
        )
        doubt = f"Not settled: {compared[0].lower()}{compared[1:]} ({_interval(found)}; undetermined{adjusted}){price}."
        return f"{doubt} {would_settle(contrast, comparisons)}"
    small = ", which is less than would matter" if _is_within_margin(found) else ""
    return f"{compared} ({_interval(found)}; {contrast.verdict}){small}{price}."


def remarks(comparison: Comparison, factor: Factor | None = None) -> tuple[str, ...]:
    """What has to be known beside the verdict: other differences, and what was left out.

    Args:
        comparison: any.
        factor: what its groups were formed by.
    """
    said: list[str] = []
    others = [FACTOR_WORDS[each] for each in comparison.besides if each != factor]
    if factor and others:
        said.append(
            f"The groups also differ in {listed(others)}: not all of the difference need be due to "
            f"{FACTOR_WORDS[factor]}."
        )
    said += [f"Nothing is said of {each.name}: {each.why}." for each in comparison.refused]
    if comparison.left_out:
        said.append(_left_out(comparison))
    return (*said, *_without_score(comparison.groups))


def is_simulated(group: Group) -> bool:
    """Whether the runs of a group are simulated: all of them, or none."""
    return group.simulated


def times(ratio: float) -> str:
    """A ratio in words.

    Examples:
        >>> times(1.3), times(0.742), times(23.2)
        ('1.3 times', '0.74 times', '23 times')
    """
    return (
        f"{ratio:.2f} times" if ratio < 1 else f"{ratio:.1f} times" if ratio < 9.95 else f"{ratio:,.0f} times"
    )


def would_settle(contrast: Contrast, comparisons: int) -> str:
    """Say how many more missions would settle a contrast that is not settled, and what they cost."""
    found = contrast.difference
    needed = missions_needed(found, comparisons=comparisons, alpha=contrast.alpha)
    more = 0 if needed is None else max(needed, MIN_MISSIONS_FOR_VERDICT) - found.missions
    few = f"No verdict is given on fewer than {MIN_MISSIONS_FOR_VERDICT} missions. "
    few = few if found.missions < MIN_MISSIONS_FOR_VERDICT else ""
    if more <= 0:
        return f"{few}How many more missions would settle it cannot be told from these."
    price = _price_of_missions(contrast, more)
    noun = "mission" if more == 1 else "missions"
    return f"{few}If things stay as they seem, about {_about(more)} more {noun} would settle it, {price}."


def _support(contrast: Contrast) -> tuple[int, float]:
    rank = {"better": 0, "worse": 0, "equivalent": 1, "undetermined": 2}[contrast.verdict]
    found = contrast.difference
    p = found.p_equivalence if rank == 1 else found.p_holm if found.p_holm is not None else found.p
    return rank, 1.0 if p is None else p


def _without_score(groups: Sequence[Group]) -> Iterator[str]:
    """Which runs of which arm no judge has scored: those that count all the same, and those that are missing."""
    nothing = [(sum(cell.nothing for cell in group.every_cell), group) for group in groups]
    if failed := [
        f"{count:,} of {_all_runs(group):,} runs of {group.name}" for count, group in nothing if count
    ]:
        yield f"Failed by their own team, and so counted with the lowest quality, 0.25: {listed(failed)}."
    reasons = [(missing_in(group.every_cell), group.name) for group in groups]
    if gaps := [f"{sum(why.values()):,} of {name} ({_reasons(why)})" for why, name in reasons if why]:
        yield f"Without a quality for no fault of their team, and so left out of it: {listed(gaps)}."


def _all_runs(group: Group) -> int:
    return sum(cell.runs for cell in group.every_cell)


def _reasons(why: Mapping[str, int]) -> str:
    return listed([f"{count:,} where {reason}" for reason, count in why.items()])


def _left_out(comparison: Comparison) -> str:
    left = "run was" if comparison.left_out == 1 else "runs were"
    why = "not every group has a score of the same mission under the same conditions"
    if len(comparison.contrasts) == 1:
        return f"{comparison.left_out:,} finished {left} left out: {why}."
    return (
        f"{comparison.left_out:,} finished {left} left out of the means of groups: {why}. Each two are compared by all "
        "that both have."
    )


def _scored_runs(comparison: Comparison) -> int:
    """Runs that any contrast rests upon, each once."""
    cells = {
        (cell.condition, cell.mission): len(cell.known("quality"))
        for each in comparison.contrasts
        for group in (each.group, each.reference)
        for cell in group.cells
    }
    return sum(cells.values())


def _opening(missions: int, runs: int, simulated: bool, *, most: int | None = None) -> str:
    kind = "simulated " if simulated else ""
    many = f"{missions}" if most in (None, missions) else f"{missions} to {most}"
    return f"On {many} mission{'' if many == '1' else 's'} ({runs:,} {kind}runs), "


def _than(found: Difference, reference: str) -> str:
    size = number(abs(found.difference))
    if not float(size):
        return f"the same as {reference} on average"
    return f"{size} {'higher' if found.difference > 0 else 'lower'} than {reference}"


def _mean(found: Difference) -> str:
    return f"{number(found.difference, signed=True)} on average"


def _interval(found: Difference) -> str:
    if found.low is None or found.high is None:
        return "no interval, as it is the same on every mission"
    return f"95 % interval {number(found.low)} to {number(found.high)}"


def _excludes_nil(found: Difference) -> bool:
    return found.low is not None and found.high is not None and (found.low > 0 or found.high < 0)


def _is_within_margin(found: Difference) -> bool:
    return (
        found.low is not None
        and found.high is not None
        and -found.margin < found.low
        and found.high < found.margin
    )


def _price(contrast: Contrast) -> str:
    ratio, simulated = contrast.cost_ratio, is_simulated(contrast.group)
    kind = "simulated " if simulated else ""
    if ratio is None:
        return "; how their costs compare is not known"
    if abs(ratio - 1) < ALIKE:
        return f", at about the same {kind}cost"
    return f", at {times(ratio)} the {kind}cost"


def _about(count: int) -> str:
    if count < ROUNDED_FROM:
        return str(count)
    digits = len(str(count)) - 2
    return f"{round(count, -digits):,}"


def _price_of_missions(contrast: Contrast, more: int) -> str:
    """What so many more missions cost in both groups, with as many repeats as now."""
    sides = (contrast.group, contrast.reference)
    known = [cost / len(side.missions) for side in sides if (cost := side.total("cost_usd")) is not None]
    if len(known) < len(sides):
        return "at a price that is not known"
    return f"for about {money(more * sum(known), simulated=is_simulated(contrast.group))}"
