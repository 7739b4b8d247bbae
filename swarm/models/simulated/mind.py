"""This file is where a simulated mind decides: whether to take part, on what, in which role, with what success.

It is an agent-based model of how language models behave in a team, not a language model. It knows what it read in
the prompt and its own traits; no rule depends on the protocol, the mission's level or the number of agents.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random

from swarm.models.simulated import words
from swarm.models.simulated.brief import PARTS, Brief, Heard, Need, numbers_in, read_pieces

FULL = len(PARTS)
WORTHWHILE = 0.22
"""Share of a requirement that a contribution must add, in a mind's own estimate, to be worth making."""
TRUST_IN_INTENTIONS = 0.15
"""How far an announced intention counts as work done."""
OWN_VIEW = 0.2
"""Scale of the differences between what minds find attractive in the same situation."""
PULL_OF_GAPS = 1.5
"""How strongly an uncovered requirement attracts a mind that looks for gaps."""
ATTENTION_CHARS = 120_000
"""Length of a context over which reading falls off noticeably."""


@dataclass(frozen=True, slots=True)
class Traits:
    """What a mind is like; each in [0, 1]. Profiles stand in data/models.toml."""

    skill: float = 0.8
    """Depth reached on a requirement; falls with its difficulty."""
    reading: float = 0.9
    """Chance of noticing what a heard contribution covers; falls with the length of the context."""
    choice: float = 0.85
    """Chance of choosing where least is covered rather than what springs to mind."""
    reflection: float = 0.8
    """Accuracy of the estimate of one's own marginal value."""
    compliance: float = 0.96
    """Chance of an answer in exactly the form asked for."""


@dataclass(frozen=True, slots=True)
class Work:
    """What a mind decided to write about one requirement."""

    need: Need
    sound: tuple[str, ...]
    weak: tuple[str, ...]
    follows: tuple[int, ...]
    """Requirements it depends on whose results the mind has heard."""
    adds: bool
    """Whether it adds to what somebody wrote about the same requirement."""
    settles: bool


@dataclass(frozen=True, slots=True)
class Decision:
    """What a mind answers. `work` is empty when it abstains."""

    role: str
    reason: str
    work: tuple[Work, ...] = ()
    builds_on: tuple[int, ...] = ()
    reports_to: int | None = None


@dataclass(frozen=True, slots=True)
class View:
    """What a mind believes is covered."""

    parts: Mapping[int, frozenset[str]]
    """Sound parts noticed, by requirement."""
    authors: Mapping[int, int]
    """Who covered a requirement last, by requirement."""
    intended: Mapping[int, int]
    """How many announced to work on a requirement."""

    def done(self, need: Need) -> float:
        """Share of a requirement believed to be covered by work, in [0, 1]."""
        return len(self.parts.get(need.number, ())) / FULL

    def expected(self, need: Need) -> float:
        """Share of a requirement believed to be covered in the end, announced work included, in [0, 1]."""
        return max(self.done(need), 1 - (1 - TRUST_IN_INTENTIONS) ** self.intended.get(need.number, 0))


def decide(brief: Brief, traits: Traits, chance: Random) -> Decision:
    """Decide what to contribute to a mission, if anything."""
    view = notice(brief, traits, chance)
    given = words.given_role(brief.last_lines)
    assigned = words.assigned_job(brief.last_lines)
    if assigned:
        chosen = [need for need in brief.needs if need.number in numbers_in(assigned)][:3]
    else:
        chosen = _choose(brief.needs, view, traits, chance, given or _habit(brief, traits, chance))
    gain = _estimated_gain(chosen, view, traits, chance)
    role = given or words.role_for(chosen[0].text if chosen else "", chance)
    if not chosen or (gain < WORTHWHILE and not assigned):
        return Decision(role, words.why_abstain(chosen[0].text if chosen else "", chance))
    work = tuple(_do(need, view, traits, chance, given) for need in chosen)
    builds_on = _builders(work, view, chance)
    lead = (
        builds_on[0]
        if builds_on and any(item.need.conflict for item in work) and chance.random() < 0.3
        else None
    )
    why = (
        words.why_assigned(assigned)
        if assigned
        else words.why_contribute(chosen[0].text, bool(view.parts), chance)
    )
    return Decision(role, why, work, builds_on, lead)


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


def notice(brief: Brief, traits: Traits, chance: Random) -> View:
    """Read what others did: each covered requirement is noticed, or overlooked, in each contribution."""
    attention = traits.reading * math.exp(-brief.chars / ATTENTION_CHARS)
    parts: dict[int, frozenset[str]] = {}
    authors: dict[int, int] = {}
    intended: dict[int, int] = {}
    for turn in brief.heard:
        for number in _covered_by(turn, chance, attention, parts):
            if turn.verb == "intends":
                intended[number] = intended.get(number, 0) + (turn.seat != brief.seat)
            else:
                authors[number] = turn.seat
    return View(parts, authors, intended)


def _covered_by(turn: Heard, chance: Random, attention: float, parts: dict[int, frozenset[str]]) -> list[int]:
    if turn.verb == "planned":
        return []
    if turn.verb == "intends":
        return [number for number in numbers_in(turn.text) if chance.random() < attention]
    noticed = [piece for piece in read_pieces(turn.text) if chance.random() < attention]
    for piece in noticed:
        parts[piece.number] = parts.get(piece.number, frozenset()) | piece.sound
    return [piece.number for piece in noticed]


def _choose(
    needs: Sequence[Need], view: View, traits: Traits, chance: Random, role: str | None
) -> list[Need]:
    """One or two requirements: where least is covered, or what springs to mind; a role pulls towards its words."""
    wise = chance.random() < traits.choice
    scores = [(_appeal(need, view, wise, role, chance), need) for need in needs]
    ranked = [need for _, need in sorted(scores, key=lambda score: -score[0])]
    return ranked[: 2 if chance.random() < 0.75 else 1]


def _appeal(need: Need, view: View, wise: bool, role: str | None, chance: Random) -> float:
    gap = 1 - view.expected(need) if wise else 1.0
    # Gumbel noise: everybody sees the mission a little differently.
    own_view = -math.log(-math.log(chance.random() or 1e-12)) * OWN_VIEW
    pull = 2.2 * words.affinity(role, need.text) if role else 0.0
    return math.log(need.salience) + PULL_OF_GAPS * math.log(gap + 0.02) + own_view + pull


def _habit(brief: Brief, traits: Traits, chance: Random) -> str | None:
    """The role one had before, if one clings to it."""
    past = brief.past_roles.get(brief.seat)
    return past if past and chance.random() > traits.choice else None


def _estimated_gain(chosen: Sequence[Need], view: View, traits: Traits, chance: Random) -> float:
    if not chosen:
        return 0.0
    # What others merely announced is no reason to sit it out.
    gain = max(_reach(need, traits) - view.done(need) for need in chosen)
    return gain + chance.gauss(0.0, 0.6 * (1 - traits.reflection))


def _reach(need: Need, traits: Traits) -> float:
    """Share of a requirement this mind can cover in one go."""
    return traits.skill * (1 - 0.55 * need.difficulty)


def _do(need: Need, view: View, traits: Traits, chance: Random, role: str | None) -> Work:
    """Work on one requirement: parts that others have are left out, dependencies that were heard are linked."""
    known = view.parts.get(need.number, frozenset())
    follows = tuple(other for other in need.needs if other in view.parts)
    grounded = len(follows) / len(need.needs) if need.needs else 1.0
    misfit = 0.12 * (1 - words.affinity(role, need.text)) if role else 0.0
    depth = _reach(need, traits) * (0.82 + 0.18 * grounded) - misfit
    slip = (1 - traits.skill) * (0.35 + 0.65 * need.difficulty) + 0.06 * (1 - grounded)
    sound: list[str] = []
    weak: list[str] = []
    for part in PARTS:
        if part in known:
            continue
        draw = chance.random()
        if draw < depth:
            sound.append(part)
        elif draw < depth + slip:
            weak.append(part)
    # Knowing what others did, or at least mean to do, helps to weigh one side against the other.
    insight = 0.4 if view.parts else 0.15 if view.intended else 0.0
    settles = need.conflict and chance.random() < traits.skill * (0.35 + insight)
    return Work(need, tuple(sound), tuple(weak), follows, bool(known), settles)


def _builders(work: Sequence[Work], view: View, chance: Random) -> tuple[int, ...]:
    used = [view.authors[number] for item in work for number in item.follows if number in view.authors]
    used += [
        view.authors[item.need.number] for item in work if item.adds and item.need.number in view.authors
    ]
    # Most use is silent: people and models credit only part of what they build on.
    return tuple(dict.fromkeys(seat for seat in used if chance.random() < 0.45))
