"""Groups are compared within each context, which is all else that is alike. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from swarm.cell import Cell
from swarm.comparison.contrasts import Comparison, compare_groups, judged
from swarm.comparison.group import USUAL_NAMES, context_of, groups_by
from swarm.errors import BadInput
from swarm.grid import Factor
from swarm.stats.paired import ALPHA, MARGIN


@dataclass(frozen=True, slots=True)
class InContexts:
    """Comparisons made context by context; each context is told by its cells."""

    found: tuple[tuple[tuple[Cell, ...], Comparison], ...]
    refused: tuple[tuple[tuple[Cell, ...], str], ...]
    """Contexts in which nothing can be compared, and why."""


def compare_in_contexts(
    cells: Iterable[Cell],
    factor: Factor,
    *,
    reference: str | None = None,
    margin: float = MARGIN,
    alpha: float = ALPHA,
    comparisons: int | None = None,
    final: bool = True,
    names: Mapping[str, str] = USUAL_NAMES,
) -> InContexts:
    """Compare by one factor within each context; p-values are adjusted over all of them.

    Args:
        cells: of an experiment.
        factor: what is compared.
        reference: the name of the group that others are measured against: a context without it is refused; None:
            the first by name.
        margin: differences within it are called equivalent.
        alpha: of the verdicts; less for an experiment, which has more looks than one.
        comparisons: how many were planned, whether or not they can be made; None: as many as there are groups
            against a first one.
        final: see `compare_groups`.
        names: see `groups_by`.

    Returns:
        Contexts in order.

    Raises:
        BadInput: when none can be compared, for the reason of the last; see `compare_groups`.
    """
    contexts: dict[tuple[object, ...], list[Cell]] = defaultdict(list)
    for cell in cells:
        contexts[context_of(cell.condition, factor)].append(cell)
    found: list[tuple[tuple[Cell, ...], Comparison]] = []
    refused: list[tuple[tuple[Cell, ...], str]] = []
    asked = 0
    for context in sorted(contexts, key=str):
        within = tuple(contexts[context])
        groups, _ = groups_by(within, factor, reference, names)
        asked += len(groups) - 1
        try:
            if reference and groups[0].name != reference:
                raise BadInput(f"there is no run of {reference}, which the others are set against")
            found.append((within, compare_groups(groups, margin=margin)))
        except BadInput as error:
            refused.append((within, str(error)))
    if refused and not found:
        raise BadInput(refused[-1][1])
    made = _adjusted([each for _, each in found], max(asked, comparisons or 0), alpha, final)
    return InContexts(tuple(zip((within for within, _ in found), made, strict=True)), tuple(refused))


def _adjusted(
    comparisons: Sequence[Comparison], planned: int, alpha: float, final: bool
) -> Iterator[Comparison]:
    """The same comparisons as one family."""
    made = [each for one in comparisons for each in one.contrasts]
    contrasts = iter(judged(made, planned=planned, alpha=alpha, final=final))
    for comparison in comparisons:
        found = tuple(islice(contrasts, len(comparison.contrasts)))
        yield replace(comparison, contrasts=found, comparisons=planned)
