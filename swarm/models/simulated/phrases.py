"""A simulated mind finds words: names of roles, sentences of contributions, reasons.

The sentences are stock phrases around the mission's own words; what they must carry is the structure that the
simulated judge reads, in a form that people can follow.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from random import Random

from swarm.models.simulated.brief import WEAK, lot

_WORD = re.compile(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ'-]{3,}")
_GIVEN = re.compile(r"^Your role is given: (.+?)\. Keep it\.$", re.MULTILINE)
_JOB = re.compile(r"^Your job, (?:assigned by the leader|as the team is set up): (.+)$", re.MULTILINE)
_STOP = frozenset(
    """
    about above after also around before being between both each every from have into least less more most must
    only other over same than that their them then there these they this those through under until what when where
    give given name keep make take stay next first last hours hour days week which while with within without including
    whose will would could should such upon against across during
    """.split()  # noqa: SIM905
)
_CRAFTS = {
    "budget": "budget planner", "estimate": "cost analyst", "price": "cost analyst", "calculate": "cost analyst",
    "assess": "risk assessor", "check": "inspector", "review": "reviewer", "audit": "auditor", "test": "tester",
    "verify": "inspector", "measure": "analyst", "analyse": "analyst", "analyze": "analyst", "compare": "analyst",
    "negotiate": "negotiator", "agree": "negotiator", "settle": "mediator", "reconcile": "mediator",
    "design": "designer", "draw": "designer", "sketch": "designer", "define": "architect", "specify": "architect",
    "write": "writer", "draft": "writer", "script": "writer", "tell": "storyteller", "announce": "announcer",
    "train": "trainer", "teach": "trainer", "schedule": "scheduler", "plan": "planner", "prepare": "planner",
    "organise": "organizer", "organize": "organizer", "choose": "curator", "select": "curator", "map": "mapper",
    "list": "surveyor", "inventory": "surveyor", "collect": "researcher", "obtain": "broker", "secure": "broker",
    "monitor": "watcher", "protect": "guardian",
}  # fmt: skip
_OTHER_CRAFTS = ("lead", "specialist", "planner", "steward", "analyst")
_FAMILIES = {
    "manager": "plan schedule organise organize crew owner name timeline phase script decide date",
    "researcher": "find study compare interview survey data source collect evidence list choose",
    "architect": "design system network map draw layout structure technical site build define",
    "operations": "run staff shift route logistics equipment supply train deliver move store",
    "risk": "risk permit safety law legal compliance privacy audit emergency insurance inspect weather",
    "compliance": "law legal policy rule regulation permit licence audit consent",
    "finance": "budget cost price fee fund money pay contract euros dollars saving",
    "communications": "tell inform letter press news public announce explain family neighbours train",
    "quality": "check test measure review verify standard hygiene error accept inspection",
}

SAY = {
    "Steps": (
        "1) take stock of {a}; 2) work out {b} with those affected; 3) put it in writing and try it once",
        "1) list what exists for {a}; 2) close the gaps in {b}; 3) rehearse and correct",
        "1) draft {a}; 2) test {b} on a small case; 3) decide and publish",
    ),
    "Owner": ("{role}", "{role}, with a named deputy"),
    "Due": ("week {n}", "{n} weeks before the end", "day {n} of the phase"),
    "Measure": (
        "{n} of 10 spot checks on {a} passed", "{a} complete, counted weekly", "no more than {n} open points on {b}",
    ),
    "Risk": (
        "the work on {a} runs late; then start with {b} and keep a reserve of {n} days",
        "opinions on {b} differ; then decide by an agreed rule within {n} days",
    ),
    "Evidence": ("records of the last case of {a}", "two comparable cases of {b}", "a count of {a} on site"),
}  # fmt: skip


def given_role(last_lines: str) -> str | None:
    """The role imposed by the last lines of a prompt, if any."""
    match = _GIVEN.search(last_lines)
    return match[1] if match else None


def assigned_job(last_lines: str) -> str | None:
    """The job assigned by the last lines of a prompt, if any."""
    match = _JOB.search(last_lines)
    return match[1] if match else None


@lru_cache(maxsize=4096)
def content_words(text: str) -> tuple[str, ...]:
    """Words that carry meaning, in order, in lower case."""
    found = (word.casefold().strip("'-") for word in _WORD.findall(text))
    return tuple(dict.fromkeys(word for word in found if word not in _STOP and len(word) > 3))


@lru_cache(maxsize=65_536)
def affinity(role: str | None, text: str) -> float:
    """Rate from 0 to 1 how well a role fits a requirement by their words, or else by how its bearers see it.

    Any role makes some parts of a mission look like one's own, and others not, whatever its words are.
    """
    if not role:
        return 0.0
    topic = {word[:5] for word in content_words(text)}
    names = content_words(role)
    if topic & {word[:5] for word in names}:
        return 1.0
    family = {word[:5] for name in names for word in _FAMILIES.get(name, "").split()}
    return max(min(1.0, len(family & topic) / 2), 0.6 * lot(f"{role} on {text}"))


def role_for(requirement: str, chance: Random) -> str:
    """Name a role after a requirement: what it is about, and the craft it takes."""
    found = content_words(requirement)
    if not found:
        return "Generalist"
    topics = [_singular(word) for word in found[1:5]] or [_singular(found[0])]
    first = _index(topics, chance)
    two = topics[first : first + 2] if chance.random() < 0.6 else topics[first : first + 1]
    craft = _CRAFTS.get(found[0]) or _one_of(_OTHER_CRAFTS, chance)
    words = [word for word in two if word not in craft.split()]
    return " ".join((*words, craft)).capitalize()


def paragraph(
    number: int,
    requirement: str,
    role: str,
    sound: Sequence[str],
    weak: Sequence[str],
    links: Sequence[str],
    settles: bool,
    chance: Random,
) -> str:
    """Write what was decided about one requirement."""
    topics = content_words(requirement)[1:] or content_words(requirement) or ("it",)
    said = [
        f"{part}: {WEAK[part] if part in weak else _say(part, topics, role, chance)}."
        for part in SAY
        if part in sound or part in weak
    ]
    said += [f"{link}." for link in links]
    if settles:
        said.append(
            "Settlement: each side gets its first point, the rest is decided by a rule both accept beforehand."
        )
    return f"R{number} – {requirement}\n" + " ".join(said)


def why_contribute(requirement: str, heard: bool, chance: Random) -> str:
    """A reason for taking part."""
    topic = _topic(requirement)
    ways = (f"Nobody has worked out {topic} yet.", f"What is there on {topic} is still thin.")
    return _one_of(ways, chance) if heard else f"My first thought goes to {topic}."


def why_assigned(job: str) -> str:
    """A reason for doing what one was told."""
    return f"It is my part of the plan: {job.rstrip('.')[:1].lower()}{job.rstrip('.')[1:]}."


def why_abstain(requirement: str, chance: Random) -> str:
    """A reason for sitting it out."""
    topic = _topic(requirement)
    ways = (
        "The requirements are covered well; more text would only repeat them.",
        f"Even the thinnest part, {topic}, is covered; I would add nothing.",
        "Others have done what I could do.",
    )
    return _one_of(ways, chance)


def _topic(requirement: str) -> str:
    words = content_words(requirement)
    return " and ".join(words[1:3] or words[:1]) or "the mission"


def _say(part: str, topics: Sequence[str], role: str, chance: Random) -> str:
    first = _index(topics, chance)
    second = (first + 1) % len(topics)
    number = 2 + int(8 * chance.random())
    return _one_of(SAY[part], chance).format(a=topics[first], b=topics[second], n=number, role=role)


def _index(options: Sequence[str], chance: Random) -> int:
    # Several times as fast as `randrange`, and a text is drawn from it a dozen times.
    return int(len(options) * chance.random())


def _one_of(options: Sequence[str], chance: Random) -> str:
    return options[_index(options, chance)]


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) else word
