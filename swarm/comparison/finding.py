"""A comparison is put into words, for people who are no statisticians: first of all, the verdict.

Pure and plain text: whoever shows it makes it safe for where it stands. Nobody is called better by mean alone, and a
number that is missing is said to be missing.
"""

from collections.abc import Iterator, Mapping, Sequence

from swarm.cell import missing_in
from swarm.comparison.contrasts import Comparison, Contrast
from swarm.comparison.group import Group
from swarm.comparison.price import price
from swarm.comparison.settling import bad_losses, unseen, why_withheld, would_settle
from swarm.grid import Factor
from swarm.stats.paired import Difference
from swarm.stats.sample import MIN_MISSIONS_FOR_VERDICT
from swarm.verdict import SIMULATED_JUDGE
from swarm.written import listed, number, plural

FACTOR_WORDS: dict[Factor, str] = {
    "protocol": "the protocol",
    "models": "the models",
    "agents": "the number of agents",
    "shock": "the shock",
}


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
    return f"{told}{further_look(comparison.contrasts[0])}{'; '.join(parts)}."


def further_look(contrast: Contrast) -> str:
    """Say, to be put before what is said, that this look is one after an extension; else nothing."""
    if not contrast.extensions:
        return ""
    return f"looked at again after {plural(contrast.extensions, 'extension')} with p < {contrast.alpha:g}, "


def findings(comparison: Comparison) -> tuple[str, ...]:
    """Say what each contrast shows, the best supported first."""
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
    runs = found.runs + found.reference_runs
    opening = _opening(found.missions, runs, is_simulated(contrast.group), unit=contrast.unit)
    opening += further_look(contrast)
    like_these = ", on inputs like these" if contrast.inputs else ""
    paid = f"{price(contrast)}{like_these}"
    if contrast.verdict == "equivalent":
        said = f"{group} did about as well as {reference}: the difference lies within ±{found.margin:g}"
        return f"{opening}{said} ({_mean(found)}, {_interval(found)}; equivalent){paid}."
    compared = f"{opening}{group} scored {_than(found, reference)}"
    if contrast.withheld:
        return f"{compared} ({_interval(found)}; {contrast.word}){paid}: {why_withheld(contrast)}."
    if unseen(contrast):
        said = f"{opening}no difference between {group} and {reference} was seen"
        shown = (
            f"{said} ({_mean(found)}, {_interval(found)}; undetermined){paid}, but {bad_losses(contrast)}."
        )
        return f"{shown} {would_settle(contrast, comparisons)}"
    if contrast.verdict == "undetermined":
        adjusted = (
            " after allowing for all comparisons shown" if _excludes_nil(found) and comparisons > 1 else ""
        )
        doubt = f"Not settled: {compared[0].lower()}{compared[1:]} ({_interval(found)}; undetermined{adjusted}){paid}."
        return f"{doubt} {would_settle(contrast, comparisons)}"
    small = ", which is less than would matter" if _is_within_margin(found) else ""
    return f"{compared} ({_interval(found)}; {contrast.verdict}){small}{paid}."


def remarks(comparison: Comparison, factor: Factor | None = None) -> tuple[str, ...]:
    """Remarks to be known beside the verdict: other differences, and what was left out.

    Args:
        comparison: any.
        factor: what its groups were formed by.
    """
    said: list[str] = [SIMULATED_JUDGE] if comparison.simulated else []
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
    """Tell whether the runs of a group are simulated: all, or none."""
    return group.simulated


def _support(contrast: Contrast) -> tuple[int, float]:
    rank = {"better": 0, "worse": 0, "equivalent": 1, "undetermined": 2}[contrast.verdict]
    found = contrast.difference
    p = found.p_equivalence if rank == 1 else found.p_holm if found.p_holm is not None else found.p
    return rank, 1.0 if p is None else p


def _without_score(groups: Sequence[Group]) -> Iterator[str]:
    """Say which runs of which arm no judge has scored: those that still count and those that are missing."""
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


def _opening(
    missions: int, runs: int, simulated: bool, *, most: int | None = None, unit: str = "mission"
) -> str:
    kind = "simulated " if simulated else ""
    many = f"{missions}" if most in (None, missions) else f"{missions} to {most}"
    return f"On {many} {unit}{'' if many == '1' else 's'} ({runs:,} {kind}runs), "


def _than(found: Difference, reference: str) -> str:
    size = number(abs(found.difference))
    if not float(size):
        return f"the same as {reference} on average"
    return f"{size} {'higher' if found.difference > 0 else 'lower'} than {reference}"


def _mean(found: Difference) -> str:
    return f"{number(found.difference, signed=True)} on average"


def _interval(found: Difference) -> str:
    if found.low is None or found.high is None:
        return no_interval(found)
    return f"95 % interval {number(found.low)} to {number(found.high)}"


def no_interval(found: Difference) -> str:
    """Say why a difference has no interval, without a full stop."""
    few = found.missions < MIN_MISSIONS_FOR_VERDICT
    return "no interval, on so few missions" if few else "no interval, as it is the same on every mission"


def _excludes_nil(found: Difference) -> bool:
    return found.low is not None and found.high is not None and (found.low > 0 or found.high < 0)


def _is_within_margin(found: Difference) -> bool:
    return (
        found.low is not None
        and found.high is not None
        and -found.margin < found.low
        and found.high < found.margin
    )
