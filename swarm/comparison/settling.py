"""What keeps a contrast from a verdict, and what would settle it, in words. Pure and plain text."""

from swarm.comparison.contrasts import Contrast
from swarm.comparison.price import price_of_missions
from swarm.stats.paired import missions_for_alike, missions_needed
from swarm.stats.sample import MIN_MISSIONS_FOR_VERDICT
from swarm.stats.tail import QUALITY
from swarm.written import plural

ROUNDED_FROM = 100
"""Larger numbers of missions are foretold in round numbers only."""


def unseen(contrast: Contrast) -> bool:
    """Tell if the means are shown to be alike but bad losses not to be rare."""
    open_one = contrast.verdict == "undetermined" and not contrast.withheld
    return open_one and contrast.difference.only_tail_open(contrast.alpha)


def bad_losses(contrast: Contrast) -> str:
    """Say whose bad losses are not excluded and up to what share, without a full stop."""
    found, group, reference = contrast.difference, contrast.group.name, contrast.reference.name
    assert found.behind
    assert found.ahead
    behind, ahead = (tail.bound(contrast.alpha) for tail in (found.behind, found.ahead))
    who = (
        "either of them loses"
        if behind == ahead
        else f"{group} loses"
        if behind > ahead
        else f"{reference} loses"
    )
    return (
        f"that {who} {QUALITY.loss:g} or more on up to {max(behind, ahead):.0%} of missions is not excluded"
    )


def why_withheld(contrast: Contrast) -> str:
    """Say why a contrast has no verdict, without a full stop."""
    if contrast.withheld == "scores":
        return f"the verdict depends on {plural(contrast.gaps, 'missing score')}"
    if contrast.withheld == "time":
        return "the two were not played together in time; play them interleaved"
    return "a verdict counts only at the planned end"


def would_settle(contrast: Contrast, comparisons: int) -> str:
    """Say how many missions would settle a contrast that is not settled, and what they cost."""
    found = contrast.difference
    if unseen(contrast):
        return _would_exclude(contrast)
    needed = missions_needed(found, comparisons=comparisons, alpha=_next_alpha(contrast))
    enough = None if needed is None else max(needed, MIN_MISSIONS_FOR_VERDICT)
    few = f"No verdict is given on fewer than {MIN_MISSIONS_FOR_VERDICT} missions. "
    few = few if found.missions < MIN_MISSIONS_FOR_VERDICT else ""
    if enough is None or enough <= found.missions:
        return f"{few}How many missions would settle it cannot be told from these."
    return f"{few}If things stay as they seem, about {_to_be_played(contrast, enough, 'settle')}."


def _next_alpha(contrast: Contrast) -> float:
    """The level of the look that could settle it."""
    return contrast.further or contrast.alpha


def _to_be_played(contrast: Contrast, enough: int, what: str) -> str:
    """Say what so many missions in all would do, as what they are to be played, and for how much.

    Adding to these and looking again would be wrong twice as often, unless a level was kept for that.
    """
    many, more, how = enough, "", "in an experiment of its own"
    if contrast.further is not None:
        many, more = enough - contrast.difference.missions, "more "
        how = f"as an extension of this experiment, looked at with p < {contrast.further:g}"
    return f"{_about(many)} {more}missions would {what} it {how}, {price_of_missions(contrast, many)}"


def _would_exclude(contrast: Contrast) -> str:
    """Say how many missions would show bad losses to be rare."""
    needed = missions_for_alike(contrast.difference, alpha=_next_alpha(contrast))
    if needed is None:
        return "More missions would not exclude it: repeat each more often, or see where they were lost."
    return f"If losses stay as rare, {_to_be_played(contrast, needed, 'exclude')}."


def _about(count: int) -> str:
    if count < ROUNDED_FROM:
        return str(count)
    digits = len(str(count)) - 2
    return f"{round(count, -digits):,}"
