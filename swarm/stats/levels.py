"""The levels at which an experiment is looked at, which together never pass the one it promises.

Without SciPy, which takes long to load: whoever performs an experiment asks here.
"""

from swarm.errors import BadInput
from swarm.grid import MOST_EXTENSIONS

ALPHA = 0.05
"""Verdicts may be wrong this often when there is nothing to find."""
LOOKS = (0.2, 0.4, 0.6, 0.8, 1.0)
"""The part of the planned blocks after which there is a look; the last is the end."""
INTERIM_ALPHA = 0.001
"""The level of each look but the last."""
EXTENSION_ALPHA = 0.005
"""The level of each look after an extension; an experiment that may be extended has it less at its end."""


def look_alpha(look: int) -> float:
    """The level below which a p-value settles a comparison at this look.

    Args:
        look: from 1 to the number of `LOOKS`.

    Source: J. L. Haybittle (1971), Br. J. Radiol. 44, 793–797; R. Peto et al. (1976), Br. J. Cancer 34, 585–612.

    Examples:
        >>> look_alpha(1), round(look_alpha(5), 6)
        (0.001, 0.046)
    """
    if not 1 <= look <= len(LOOKS):
        raise BadInput(f"there is no look {look}: an experiment has looks 1 to {len(LOOKS)}")
    return INTERIM_ALPHA if look < len(LOOKS) else ALPHA - INTERIM_ALPHA * (len(LOOKS) - 1)


def level_at(extensions: int, *, early: bool, may_extend: bool) -> float | None:
    """The level of the look at the planned end, or of the one after so many extensions.

    All levels of an experiment, those of its looks on the way included, add up to .05 at most, so a difference that is
    not there is found in at most so many experiments, however often they are extended. One that may be extended keeps
    .01 of it, half for each of two extensions; any other has spent all at its end.

    Args:
        extensions: 0 for the planned end.
        early: whether it has looks on the way.
        may_extend: whether it was begun as one that may be extended.

    Returns:
        None when nothing is left.

    Examples:
        >>> [level_at(done, early=False, may_extend=True) for done in range(4)]
        [0.04, 0.005, 0.005, None]
        >>> level_at(0, early=False, may_extend=False), level_at(1, early=False, may_extend=False)
        (0.05, None)
    """
    if extensions:
        return EXTENSION_ALPHA if may_extend and extensions <= MOST_EXTENSIONS else None
    end = look_alpha(len(LOOKS)) if early else ALPHA
    return end - MOST_EXTENSIONS * EXTENSION_ALPHA if may_extend else end
