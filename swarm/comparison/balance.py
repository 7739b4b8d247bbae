"""Groups get the paper's balance index, and a sentence that says what it is made of. Pure."""

from collections.abc import Sequence

from swarm.comparison.group import Group
from swarm.metrics.balance import WEIGHTS, Balance, balance
from swarm.recording.measures import MEASURES
from swarm.written import listed, number


def balance_of(groups: Sequence[Group]) -> Balance:
    """The balance index of groups, by their means; the time of simulated runs, which is this machine's, is left out."""
    simulated = any(group.simulated for group in groups)
    keys = [key for key in WEIGHTS if not (simulated and key == "duration_s")]
    return balance([{key: _mean(group, key) for key in keys} for group in groups])


def balance_in_words(groups: Sequence[Group]) -> str:
    """The balance index of groups and what it is made of, in plain text."""
    found = balance_of(groups)
    if not found.counted:
        return "Balance index (the paper's): none, as these groups differ in nothing that it weighs and all have."
    each = ", ".join(
        f"{group.name} {number(index, 2)}" for group, index in zip(groups, found.indices, strict=True)
    )
    weights = listed([f"{MEASURES[key].name.lower()} ({WEIGHTS[key]:g})" for key in found.counted])
    kind = ", simulated" if groups[0].simulated else ""
    return (
        f"Balance index (the paper's{kind}): {each}. By means alone, it weighs {weights}, each from 0 for the worst of "
        "these groups to 1 for the best, so it holds among them only and settles nothing."
    )


def _mean(group: Group, key: str) -> float | None:
    estimate = group.estimate(key)
    return estimate.value if estimate else None
