"""The cost of a run: tokens and money, and what came of them."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from swarm.models.card import Price
from swarm.turn import Call, Transcript, Usage, total
from swarm.verdict import Verdict

EXACT_USD = 1e-9
"""Dollars by which sums of floating-point numbers may differ."""


@dataclass(frozen=True, slots=True)
class Spending:
    """Tokens and money, and where they went."""

    team: Usage
    judge: Usage
    overhead: float | None
    """Coordination overhead: the share of the team's tokens spent on plans and intentions, in [0, 1]; None when
    the team used none. Source: arXiv 2603.28990 names it without a definition; this one is ours."""
    quality_per_1k_tokens: float | None
    """Q per 1,000 tokens of the team (arXiv 2603.28990, "efficiency"); None when unscored or without tokens."""
    quality_per_usd: float | None
    """Q per dollar of the team; None when unscored, free or of unknown price."""


def spending(transcript: Transcript, verdict: Verdict | None) -> Spending:
    """Add up a run's tokens and money, the judge's apart from the team's."""
    team = total(turn.usage for turn in transcript)
    talk = total(turn.usage for turn in transcript if turn.cue in ("plan", "intend"))
    quality = verdict.quality if verdict else None
    return Spending(
        team=team,
        judge=verdict.usage if verdict else Usage(),
        overhead=talk.tokens / team.tokens if team.tokens else None,
        quality_per_1k_tokens=None if quality is None or not team.tokens else quality * 1000 / team.tokens,
        quality_per_usd=None if quality is None or not team.cost_usd else quality / team.cost_usd,
    )


def recomputed(call: Call, price: Price | None) -> float | None:
    """The cost of a call by its tokens and the price that its run names for it; None when it names none.

    A call whose usage the provider stated costs exactly that, to 1e-9 dollars; one that is estimated may not.
    """
    usage = call.usage
    if price is None:
        return None
    return price.cost(usage.input_tokens, usage.output_tokens, usage.cached_tokens, usage.written_tokens)


def mispriced(calls: Iterable[Call], price_of: Callable[[Call], Price | None]) -> tuple[int, ...]:
    """Numbers of calls whose cost is neither what their tokens cost nor marked as estimated.

    Calls that were not billed, or whose price is unknown, are none of them.
    """
    return tuple(
        call.number
        for call in calls
        if call.usage.tokens
        and not call.usage.estimated
        and call.usage.cost_usd is not None
        and (cost := recomputed(call, price_of(call))) is not None
        and abs(cost - call.usage.cost_usd) > EXACT_USD
    )
