"""Claims, their tests and what was found become words, in plain text. A number has its unit."""

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from swarm.claims.file import Claim, ModelClass, Side
from swarm.claims.measuring import level_of
from swarm.claims.simulator import TOLERANCE, Acquaintance
from swarm.narrative.labels import protocol_name
from swarm.recording.measures import COMPARED, MEASURES
from swarm.stats.ranged import Ranged
from swarm.written import UNKNOWN, listed, number

RESILIENCE = "resilience (quality with a shock over quality without)"
CLASSES: dict[ModelClass, str] = {
    "strong": "strong model",
    "open": "open model",
    "small": "small model",
    "weak": "weak model",
}
"""What a claim calls the paper's models."""
PAPERS: dict[ModelClass, str] = {
    "strong": "Claude Sonnet 4.6",
    "open": "DeepSeek v3.2",
    "small": "GPT-4.1-mini",
    "weak": "GLM-5",
}
"""What they are."""
Mark = Literal[Acquaintance, "missed"]
ACQUAINTED: dict[Acquaintance, str] = {
    "fitted": "Fitted: the simulated models were fitted to this figure, so simulated runs are no evidence for it.",
    "known": "Known: whoever made the simulated models knew this figure, so simulated runs are weak evidence for it.",
}
MARKS_TOLD = (
    "Fitted: the simulated models were fitted to the figure. Known: whoever made them knew it. Missed: they are "
    f"published to be off by more than {TOLERANCE} in what the claim rests on, so their runs count neither for nor "
    "against it."
)
"""All marks, below a list of claims."""
SHARES = (*(key for key in COMPARED if MEASURES[key].kind == "share"), "roles", "roles_as_written")
"""Shown in percent."""
DIGITS = {"depth": 2, "mission_relevance": 2, "efficiency": 4, "tokens": 0}
"""Behind the point; 3 for the others."""


def figure_words(claim: Claim, value: float | None) -> str:
    """A number of a claim as it is read.

    Examples:
        >>> from swarm.claims.file import claim_book
        >>> book = claim_book()
        >>> [figure_words(book.claim(name), book.claim(name).figure) for name in ("sequential-shared", "idle-256")]
        ['+44.0%', '45.0%']
        >>> [figure_words(book.claim(name), book.claim(name).figure) for name in ("cost-free-size", "level-1-to-4")]
        ['×4.60', '−0.372']
        >>> figure_words(book.claim("depth-1"), None)
        '–'
    """
    if value is None:
        return UNKNOWN
    if claim.statistic == "ratio":
        return f"×{value:.3g}" if abs(value) >= 10 else f"×{value:.2f}"
    signed = claim.statistic != "mean"
    if claim.statistic == "relative_difference":
        return f"{number(100 * value, 0 if abs(value) >= 10 else 1, signed=signed)}%"
    if claim.measure in SHARES:
        return f"{number(100 * value, 1, signed=signed)}{' points' if signed else '%'}"
    return number(value, DIGITS.get(claim.measure, 3), signed=signed)


def ranged_words(claim: Claim, ranged: Ranged | None) -> str:
    """Say what was found, with its interval where there is one; "–" without a run."""
    if ranged is None:
        return UNKNOWN
    interval = interval_words(claim, ranged)
    return figure_words(claim, ranged.value) + (f" ({interval})" if interval else "")


def interval_words(claim: Claim, ranged: Ranged) -> str:
    """From where to where, as far as there can be such values; empty without an interval."""
    if ranged.low is None or ranged.high is None:
        return ""
    low, high = possible(claim, ranged.low), possible(claim, ranged.high)
    return f"{figure_words(claim, low)} to {figure_words(claim, high)}"


def possible(claim: Claim, value: float) -> float:
    """An end of an interval as it is shown: a t interval may reach beyond what its measure can be.

    Examples:
        >>> from swarm.claims.file import claim_book
        >>> possible(claim_book().claim("idle-256"), -0.001), possible(claim_book().claim("level-1-to-4"), -0.4)
        (0.0, -0.4)
    """
    if claim.statistic not in ("mean", "ratio"):
        return value
    most = MEASURES[claim.measure].high if claim.statistic == "mean" and claim.measure in MEASURES else None
    return min(max(0.0, value), math.inf if most is None else most)


def band_words(claim: Claim) -> str:
    """Say where the claim predicts our figure: "above 0" or "below ×4.00" or "inside +7.1% to +21.1%"."""
    low, high = claim.band
    if low is not None and high is not None:
        return f"inside {figure_words(claim, low)} to {figure_words(claim, high)}"
    if low is not None:
        return f"above {_bound(claim, low)}"
    return f"below {_bound(claim, high)}"


def marks_of(claim: Claim) -> dict[Mark, str]:
    """Marks that tell what simulated runs are worth for a claim, and what each says; empty for none.

    Examples:
        >>> from swarm.claims.file import claim_book
        >>> [*marks_of(claim_book().claim("sequential-shared"))], marks_of(claim_book().claim("cost-free-size"))
        (['fitted'], {})
    """
    found: dict[Mark, str] = {claim.simulator: ACQUAINTED[claim.simulator]} if claim.simulator else {}
    if claim.missed:
        off = "; ".join(f"{cell.name}, by {number(cell.error, 3, signed=True)}" for cell in claim.missed)
        found["missed"] = (
            f"Missed: the simulated models are off by more than {TOLERANCE} in what this rests on ({off}), so "
            "simulated runs count neither for nor against it."
        )
    return found


def stand_in_words(claim: Claim, models: Mapping[ModelClass, str]) -> str:
    """Say which model stands for which of the paper's in some runs, and why it may.

    Examples:
        >>> from swarm.claims.file import claim_book
        >>> stand_in_words(claim_book().claim("level-4-strong"), {"strong": "sim/strong"})
        "sim/strong stands for the paper's strong model, Claude Sonnet 4.6."
    """
    stand = [
        f"{model} stands for the paper's {CLASSES[each]}, {PAPERS[each]}" for each, model in models.items()
    ]
    why = ": the claim is about teams in general, so runs of any one model count" if claim.any_model else ""
    return f"{listed(stand)}{why}."


def side_words(side: Side, *, model: str | None = None) -> str:
    """One side of a claim, such as "Sequential, 8 agents, strong model, level 3".

    Args:
        side: what is run.
        model: the one that stands for its class; None names the class.
    """
    who = model or CLASSES[side.model]
    return f"{protocol_name(side.protocol)}, {side.agents} agents, {who}, {levels_words(side.levels)}"


def sides_words(sides: Sequence[Side], *, any_model: bool = False) -> str:
    """All sides of a claim: what they have in common once, what they differ in for each.

    Args:
        sides: of the claim.
        any_model: whether runs of any one model count.
    """
    parts: list[list[str]] = [
        [protocol_name(side.protocol) for side in sides],
        [f"{side.agents} agents" for side in sides],
        [
            f"any one model ({PAPERS[side.model]} in the paper)" if any_model else CLASSES[side.model]
            for side in sides
        ],
        [levels_words(side.levels) for side in sides],
    ]
    differ = next((part for part in parts if len(set(part)) > 1), None)
    shared = [part[0] for part in parts if part is not differ]
    if differ is None:
        return ", ".join(shared)
    against = " against ".join(differ)
    if len(differ) > 2:
        against = f"{listed([str(side.agents) for side in sides])} agents"
    return f"{against}; {', '.join(shared)}"


def how_tested(claim: Claim) -> str:
    """The test in a sentence or two."""
    measure = RESILIENCE if claim.measure == "resilience" else MEASURES[claim.measure].phrase
    how = {
        "mean": f"Mean {measure}",
        "difference": f"Difference in {measure}",
        "relative_difference": f"Relative difference in {measure}",
        "ratio": f"Ratio of {measure}",
        "flat": f"Largest difference in {measure}",
    }[claim.statistic]
    return (
        f"{how}: {sides_words(claim.sides, any_model=claim.any_model)}{_pairing(claim)}. "
        f"Supported when the whole {100 * level_of(claim):.0f}% interval lies {band_words(claim)}."
    )


def levels_words(levels: Sequence[str]) -> str:
    """Levels of missions, such as "levels 3 and 4"."""
    numbers = [level.removeprefix("L") for level in levels]
    return f"level{'s' if len(numbers) > 1 else ''} {listed(numbers)}"


def _pairing(claim: Claim) -> str:
    if len(claim.sides) == 1:
        return ""
    return ", paired by mission" if claim.paired else "; their missions differ, so nothing is paired"


def _bound(claim: Claim, bound: float | None) -> str:
    return "0" if not bound else figure_words(claim, bound)
