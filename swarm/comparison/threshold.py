"""The threshold from which models on a team does better without given roles. Pure.

arXiv 2603.28990 calls this the capability threshold: strong models gain from choosing their own roles, weak ones lose.
A model's capability is measured here, not assumed: it is what its teams score when roles are given.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from swarm.cell import Cell, Condition
from swarm.comparison.contexts import compare_in_contexts
from swarm.comparison.contrasts import Comparison, Contrast
from swarm.comparison.group import is_usual, name_of
from swarm.comparison.settling import bad_losses, why_withheld
from swarm.errors import BadInput
from swarm.grid import NO_SHOCK, Grid
from swarm.stats.paired import ALPHA, MARGIN
from swarm.stats.sample import MIN_MISSIONS_FOR_VERDICT
from swarm.written import number

GIVEN, FREE = "fixed_roles", "sequential"
"""One after another both: they differ in who decides on the roles, and in nothing else."""

Advice = Literal["drop", "keep", "either", "unknown"]
ADVICE: dict[Advice, str] = {
    "drop": "drop the roles",
    "keep": "keep the roles",
    "either": "it makes no difference",
    "unknown": "not enough runs",
}
"""What is said of a model."""
REHEARSED: dict[Advice, str] = {
    "drop": "free roles did better in rehearsal",
    "keep": "given roles did better in rehearsal",
    "either": "it makes no difference in rehearsal",
    "unknown": "not enough runs",
}
"""The same of a simulated model, of which nobody is advised."""
NO_ADVICE = "simulated models played: that is a rehearsal, and nobody is advised by one"
_ADVISED: dict[str, Advice] = {
    "better": "drop",
    "worse": "keep",
    "equivalent": "either",
    "undetermined": "unknown",
}


@dataclass(frozen=True, slots=True)
class ModelCase:
    """One model: what it scores with given roles, and what free roles change."""

    model: str
    """Or seats per model, such as "sim/strong ×2, sim/weak ×6"; and the shock, where there is one."""
    agents: int
    comparison: Comparison
    """Of free roles with given ones."""

    @property
    def contrast(self) -> Contrast:
        """Free roles against given ones."""
        return self.comparison.contrasts[0]

    @property
    def said(self) -> str:
        """The advice in a few words; of a simulated model, what happened instead."""
        return (REHEARSED if self.comparison.simulated else ADVICE)[self.advice]

    @property
    def capability(self) -> float:
        """Mean quality with given roles, in [0.25, 1]."""
        return self.contrast.difference.reference_mean

    @property
    def advice(self) -> Advice:
        """The advice about roles with this model.

        A difference that surely lies within the margin makes none where bad losses are shown to be rare as well; where
        they are not, so small a gain is no reason for anything.
        """
        found, alpha = self.contrast.difference, self.contrast.alpha
        if self.contrast.verdict == "undetermined" or found.only_tail_open(alpha):
            return "unknown"
        nil = found.p_alike is not None and found.p_alike < alpha
        return "either" if nil else _ADVISED[self.contrast.verdict]


def tells_threshold(grid: Grid) -> bool:
    """Tell if an experiment sets free roles against given ones for several models."""
    return {FREE, GIVEN} <= {way.protocol for way in grid.ways} and len(grid.teams) > 1


def model_cases(
    cells: Iterable[Cell], *, margin: float = MARGIN, alpha: float = ALPHA, final: bool = True
) -> tuple[ModelCase, ...]:
    """Compare free roles with given ones for every model and number of agents, as one family of comparisons.

    Args:
        cells: of any protocols; only those of Sequential and of Fixed roles are looked at, with their usual settings.
            Other roles than the usual ones are taken when all the given ones are the same.
        margin: differences within it make no difference.
        alpha: see `compare_in_contexts`.
        final: likewise.

    Returns:
        The least capable model first.

    Raises:
        BadInput: when no model has runs of both that can be compared; says why.
    """
    found = [*cells]
    free = [cell for cell in found if cell.condition.protocol == FREE and is_usual(cell.condition)]
    given = _given(found)
    if not free or not given:
        raise BadInput(
            "no model has runs both of Sequential and of Fixed roles: run both on the same missions"
        )
    reference = name_of("protocol", given[0].condition[1:3])
    compared = compare_in_contexts(
        [*free, *given], "protocol", reference=reference, margin=margin, alpha=alpha, final=final
    )
    cases = [
        ModelCase(_called(within[0].condition), within[0].condition.agents, comparison)
        for within, comparison in compared.found
    ]
    return tuple(sorted(cases, key=lambda case: case.capability))


def _given(cells: Sequence[Cell]) -> list[Cell]:
    """Those of one list of given roles: the only one there is, of several the usual one."""
    given = [cell for cell in cells if cell.condition.protocol == GIVEN]
    if len({cell.condition.options for cell in given}) < 2:
        return given
    usual = [cell for cell in given if is_usual(cell.condition)]
    if not usual:
        raise BadInput(
            "there are several lists of given roles and none of them is the usual one: which of them free roles are to "
            "be compared with cannot be told"
        )
    return usual


def _called(condition: Condition) -> str:
    struck = "" if condition.shock == NO_SHOCK else f", {name_of('shock', (condition.shock,))}"
    return f"{name_of('models', (condition.models,))}{struck}"


def advice_in_words(case: ModelCase) -> str:
    """Say what to do about roles with a model and why, in plain text of one sentence."""
    found = case.contrast.difference
    told = f"free roles change quality by {number(found.difference, signed=True)}"
    if found.low is None or found.high is None:
        told += ", and nothing says how sure that is"
    else:
        told += f" (95 % interval {number(found.low, signed=True)} to {number(found.high, signed=True)})"
    few = "; that is too few for a verdict" if found.missions < MIN_MISSIONS_FOR_VERDICT else ""
    if case.contrast.withheld:
        few = f"; {why_withheld(case.contrast)}"
    elif case.contrast.difference.only_tail_open(case.contrast.alpha):
        few = f"; {bad_losses(case.contrast)}"
    who = f"{case.model} with {case.agents} agents"
    return f"For {who}, {case.said}: {told}, on {found.missions} missions{few}."


def threshold_in_words(cases: Iterable[ModelCase]) -> str:
    """Say in a sentence of plain text where free roles start to beat given ones, as far as verdicts tell."""
    ordered = sorted(cases, key=lambda case: case.capability)
    return f"In rehearsal: {_threshold(ordered)}" if ordered[0].comparison.simulated else _threshold(ordered)


def _threshold(ordered: Sequence[ModelCase]) -> str:
    keep = [case for case in ordered if case.advice == "keep"]
    drop = [case for case in ordered if case.advice == "drop"]
    if not keep and not drop:
        return "No model shows a difference between free and given roles, so no threshold can be told."
    if not keep:
        weakest = drop[0].model
        return f"No model here does better with given roles; the least capable that gains without them is {weakest}."
    if not drop:
        strongest = keep[-1].model
        return f"No model here gains from free roles; the most capable that needs given ones is {strongest}."
    below, above = keep[-1], drop[0]
    if below.capability < above.capability:
        return (
            f"Free roles start to pay between {below.model} (quality {below.capability:.2f} with given roles) "
            f"and {above.model} ({above.capability:.2f})."
        )
    return (
        "Capability alone does not order these models: some gain from free roles and more capable ones lose."
    )
