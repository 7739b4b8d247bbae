"""The runs that a claim still needs: as an experiment, to be priced and performed."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from swarm.cell import Cell
from swarm.claims.evidence import gather, swapped_to
from swarm.claims.file import SHOCKS, Claim, ModelClass, Side, claim_book
from swarm.claims.judging import Evidence, evidence_of
from swarm.config import Settings
from swarm.engine.compose import NO_JUDGE, current_wording
from swarm.errors import BadInput
from swarm.experiment.plan import Plan, plan
from swarm.experiment.recipe import Recipes
from swarm.grid import NO_SHOCK, Experiment, Grid, Terms, Way
from swarm.mission import Mission
from swarm.models.catalogue import load_catalogue

REPEATS = {True: 5, False: 1}
"""Of each mission, by whether the models are simulated: repeats cost a moment there, and money elsewhere."""
NAME = "Runs that the claim {} lacks"
"""Of the experiment: it may have one arm only, and is about the claim then and no comparison of its own."""
_NAMED = re.compile(r"Runs that the claim (\S+) lacks|Claim (\S+)")


def missing(
    claim: Claim, cells: Iterable[Cell], library: Mapping[str, Mission], model: str | None = None
) -> Experiment | None:
    """The experiment that brings a claim nearer to a verdict.

    It plays what the claim's sides lack of the library's missions. When they lack none and there is no verdict all the
    same, everything is repeated with new seeds: that narrows intervals as far as chance has widened them.

    Args:
        claim: what is asked.
        cells: of the whole history.
        library: missions by id.
        model: stands for the paper's model; None takes the simulated one. Where a claim speaks of several of the
            paper's models, the others are taken from the same provider.

    Returns:
        None when the claim has a verdict for this model, or when no run of it could bring one. Real money has no limit
        yet: see `limited`.

    Raises:
        BadInput: when the claim does not speak of this model, or the library has no mission of its levels.
    """
    models, cells = models_for(claim, model), [*cells]
    evidence = _evidence(claim, cells, models)
    if evidence.verdict != "undetermined":
        return None
    # Runs asked in other words than today's are no help, however many there are.
    today = current_wording(evidence.simulated)
    evidence = _evidence(claim, [cell for cell in cells if cell.condition.prompts == today], models)
    gaps, seed = _gaps(claim, evidence, library), 0
    if not gaps and evidence.is_beyond:
        return None
    if not gaps:
        gaps = _wanted(claim, library)
        seed = 1 + max(seed for side in evidence.sides for cell in side.cells for seed in cell.seeds)
    played = frozenset[str].union(*gaps.values()) if gaps else frozenset[str]()
    if not played:
        raise BadInput(f"the library has no mission of the levels that the claim {claim.id!r} speaks of")
    missions = [mission for mission in library.values() if mission.id in played]
    return Experiment(_grid(claim, [*gaps], missions, models, seed, _judge(evidence)), Terms())


def claim_of(grid: Grid) -> Claim | None:
    """The claim whose missing runs an experiment plays, by its name; None when it has another purpose."""
    found = _NAMED.fullmatch(grid.name)
    claim_id = found and (found[1] or found[2])
    return next((claim for claim in claim_book().claims if claim.id == claim_id), None)


def models_for(claim: Claim, model: str | None = None) -> dict[ModelClass, str]:
    """Models that stand for the paper's in a claim when one of them is named; None names the simulated ones.

    Raises:
        BadInput: when the claim does not speak of this model.
    """
    book = claim_book()
    if claim.any_model and model:
        return dict.fromkeys(claim.classes, model)
    known = [name for each in claim.classes for name in book.models[each]]
    if model and model not in known:
        raise BadInput(
            f"the claim {claim.id!r} speaks of other models than {model!r}: known are {', '.join(known)}"
        )
    # The same place in each list is the same provider.
    place = next((names.index(model) for names in book.models.values() if model in names), 0)
    return {each: book.models[each][place] for each in claim.classes}


def priced(experiment: Experiment, settings: Settings) -> Plan:
    """Foretell what an experiment will take.

    Raises:
        BadInput: when it cannot be played here, for instance because a key is missing.
    """
    grid = experiment.grid
    return plan(Recipes(grid, settings), all(_is_simulated(model) for model in grid.teams))


def limited(experiment: Experiment, foretold: Plan) -> Experiment:
    """The same experiment; if it spends real money, with upper estimates as limits, to the next full cent.

    A run may take what one run of every arm together is foretold to take at most.
    """
    grid, dearest = experiment.grid, foretold.high.cost_usd
    if foretold.simulated or dearest is None:
        return experiment
    each = replace(grid.limits, usd=_cents(dearest / grid.blocks))
    return Experiment(replace(grid, limits=each), replace(experiment.terms, max_usd=_cents(dearest)))


def _cents(usd: float) -> float:
    return math.ceil(100 * usd) / 100


def _evidence(claim: Claim, cells: Iterable[Cell], models: Mapping[ModelClass, str]) -> Evidence:
    """The evidence of runs of these models, whatever others say."""
    simulated = _is_simulated(next(iter(models.values())))
    theirs = [cell for cell in cells if cell.condition.models.rpartition(" ×")[0] in models.values()]
    return evidence_of(claim, gather(theirs, simulated=simulated))


def _wanted(claim: Claim, library: Mapping[str, Mission]) -> dict[Side, frozenset[str]]:
    """Missions of the library that each side asks for."""
    return {
        side: frozenset(mission.id for mission in library.values() if mission.level in side.levels)
        for side in claim.sides
    }


def _gaps(claim: Claim, evidence: Evidence, library: Mapping[str, Mission]) -> dict[Side, frozenset[str]]:
    """Those that it lacks, for sides that lack any."""
    there = {runs.side: frozenset(runs.sample) for runs in evidence.sides}
    gaps = {side: ids - there.get(side, frozenset()) for side, ids in _wanted(claim, library).items()}
    return {side: ids for side, ids in gaps.items() if ids}


def _grid(
    claim: Claim,
    sides: Sequence[Side],
    missions: Sequence[Mission],
    models: Mapping[ModelClass, str],
    seed: int,
    judge: str | None,
) -> Grid:
    # Sides differ in one thing only, so the grid of what they name holds no other run.
    simulated = _is_simulated(next(iter(models.values())))
    shaken = claim.measure == "resilience"
    return Grid(
        name=NAME.format(claim.id),
        ways=tuple(Way(protocol) for protocol in dict.fromkeys(side.protocol for side in sides)),
        teams=tuple(dict.fromkeys(models[side.model] for side in sides)),
        agents=tuple(dict.fromkeys(side.agents for side in sides)),
        missions=tuple(missions),
        repeats=REPEATS[simulated],
        seed=seed,
        shocks=(NO_SHOCK, *SHOCKS) if shaken else (NO_SHOCK,),
        shock_model=swapped_to(next(iter(models.values())), claim_book().models) if shaken else None,
        judge=judge,
    )


def _judge(evidence: Evidence) -> str | None:
    """That of the runs there are; None to have one chosen."""
    judge = evidence.setting.judge if evidence.setting else NO_JUDGE
    return None if judge == NO_JUDGE else judge


def _is_simulated(model: str) -> bool:
    card = load_catalogue().get(model)
    return card is not None and card.simulated
