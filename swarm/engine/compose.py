"""A wish becomes a run's recipe: judge, limit and memory are settled here.

The command line, the dashboard and the Python API all compose through it, so they refuse the same things.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

from swarm.config import Settings
from swarm.engine.shock_effects import foreseen, speakers_of
from swarm.engine.wish import Wish, accept
from swarm.errors import BadInput, PriceUnknown
from swarm.limits import DEFAULT_MAX_USD, Limits
from swarm.mission import Mission
from swarm.models.card import FREE, ModelCard
from swarm.models.catalogue import (
    address_of,
    card_of,
    check_key,
    known_models,
    present_keys,
    simulated_version,
)
from swarm.models.local import context_served
from swarm.prompts import render
from swarm.protocols import REMEMBERING, check_options, options_of
from swarm.protocols.given_team import read_steps
from swarm.security.keys import keys_in
from swarm.security.loopback import is_loopback_url
from swarm.shock import FEWEST_REQUIREMENTS, REMOVING
from swarm.spec import DEFAULT_MAX_TOKENS, Form, PastRole, Reach, RunSpec, worded
from swarm.team import check_roles, generic_roles, make_team

SIMULATED_JUDGE = "sim/judge"
NO_JUDGE = "none"

Remember: TypeAlias = Callable[[str, Mission, bool], tuple[PastRole, ...]]
"""Looks up what an organization remembers: its name, the mission now, whether the team is simulated."""


def remember_nothing(organization: str, mission: Mission, simulated: bool) -> tuple[PastRole, ...]:
    """The memory of an organization without a past."""
    return ()


def compose(wish: Wish, settings: Settings, *, remember: Remember = remember_nothing) -> RunSpec:
    """Make a complete recipe of a wish, or say in one sentence why it cannot be.

    Args:
        wish: what a person asked for.
        settings: for keys and providers' addresses.
        remember: asked only for protocols whose agents know the roles of earlier missions.

    Raises:
        BadInput: for anything unknown, out of range, mixed or unaffordable.
    """
    _check_names(wish)
    options = check_options(wish.protocol, wish.options or {})
    team = make_team(wish.models, wish.agents)
    swapped = [wish.shock.model] if wish.shock and wish.shock.model else []
    cards = [card_of(model, settings) for model in dict.fromkeys([*team.models, *swapped])]
    simulated = _all_or_none_simulated(cards)
    judging, warnings = _judge(wish.judge, cards, settings)
    if not simulated:
        _check_for_keys(wish.mission, options)
    paid = [*cards, *([judging] if judging else [])]
    _check_payable(paid, simulated, settings)
    limits, price_warnings = _limits(wish.limits, paid)
    if "roles" in options_of(wish.protocol):
        options["roles"] = check_roles(options.get("roles") or generic_roles(), "the list of roles")
    remembering = wish.protocol in REMEMBERING
    spec = RunSpec(
        mission=wish.mission,
        team=team,
        protocol=wish.protocol,
        options=options,
        seed=wish.seed,
        limits=limits,
        judge=judging.id if judging else None,
        memory=remember(wish.organization, wish.mission, simulated) if remembering else (),
        organization=wish.organization,
        pace=wish.pace,
        max_tokens=max(card.max_output for card in cards),
        judge_max_tokens=judging.max_output if judging else DEFAULT_MAX_TOKENS,
        prompts=render.version(),
        minds=simulated_version() if simulated else "",
        warnings=(
            *warnings,
            *price_warnings,
            *(line for card in dict.fromkeys(paid) for line in card.cautions),
        ),
        shock=wish.shock,
        reach={} if simulated else {card.id: _reach(card, settings) for card in dict.fromkeys(paid)},
        form=wish.form or form_for(cards),
    )
    _check_played(spec)
    return spec


def current_wording(simulated: bool, form: Form = "whole") -> str:
    """Return the `RunSpec.wording` of runs that are composed now, with simulated or with real models."""
    return worded(render.version(), form, simulated_version() if simulated else "")


def form_for(cards: Sequence[ModelCard]) -> Form:
    """Choose how much is asked of the answers of teams of these models: little when one of them is small."""
    return "short" if any(card.small for card in cards) else "whole"


def _reach(card: ModelCard, settings: Settings) -> Reach:
    context = card.context
    base = address_of(card, settings)
    if context is None and not card.keys and base is not None and is_loopback_url(base):
        context = context_served(base, card.asked_as.split("/", 1)[-1])
    return Reach(card.max_output, context)


def default_judge(cards: Sequence[ModelCard], settings: Settings) -> tuple[ModelCard, tuple[str, ...]]:
    """Choose a judge for a team.

    Returns:
        The simulated judge for simulated teams; for real ones the first priced model of the catalogue
        of another family whose key is present, else the team's own first model with a warning in words.
    """
    if cards[0].simulated:
        return card_of(SIMULATED_JUDGE, settings), ()
    families = {card.family for card in cards}
    strangers = (
        card
        for card in known_models(settings).values()
        # Where prompts go that have an address of their own, a person decides.
        if not card.simulated and card.price and not card.api_base and card.family not in families
    )
    stranger = next((card for card in strangers if present_keys(card, settings)), None)
    if stranger:
        return stranger, ()
    own = cards[0]
    return own, (
        f"The judge {own.id} is of the same family as the team: it may favour its own kind. "
        "Set the key of another provider, or name a judge.",
    )


def _check_names(wish: Wish) -> None:
    for name in ("pace", "organization"):
        accept(name, getattr(wish, name))


def _check_payable(paid: Sequence[ModelCard], simulated: bool, settings: Settings) -> None:
    for card in paid:
        check_key(card, settings)
    if not simulated and settings.max_usd_per_day is not None:
        _check_prices(paid)


def _check_played(spec: RunSpec) -> None:
    """Refuse what only the whole recipe shows: an order of work that cannot be, a shock that could not strike."""
    if spec.protocol == "given_team":
        read_steps(spec.options.get("steps", ()), len(spec.team))  # pyright: ignore[reportArgumentType]
    _check_shock(spec)


def _check_shock(spec: RunSpec) -> None:
    """Refuse a shock that could not strike, or would change nothing."""
    shock = spec.shock
    if shock is None:
        return
    under = f"under {spec.protocol} with a team of {len(spec.team)}"
    if shock.kind in REMOVING and len(speakers_of(spec)) < 2:
        raise BadInput(f"the shock {shock.kind!r}: only one agent works {under}, and nobody would be left")
    if foreseen(spec) is None:
        raise BadInput(
            f"the shock {shock.kind!r} has no middle to strike in: one agent has a single turn {under}"
        )
    if shock.kind == "swap" and [*spec.team.models] == [shock.model]:
        raise BadInput(
            f"the shock 'swap': every agent answers with {shock.model!r} already; name another model"
        )
    requirements = len(spec.mission.requirements)
    if shock.kind == "priorities" and requirements < FEWEST_REQUIREMENTS:
        raise BadInput(
            f"the shock 'priorities': the mission lists {requirements} requirements, and needs at least "
            f"{FEWEST_REQUIREMENTS} so that a quarter of them can come late"
        )


def _check_for_keys(mission: Mission, options: Mapping[str, object]) -> None:
    """A key that was pasted into a mission, or into roles that are given, would be sent to a provider, and kept."""
    texts = [render.mission_text(mission), *map(str, options.values())]
    if keys := sum(map(keys_in, texts)):
        raise BadInput(
            f"something in the mission or the options ({keys} in all) looks like a key, and would be sent to a "
            "provider: take it out; keys belong in the environment"
        )


def _judge(
    wanted: str | None, cards: Sequence[ModelCard], settings: Settings
) -> tuple[ModelCard | None, tuple[str, ...]]:
    if wanted is None:
        return default_judge(cards, settings)
    if wanted == NO_JUDGE:
        return None, ("Nobody judges this run, so it has no quality.",)
    judge = card_of(wanted, settings)
    if judge.simulated and not cards[0].simulated:
        raise BadInput(
            f"judge {wanted!r} is simulated and cannot judge real work; name a real model, or none"
        )
    if cards[0].simulated and not judge.simulated:
        raise BadInput(
            f"judge {wanted!r} is real and would spend real money on simulated work; name sim/judge, or none"
        )
    if not judge.simulated and judge.family in {card.family for card in cards}:
        return judge, (f"The judge {wanted} is of the same family as the team: it may favour its own kind.",)
    return judge, ()


def _all_or_none_simulated(cards: Sequence[ModelCard]) -> bool:
    kinds = {card.simulated for card in cards}
    if len(kinds) > 1:
        names = ", ".join(card.id for card in cards)
        raise BadInput(f"a team is all simulated or all real, never mixed: {names}")
    return kinds.pop()


def _check_prices(cards: Sequence[ModelCard]) -> None:
    unpriced = next((card.id for card in cards if card.price is None), None)
    if unpriced:
        raise BadInput(str(PriceUnknown(unpriced)))


def _limits(limits: Limits, cards: Sequence[ModelCard]) -> tuple[Limits, tuple[str, ...]]:
    if all(card.simulated for card in cards):
        return limits, ()
    unpriced = [card.id for card in cards if card.price is None]
    if unpriced and limits.calls is None and limits.tokens is None:
        raise BadInput(
            f"the price of {unpriced[0]} is unknown, so dollars cannot be limited: "
            "limit calls or tokens instead, or add its price to data/models.toml"
        )
    said = [
        f"The price of {name} is unknown: its dollars are neither counted nor limited."
        for name in dict.fromkeys(unpriced)
    ]
    if limits.usd is None and any(card.price and card.price != FREE for card in cards):
        said.append(f"No dollar limit was given: the run stops before it passes ${DEFAULT_MAX_USD:.2f}.")
        limits = replace(limits, usd=DEFAULT_MAX_USD)
    return limits, tuple(said)
