"""The verdict on a team is put into words: plain text, for whoever shows it to make safe."""

from collections.abc import Mapping

from swarm.comparison.contrasts import Contrast
from swarm.comparison.finding import no_interval
from swarm.comparison.price import no_price, price_in_words, tokens
from swarm.comparison.settling import bad_losses, unseen, why_withheld, would_settle
from swarm.grid import Grid
from swarm.protocols.given_team import Step
from swarm.stats.paired import Difference, Word, family, verdict
from swarm.teams.reading.given import GivenTeam
from swarm.teams.trial.arms import ARM_NAMES, Arm, own_in_words, own_of
from swarm.teams.trial.verdict import TeamVerdict
from swarm.written import listed, number, plural

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


def arms_in_words(grid: Grid) -> str:
    """Name the arms that are set against each other in one line."""
    missions = plural(len(grid.missions), "mission")
    times_each = "" if grid.repeats == 1 else f", each {grid.repeats} times"
    return (
        f"Your roles against the same {grid.agents[0]} agents without roles, and against one agent that is given about "
        f"as many tokens: {grid.teams[0]}, {missions}{times_each}; {own_in_words(own_of(grid), len(grid.missions))}."
    )


def about_the_arms(grid: Grid) -> tuple[str, ...]:
    """Describe what each arm plays, in a sentence each."""
    options = grid.ways[0].options
    order = "under their leader" if options.get("led") else "in the order of its file"
    steps = options.get("steps", ())
    turns = (
        f"{len(steps) or grid.agents[0]} turns"
        if isinstance(steps, tuple) and not options.get("led")
        else "a plan first"
    )
    agents, budget = grid.agents[0], grid.ways[2].options.get("token_budget", 0)
    return (
        f"Your roles: {agents} agents with the roles, goals and backgrounds of the file, {order}; {turns}.",
        f"No roles: {agents} agents one after another (Sequential); each chooses what to do, or sits it out.",
        f"One agent: it revises its own work until it is content or has used about {budget:,} tokens, which is what a "
        "run with your roles is expected to use; where it used others, the verdict says how many.",
        f"All three play the same missions with the same seeds and models: {grid.teams[0]}."
        + (" The one agent has the model of the first seat." if "," in grid.teams[0] else ""),
    )


def coordination_in_words(team: GivenTeam) -> str:
    """Describe how the team decides who works when, in a sentence."""
    agents = len(team.roles)
    if team.coordination == "leader":
        return f"{agents} agents: {team.roles[0].name} leads, hands out jobs, and the others work one after another."
    turns = len(team.steps) or agents
    heard = "hearing all before it" if team.coordination == "order" else "hearing those that lead to it"
    return f"{agents} agent{'s' if agents > 1 else ''}, {turns} turn{'s' if turns > 1 else ''}, each {heard}."


def order_in_words(team: GivenTeam) -> list[str]:
    """List who speaks when, a line each; empty under a leader."""
    if team.coordination == "leader":
        return []
    steps = team.steps or tuple(Step(seat) for seat in range(1, len(team.roles) + 1))
    return [_step_in_words(number, step, team) for number, step in enumerate(steps, 1)]


def _step_in_words(number: int, step: Step, team: GivenTeam) -> str:
    task = f": {step.task}" if step.task else ""
    if step.hears is None:
        return f"{number}. {team.roles[step.seat - 1].name}{task}"
    heard = f"hears {listed([str(other) for other in step.hears])}" if step.hears else "hears nobody"
    return f"{number}. {team.roles[step.seat - 1].name}{task} ({heard})"


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
    unit = next(iter(found.contrasts.values())).unit
    missions = f"{found.missions} {unit}{'' if found.missions == 1 else 's'}"
    own = own_in_words(found.own, found.planned)
    opening = f"On {missions} ({found.runs:,} {kind}runs; {own}) "
    parts = [_part(found, arm) for arm in ("free", "solo") if arm in found.contrasts]
    like_these = ", on inputs like these" if any(each.inputs for each in found.contrasts.values()) else ""
    return f"{opening}{'; '.join(parts)}{like_these}."


def unsettled(found: TeamVerdict) -> tuple[str, ...]:
    """For each comparison that is not settled, how many more missions would settle it, and for how much."""
    return tuple(
        f"{ARM_NAMES[arm]} against your roles is not settled. {_missing(each, found)}"
        for arm, each in found.contrasts.items()
        if each.verdict == "undetermined"
    )


def _missing(contrast: Contrast, found: TeamVerdict) -> str:
    if contrast.withheld:
        why = why_withheld(contrast)
        return f"{why[0].upper()}{why[1:]}."
    return would_settle(contrast, found.comparison.comparisons)


def winner_on_quality(found: TeamVerdict) -> str:
    """Name the arm that wins on quality, as far as it is shown."""
    return _winner(
        {arm: each.verdict for arm, each in found.contrasts.items()},
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
    return _winner(words, "Per simulated dollar" if found.simulated else "Per dollar")


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
        told = _told(IN_A_SENTENCE[arm], "your roles", contrast, arm, sign=1)
        ratio, low, high = contrast.cost_ratio, contrast.cost_low, contrast.cost_high
        kind = "simulated " if found.simulated else ""
        price = no_price(contrast) if ratio is None else f"at {price_in_words(ratio, low, high)} {kind}cost"
        of_yours = " of your roles" if price.endswith(f"the {kind}cost") else ""
        return f"{told}, {price}{of_yours}{tokens(contrast)}"
    told = _told("your roles", IN_A_SENTENCE[arm], contrast, arm, sign=-1)
    return f"{told}, {cost_in_words(contrast, simulated=found.simulated)}"


def _told(subject: str, other: str, contrast: Contrast, arm: Arm, *, sign: int) -> str:
    """Tell how one did against another; with sign -1, the subject is the reference of the difference."""
    found = contrast.difference
    size = number(abs(found.difference))
    higher = sign * found.difference > 0
    than = f"{size} {'higher' if higher else 'lower'} than" if float(size) else "the same as"
    return f"{subject} scored {than} {other} ({_interval(found, sign)}; {_verdict(contrast, arm)})"


def _verdict(contrast: Contrast, arm: Arm) -> str:
    if contrast.withheld:
        return f"{contrast.word}: {why_withheld(contrast)}"
    if unseen(contrast):
        return f"no difference seen, but {bad_losses(contrast)}"
    named: Mapping[Word, str] = {
        "better": f"better: {ARM_NAMES[arm].lower()}",
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


def _winner(words: Mapping[Arm, Word], what: str) -> str:
    better = [IN_A_SENTENCE[arm] for arm, word in words.items() if word == "better"]
    open_ones = [
        IN_A_SENTENCE[arm] for arm in ("free", "solo") if words.get(arm, "undetermined") == "undetermined"
    ]
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
