"""A simulated mind decides: whether to take part, on what, in which role, with what success.

It is an agent-based model of how language models behave in a team, not a language model. It knows what it read in
the prompt and its own traits; no rule depends on the protocol, the mission's level or the number of agents.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from swarm.models.simulated import phrases as words
from swarm.models.simulated.brief import PARTS, Brief, Need, numbers_in
from swarm.models.simulated.view import View, notice

WORTHWHILE = 0.26
"""Share of a requirement that a contribution must add, in a mind's own estimate, to be worth making."""
DOUBT = 0.35
"""Standard deviation of the estimate of what others have covered, as a share of it."""
OWN_VIEW = 0.29
"""Scale of the differences between what minds find attractive in the same situation."""
TWO_AT_ONCE = 0.95
"""Chance of working on two requirements rather than one."""
PULL_OF_GAPS = 1.5
"""How strongly an uncovered requirement attracts a mind that looks for gaps."""
PULL_OF_ROLE = 4.0
"""How strongly a requirement attracts a mind whose role fits its words."""
MISFIT = 0.3
"""Share of one's depth lost where a role fits nothing of a requirement, and by who took what sprang to mind."""
COST_OF_GUESSING = 0.3
"""Share of one's depth lost where nothing is known of the results a requirement depends on."""
TRUST_IN_PLANS = 0.15
"""How far a result that a plan has somebody deliver is known to who hears the plan."""
COST_OF_DIFFICULTY = 0.58
"""Share of one's depth that the hardest requirement takes away."""
SETTLED_INFORMED, SETTLED_ALONE = 0.35, 0.17
"""Share of conflicts that a perfect mind can settle, having heard others' work or not."""
OWN_LUCK = 0.15
"""How far one mind's try at a part differs from another's: the rest is how hard the part is for all."""
CREDIT_SOURCE, CREDIT_ADDED_TO, CREDIT_DERIVED = 0.35, 0.03, 0.03
"""Chance of naming whom a piece follows, of naming whom it adds to, and how much rarer both are for work that
itself rests on others: credit goes to the source."""


@dataclass(frozen=True, slots=True)
class Traits:
    """The traits of a mind, each from 0 to 1. Profiles stand in data/models.toml."""

    skill: float = 0.8
    """Depth reached on a requirement; falls with its difficulty."""
    reading: float = 0.9
    """Chance of noticing what a heard contribution covers; falls with the length of the context."""
    choice: float = 0.85
    """Chance of choosing where least is covered rather than what springs to mind."""
    reflection: float = 0.8
    """Chance of weighing what one would add before taking part."""
    compliance: float = 0.96
    """Chance of an answer in exactly the form asked for."""


@dataclass(frozen=True, slots=True)
class Work:
    """The work a mind decided to write about one requirement."""

    need: Need
    sound: tuple[str, ...]
    weak: tuple[str, ...]
    follows: tuple[int, ...]
    """Requirements it depends on whose results the mind has heard."""
    adds: bool
    """Whether it adds to what somebody wrote about the same requirement."""
    settles: bool
    credits: tuple[int, ...] = ()
    """Seats it names as those whose work it used."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer of a mind. `work` is empty when it abstains."""

    role: str
    reason: str
    work: tuple[Work, ...] = ()
    reports_to: int | None = None

    @property
    def builds_on(self) -> tuple[int, ...]:
        """Seats credited, each once."""
        return tuple(dict.fromkeys(seat for item in self.work for seat in item.credits))


def decide(brief: Brief, traits: Traits, chance: Random) -> Decision:
    """Decide what to contribute to a mission, if anything."""
    view = notice(brief, traits.reading, traits.skill, chance)
    given = words.given_role(brief.last_lines)
    assigned = words.assigned_job(brief.last_lines)
    wise = chance.random() < traits.choice
    if assigned:
        chosen = [need for need in brief.needs if need.number in numbers_in(assigned)][:3]
    else:
        looked_at = view if wise and brief.heard else None
        chosen = _choose(brief.needs, looked_at, chance, given or _habit(brief, traits, chance))
    topic = chosen[0].text if chosen else ""
    role = given or words.role_for(topic, chance)
    if not chosen or (not assigned and _holds_back(chosen, view, traits, chance)):
        return Decision(role, words.why_abstain(topic, chance))
    # However wise: who knows of nothing that was done took what sprang to mind.
    informed = view.informed if wise else 0.0
    work = tuple(_do(need, view, traits, chance, _fit(need, given, informed)) for need in chosen)
    why = words.why_assigned(assigned) if assigned else words.why_contribute(topic, bool(view.parts), chance)
    return Decision(role, why, work, _leader(work, chance))


def plan(brief: Brief, traits: Traits, chance: Random) -> list[tuple[int, str, list[Need]]]:
    """Divide the mission as one mind sees it: seat, role and requirements for each agent that shall work.

    One reading of the mission misses what its reader does not notice, and groups what stands together.
    """
    noticed = [
        need for need in brief.needs if chance.random() < traits.reading * (1 - 0.25 * need.difficulty)
    ]
    seats = list(range(2, brief.agents + 1)) or [1]
    shares: list[list[Need]] = [[] for _ in seats[: max(1, len(noticed))]]
    for position, need in enumerate(noticed or list(brief.needs[:1])):
        shares[position * len(shares) // max(1, len(noticed))].append(need)
    pairs = zip(seats, shares, strict=False)
    return [(seat, words.role_for(share[0].text, chance), share) for seat, share in pairs if share]


def _choose(needs: Sequence[Need], view: View | None, chance: Random, role: str | None) -> list[Need]:
    """One or two requirements: where least is covered, or what springs to mind; a role pulls towards its words."""
    appeal = {need.number: _appeal(need, view, role, chance) for need in needs}
    ranked = sorted(needs, key=lambda need: -appeal[need.number])
    return ranked[: 2 if chance.random() < TWO_AT_ONCE else 1]


def _appeal(need: Need, view: View | None, role: str | None, chance: Random) -> float:
    # Gumbel noise: everybody sees the mission a little differently.
    own_view = -math.log(-math.log(chance.random() or 1e-12)) * OWN_VIEW
    gap = PULL_OF_GAPS * math.log(1.02 - view.expected(need)) if view else 0.0
    pull = PULL_OF_ROLE * words.affinity(role, need.text) if role else 0.0
    return need.salience + gap + own_view + pull


def _habit(brief: Brief, traits: Traits, chance: Random) -> str | None:
    """The role one had before, if one clings to it."""
    past = brief.past_roles.get(brief.seat)
    return past if past and chance.random() > traits.choice else None


def _holds_back(chosen: Sequence[Need], view: View, traits: Traits, chance: Random) -> bool:
    """Tell whether one thinks of abstaining and finds too little to add. Announced work is no reason to."""
    if chance.random() >= traits.reflection:
        return False
    misjudged = 1 + chance.gauss(0.0, DOUBT)
    return max(_reach(need, traits) - view.done(need) * misjudged for need in chosen) < WORTHWHILE


def _reach(need: Need, traits: Traits) -> float:
    """Share of a requirement this mind can cover."""
    return traits.skill * (1 - COST_OF_DIFFICULTY * need.difficulty)


def _fit(need: Need, given: str | None, informed: float) -> float:
    """Rate from 0 to 1 how well a mind suits a requirement by its given role, or by its own choice."""
    return words.affinity(given, need.text) if given else informed


def _grounded(need: Need, view: View) -> float:
    """Share of what a requirement depends on that is known, in [0, 1]: results, or else who was told to get them."""
    if not need.needs:
        return 1.0
    promised = view.planned - view.parts.keys()
    known = sum((other in view.parts) + TRUST_IN_PLANS * (other in promised) for other in need.needs)
    return known / len(need.needs)


def _do(need: Need, view: View, traits: Traits, chance: Random, fit: float) -> Work:
    """Work on one requirement: parts that others have are left out, dependencies that were heard are taken up."""
    known = view.parts.get(need.number, frozenset())
    follows = tuple(other for other in need.needs if other in view.parts)
    adds = need.number in view.parts
    grounded = _grounded(need, view)
    depth = _reach(need, traits) * (1 - COST_OF_GUESSING * (1 - grounded)) * (1 - MISFIT * (1 - fit))
    slip = (1 - traits.skill) * (0.35 + 0.65 * need.difficulty) + 0.06 * (1 - grounded)
    sound, weak = _write(need, known, depth, slip, chance)
    settles = need.conflict and need.number not in view.settled and _settles(need, view, traits, chance)
    named = _credited(need, follows, adds, view, chance)
    return Work(need, sound, weak, follows, adds, settles, named)


def _settles(need: Need, view: View, traits: Traits, chance: Random) -> bool:
    """Knowing what others did helps to weigh one side against the other; some conflicts are beyond everybody."""
    luck = need.hardness["Settlement"] + OWN_LUCK * (chance.random() - 0.5)
    return luck < traits.skill * (SETTLED_INFORMED if view.parts else SETTLED_ALONE)


def _write(
    need: Need, known: frozenset[str], depth: float, slip: float, chance: Random
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Parts that come out right, and parts that come out wrong."""
    tried = [part for part in PARTS if part not in known]
    if len(tried) < 2:
        # Who takes part although all is said says something of it anew.
        tried = chance.sample(PARTS, 2)
    luck = {part: need.hardness[part] + OWN_LUCK * (chance.random() - 0.5) for part in tried}
    sound = tuple(part for part in tried if luck[part] < depth)
    weak = tuple(part for part in tried if depth <= luck[part] < depth + slip)
    return (sound, weak) if sound or weak else ((min(tried, key=luck.__getitem__),), ())


def _credited(need: Need, follows: Sequence[int], adds: bool, view: View, chance: Random) -> tuple[int, ...]:
    """Pick whom one names. Most use is silent: people and models credit only part of what they build on."""
    odds = [(number, CREDIT_SOURCE) for number in follows]
    odds += [(need.number, CREDIT_ADDED_TO)] if adds else []
    for number, odd in odds:
        source = view.sources[number]
        if chance.random() < odd * (CREDIT_DERIVED if source.derived else 1.0):
            return (source.seat,)
    return ()


def _leader(work: Sequence[Work], chance: Random) -> int | None:
    """Pick whose lead one follows, sometimes a source's where sides are in conflict."""
    sources = [seat for item in work if item.need.conflict for seat in item.credits]
    return sources[0] if sources and chance.random() < 0.3 else None
