"""The verdict on a team is put into words: plain text, for whoever shows it to make safe."""

from collections.abc import Mapping, Sequence

from swarm.comparison.contrasts import Contrast
from swarm.comparison.finding import no_interval
from swarm.comparison.price import no_price, price_in_words, tokens, tokens_beside
from swarm.comparison.settling import bad_losses, unseen, why_withheld, would_settle
from swarm.stats.paired import Difference, Word, family, verdict
from swarm.teams.trial.arms import ARM_NAMES, Arm, own_in_words
from swarm.teams.trial.further import Kind
from swarm.teams.trial.verdict import Further, FurtherAdvice, TeamVerdict
from swarm.written import listed, number

EMULATION = (
    "Emulation of your roles, not of the framework's runtime: its tools, memory and loop are not there."
)
SIMULATED_NOTE = (
    "Simulated models answered. They show how a test works and cost nothing; what they say of your roles says nothing "
    "of real models."
)
IN_A_SENTENCE: Mapping[Arm, str] = {
    "given": "your roles",
    "free": "the same agents without roles",
    "solo": "one agent",
}


def verdict_in_words(found: TeamVerdict) -> dict[str, object]:
    """All that is said of a verdict, for machines: the sentence, the advice, the winners, what is not settled."""
    return {
        "team": found.team,
        "sentence": sentence(found),
        "advice": None if found.simulated else advice(found),
        "advised": found.advice,
        "rehearsal": rehearsal(found) if found.simulated else None,
        "winner_on_quality": winner_on_quality(found),
        "winner_per_dollar": winner_per_dollar(found),
        "unsettled": unsettled(found),
        "further": [
            {
                "arm": each.name,
                "sentence": told,
                "verdict": each.contrast.verdict,
                "advised": None if found.simulated else each.advice,
            }
            for each, told in zip(found.further, further(found), strict=True)
        ],
        "label": EMULATION,
        "simulated": found.simulated,
        "missions": found.missions,
        "missions_planned": found.planned,
        "own_missions": found.own,
        "runs": found.runs,
    }


def sentence(found: TeamVerdict) -> str:
    """The verdict in one sentence; more only to say what would settle it.

    Returns:
        Such as "On 12 missions your roles scored 0.031 lower than the same agents without roles (95 % interval −0.055
        to −0.008; better: no roles), at 1.1 times the cost; one agent scored 0.090 lower …".
    """
    kind = "simulated " if found.simulated else ""
    unit = found.comparison.contrasts[0].unit
    missions = f"{found.missions} {unit}{'' if found.missions == 1 else 's'}"
    own = own_in_words(found.own, found.planned)
    opening = f"On {missions} ({found.runs:,} {kind}runs; {own}) "
    parts = [_part(found, arm) for arm in ("free", "solo") if arm in found.contrasts]
    parts = parts or [_further_part(each, found) for each in found.further]
    like_these = ", on inputs like these" if any(each.inputs for each in found.comparison.contrasts) else ""
    return f"{opening}{'; '.join(parts)}{like_these}."


def unsettled(found: TeamVerdict) -> tuple[str, ...]:
    """For each comparison that is not settled, how many more missions would settle it, and for how much."""
    return tuple(
        f"{ARM_NAMES[arm]} against your roles is not settled. {_missing(each, found)}"
        for arm, each in found.contrasts.items()
        if each.verdict == "undetermined"
    )


def further(found: TeamVerdict) -> tuple[str, ...]:
    """For each arm beside the usual ones a sentence or two: the advice, unless it was a rehearsal, and its numbers."""
    return tuple(
        " ".join(
            part
            for part in (
                "" if found.simulated else further_advice(each),
                f"{_capital(_further_part(each, found))}.",
                _missing(each.contrast, found) if each.contrast.verdict == "undetermined" else "",
            )
            if part
        )
        for each in found.further
    )


def further_advice(each: Further) -> str:
    """Answer what an arm was asked for: whether the manager is worth it, which role earns its tokens, ..."""
    role = each.name.removeprefix("Without ")
    told: Mapping[tuple[Kind, FurtherAdvice], str] = {
        ("leader", "change"): "Your manager is not worth it: try the others without.",
        ("leader", "keep"): "Keep your manager: without, nothing is gained.",
        ("leader", "not yet"): "Whether your manager is worth it is not shown.",
        ("role", "change"): f"{role} does not earn its tokens: try the team without.",
        ("role", "keep"): f"Keep {role}: without, nothing is gained.",
        ("role", "not yet"): f"Whether {role} earns its tokens is not shown.",
        ("models", "change"): f"{each.name} will do: try it.",
        ("models", "keep"): f"Keep your models: {each.name} gains nothing.",
        ("models", "not yet"): f"Whether {each.name} will do is not shown.",
    }
    if each.contrast.verdict == "worse" and each.kind != "models":
        return "Your manager is worth it." if each.kind == "leader" else f"{role} earns its tokens."
    return told[each.kind, each.advice]


def _further_part(each: Further, found: TeamVerdict) -> str:
    subject = {"leader": "without the leader", "role": f"without {each.name.removeprefix('Without ')}"}
    who = f"your roles {subject[each.kind]}" if each.kind in subject else f"your roles, {each.name},"
    told = _told(who, "your roles as they are", each.contrast, each.name, sign=1)
    unequal = tokens_beside(each.contrast.group, each.contrast.reference)
    return f"{told}, {_price_of(each.contrast, found)}{unequal}"


def _capital(text: str) -> str:
    return f"{text[0].upper()}{text[1:]}"


def _missing(contrast: Contrast, found: TeamVerdict) -> str:
    if contrast.withheld:
        why = why_withheld(contrast)
        return f"{_capital(why)}."
    return would_settle(contrast, found.comparison.comparisons)


def winners(found: TeamVerdict) -> tuple[str, ...]:
    """Name those on quality and per dollar among the usual arms; nothing without any."""
    return (winner_on_quality(found), winner_per_dollar(found)) if found.usual else ()


def winner_on_quality(found: TeamVerdict) -> str:
    """Name the arm that wins on quality, as far as it is shown."""
    return _winner(
        {arm: each.verdict for arm, each in found.contrasts.items()},
        found.usual,
        "On simulated quality" if found.simulated else "On quality",
    )


def winner_per_dollar(found: TeamVerdict) -> str:
    """Name the arm with most quality for a dollar, as far as it is shown."""
    if not found.per_dollar:
        return "Per dollar: nothing can be said, as the cost of some runs is not known."
    alpha = next(iter(found.contrasts.values())).alpha
    adjusted = family([*found.per_dollar.values()], planned=found.comparison.comparisons)
    words: dict[Arm, Word] = {
        arm: "undetermined" if found.contrasts[arm].withheld else verdict(difference, alpha=alpha)
        for arm, difference in zip(found.per_dollar, adjusted, strict=True)
    }
    return _winner(words, found.usual, "Per simulated dollar" if found.simulated else "Per dollar")


def rehearsal(found: TeamVerdict) -> str:
    """Say why the test of simulated models is no advice, and what one of real models takes."""
    tokens_used = [group.total("tokens") for group in found.comparison.groups]
    size = f"{found.runs:,} runs"
    if None not in tokens_used:
        size += f" of about {sum(filter(None, tokens_used)):,.0f} tokens in all"
    return (
        f"Simulated models played, so there is no advice. A real test of this size is {size}; its price is "
        "told before anything runs."
    )


def advice(found: TeamVerdict) -> str:
    """Advise in one sentence what to do about it; after a rehearsal, say that it was one."""
    if found.simulated:
        return f"Rehearsal: {rehearsal(found)}"
    if not found.usual:
        return " ".join(map(further_advice, found.further))
    arm = found.recommended
    if arm is None:
        return "Not yet: nothing is shown to be better than your roles, or as good for less."
    if arm == "given":
        return (
            "Keep your roles: neither dropping them nor a single agent did better here, or as well for less."
        )
    what = "Drop the roles" if arm == "free" else "Try one agent instead of the team"
    if found.contrasts[arm].verdict == "better":
        return f"{what}: it scored higher here."
    return f"{what}: it did about as well here, and costs less."


def cost_in_words(contrast: Contrast, *, simulated: bool) -> str:
    """Tell the cost of your roles beside an arm."""
    kind = "simulated " if simulated else ""
    ratio, low, high = contrast.cost_ratio, contrast.cost_low, contrast.cost_high
    if ratio is None:
        return no_price(contrast)
    turned = (None, None) if low is None or high is None else (1 / high, 1 / low)
    return f"at {price_in_words(1 / ratio, *turned)} {kind}cost"


def _part(found: TeamVerdict, arm: Arm) -> str:
    contrast = found.contrasts[arm]
    if arm == "solo":
        told = _told(IN_A_SENTENCE[arm], "your roles", contrast, ARM_NAMES[arm], sign=1)
        return f"{told}, {_price_of(contrast, found)}{tokens(contrast)}"
    told = _told("your roles", IN_A_SENTENCE[arm], contrast, ARM_NAMES[arm], sign=-1)
    unequal = tokens_beside(contrast.reference, contrast.group)
    return f"{told}, {cost_in_words(contrast, simulated=found.simulated)}{unequal}"


def _price_of(contrast: Contrast, found: TeamVerdict) -> str:
    ratio, low, high = contrast.cost_ratio, contrast.cost_low, contrast.cost_high
    kind = "simulated " if found.simulated else ""
    price = no_price(contrast) if ratio is None else f"at {price_in_words(ratio, low, high)} {kind}cost"
    return price + (" of your roles" if price.endswith(f"the {kind}cost") else "")


def _told(subject: str, other: str, contrast: Contrast, name: str, *, sign: int) -> str:
    """Tell how one did against another; with sign -1, the subject is the reference of the difference."""
    found = contrast.difference
    size = number(abs(found.difference))
    higher = sign * found.difference > 0
    than = f"{size} {'higher' if higher else 'lower'} than" if float(size) else "the same as"
    return f"{subject} scored {than} {other} ({_interval(found, sign)}; {_verdict(contrast, name)})"


def _verdict(contrast: Contrast, name: str) -> str:
    if contrast.withheld:
        return f"{contrast.word}: {why_withheld(contrast)}"
    if unseen(contrast):
        return f"no difference seen, but {bad_losses(contrast)}"
    named: Mapping[Word, str] = {
        "better": f"better: {name[0].lower()}{name[1:]}",
        "worse": "better: your roles",
        "equivalent": f"equivalent within ±{contrast.difference.margin:g}",
        "undetermined": "undetermined",
    }
    return named[contrast.verdict]


def _interval(found: Difference, sign: int) -> str:
    if found.low is None or found.high is None:
        return no_interval(found)
    low, high = sorted((sign * found.low, sign * found.high))
    return f"95 % interval {number(low)} to {number(high)}"


def _winner(words: Mapping[Arm, Word], usual: Sequence[Arm], what: str) -> str:
    better = [IN_A_SENTENCE[arm] for arm, word in words.items() if word == "better"]
    open_ones = [IN_A_SENTENCE[arm] for arm in usual if words.get(arm, "undetermined") == "undetermined"]
    if better:
        won = f"{listed(better)} beat{'s' if len(better) == 1 and better[0].startswith('one') else ''} your roles"
    elif all(word == "worse" for word in words.values()) and not open_ones:
        won = "your roles win"
    elif not open_ones:
        won = "nothing beats your roles"
    else:
        won = "no winner is shown"
    rest = f"; {listed(open_ones)} against your roles: not settled" if open_ones else ""
    return f"{what}: {won}{rest}."
