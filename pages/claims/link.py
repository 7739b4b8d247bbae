"""The runs that a claim rests upon become links, which hold every condition the claim asks for."""

from typing import Any

from pages.side_by_side.conditions import NAMES, link_to_conditions
from pages.side_by_side.link import link_to_groups
from swarm.claims.file import SHOCKS
from swarm.claims.judging import Evidence
from swarm.comparison.group import name_of
from swarm.grid import NO_SHOCK, Factor
from swarm.history.rows import RunFilter
from swarm.narrative.labels import protocol_name


def where_of(evidence: Evidence) -> RunFilter:
    """The runs of all sides of a claim, as a filter; evidence without a run has none."""
    # Sides differ in one thing only, so what they name holds no other run.
    sides, setting = evidence.claim.sides, evidence.setting
    assert setting is not None
    return RunFilter(
        protocols=tuple(dict.fromkeys(side.protocol for side in sides)),
        models=tuple(dict.fromkeys(side.model for side in evidence.sides)),
        simulated=evidence.simulated,
        agents=tuple(dict.fromkeys(side.agents for side in sides)),
        levels=tuple(dict.fromkeys(level for side in sides for level in side.levels)),
        shocks=(NO_SHOCK, *SHOCKS) if evidence.claim.measure == "resilience" else (NO_SHOCK,),
        judge=setting.judge,
        prompts=setting.prompts,
        usual=True,
    )


def link_to_runs(where: RunFilter) -> dict[str, Any]:
    """The parameters of the history's address for these runs."""
    # A widget that is bound to the address is named there by what it shows.
    protocols = {"of_protocol": [protocol_name(protocol) for protocol in where.protocols]}
    return link_to_conditions(where, ("kind", "of_protocol", "of_model", *NAMES)) | protocols


def link_to_side_by_side(evidence: Evidence) -> dict[str, Any] | None:
    """The parameters of the address that sets a claim's sides side by side; None where nothing can be compared.

    The side that the claim holds others against is the reference there too.
    """
    sides: list[tuple[tuple[Factor, object], ...]] = [
        (("protocol", side.side.protocol), ("models", side.model), ("agents", side.side.agents))
        for side in evidence.sides
    ]
    differing = [at for at in range(3) if len({side[at][1] for side in sides}) > 1]
    if not differing:
        return None
    factor, level = sides[-1][differing[0]]
    return link_to_groups(factor, where_of(evidence)) | {"reference": _named(factor, level)}


def _named(factor: Factor, level: object) -> str:
    """A side's group there; a protocol has its usual settings."""
    return name_of(factor, (level, "{}") if factor == "protocol" else (level,))
