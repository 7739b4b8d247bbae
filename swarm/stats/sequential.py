"""An experiment may stop early without fooling itself.

Who looks at p < .05 five times is wrong far more often than in 5 % of cases. So the looks are fixed beforehand and each
has a level of its own: .001 at the four before the end, and what is left of .05, .046, at the end (Haybittle and Peto;
here the levels add up to .05 exactly, so the bound holds whatever the looks share). Reaching p < .001 midway takes a
large difference, and the price at the end is next to nothing.

What it does not mend: a difference that stopped an experiment early is seen too large on average, and its 95 %
interval covers the truth less often than that. docs/statistics.md has the figures.
"""

import math
from collections.abc import Sequence

from swarm.stats.levels import LOOKS, look_alpha
from swarm.stats.paired import Difference, family, verdict


def look_after(done: int, planned: int) -> int | None:
    """The look that comes when so many blocks are done; None between looks.

    Args:
        done: finished blocks, at most `planned`.
        planned: blocks in all. With so few that looks coincide, the later look is meant.

    Examples:
        >>> [look_after(done, 10) for done in range(1, 11)]
        [None, 1, None, 2, None, 3, None, 4, None, 5]
    """
    due = [math.ceil(share * planned) for share in LOOKS]
    return max((look for look, blocks in enumerate(due, 1) if blocks == done), default=None)


def clear(differences: Sequence[Difference], look: int) -> bool:
    """Tell whether this look settles every comparison of the family, so that the experiment may stop.

    Settled is what has a verdict other than "undetermined" at the level of the look, after Holm. When an experiment has
    looks, its verdicts at the end are asked for with `look_alpha` of the last one too.

    Args:
        differences: all comparisons of the experiment, on the blocks that are done; adjusted or not.
        look: from 1.
    """
    alpha = look_alpha(look)
    adjusted = family(differences)
    return bool(adjusted) and all(verdict(one, alpha=alpha) != "undetermined" for one in adjusted)
