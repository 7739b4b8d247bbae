"""Groups of which nothing can be said are left out of a comparison, and named: a stray run does not undo it. Pure."""

from collections.abc import Sequence
from dataclasses import replace

from swarm.comparison.contrasts import Comparison, Refused, compare_groups
from swarm.comparison.group import Group
from swarm.errors import BadInput
from swarm.stats.paired import ALPHA, MARGIN


def compare_without_strays(
    groups: Sequence[Group], *, margin: float = MARGIN, alpha: float = ALPHA, final: bool = True
) -> Comparison:
    """Compare groups as `compare_groups` does, without those that have nothing in common with any other.

    Args:
        groups: two or more, the reference first.
        margin: differences within it are called equivalent.
        alpha: of the verdicts.
        final: see `compare_groups`.

    Returns:
        What was left out is refused by name; p-values are adjusted for the rest alone.

    Raises:
        BadInput: as `compare_groups`; when the reference itself is a stray, too.
    """
    strays = [group for group in groups[1:] if _why_apart(group, groups)]
    kept = [group for group in groups if group not in strays]
    if len(kept) < 2:
        return compare_groups(groups, margin=margin, alpha=alpha, final=final)
    found = compare_groups(kept, margin=margin, alpha=alpha, final=final)
    return replace(
        found, refused=(*found.refused, *(Refused(each.name, _why_apart(each, groups)) for each in strays))
    )


def usual_reference(groups: Sequence[Group]) -> str:
    """The name of the group that the most others can be compared with; of several, the first.

    Args:
        groups: one or more, in their order.
    """
    refused = {group.name: _refused(group, groups) for group in groups if not _why_apart(group, groups)}
    return min(refused, key=refused.__getitem__, default=groups[0].name)


def _refused(reference: Group, groups: Sequence[Group]) -> int:
    """Count the groups that cannot be compared with this one."""
    others = [group for group in groups if group is not reference]
    try:
        return len(compare_without_strays([reference, *others]).refused)
    except BadInput:
        return len(groups)


def _why_apart(group: Group, groups: Sequence[Group]) -> str:
    """Say why a group can be compared with no other; empty when it may be."""
    if not group.scored:
        return f"{group.name} has no run with a quality"
    if any(group.scored & other.scored for other in groups if other is not group):
        return ""
    return "no other group has a run of the same missions under the same conditions"
