"""A simulated mind reads: the mission's needs, and what others have already covered.

It reads the same text that a real model would get, and nothing else.
"""

import math
import re
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

MAX_NEEDS = 60

_SECTION = re.compile(r"^## Requirements\n(.*?)(?=^## |^\[[0-9a-f]{8} |^---$|\Z)", re.MULTILINE | re.DOTALL)
_BULLET = re.compile(r"^[ \t]*+(?:[-*•]|\d{1,2}[.)])[ \t]++(?:R(\d{1,3})\.[ \t]*+)?(\S.*)$", re.MULTILINE)
_TITLE = re.compile(r"^# Mission: .*\n+", re.MULTILINE)
_CLAUSE = re.compile(r"[.;:,!?\n]+|\band\b")
_NUMBER = re.compile(r"\bR(\d{1,3})\b")
_TURN = re.compile(r"agent (\d+)(?: as [^\]\n]*?)? (planned|intends|contributed)\]\n")
_OPENS = re.compile(rf"\[([0-9a-f]{{8}}) {_TURN.pattern}")
_PAST = re.compile(r"^- .*: agent (\d+) was (.+)$", re.MULTILINE)
_PIECE = re.compile(r"^R(\d{1,3}) – .*?(?=^R\d{1,3} – |\Z)", re.MULTILINE | re.DOTALL)
_LABEL = re.compile(r"\b(Steps|Owner|Due|Measure|Risk|Evidence): ")
_LINK = re.compile(r"\b(Follows|In line with|Adds to|More on) (R\d{1,3}(?:, R\d{1,3})*)")

USUAL_NEEDS = (
    "Define the goal and what is out of scope",
    "Lay out a plan in steps",
    "Name an owner for every part",
    "Estimate the cost and who pays",
    "Assess the risks and how to meet them",
    "Set a measure of success",
    "Fix the dates",
)
"""What any plan needs, whatever it is about; for goals in free text without bullet points."""

WEAK = {
    "Steps": "discuss it when the time comes",
    "Owner": "everybody",
    "Due": "as soon as possible",
    "Measure": "general satisfaction",
    "Risk": "none",
    "Evidence": "it has always been done this way",
}
"""How a part reads when skill failed: the statement that a judge counts as wrong."""

PARTS = tuple(WEAK)


@dataclass(frozen=True, slots=True)
class Need:
    """One requirement, as a mind sees it."""

    number: int
    text: str
    needs: tuple[int, ...]
    conflict: bool
    salience: float
    """How much it springs to mind, as a logarithm, 0 at most: unequal, and the same for everybody."""
    difficulty: float
    """In [0, 1]: dependencies, conflicts and missing information make it harder."""
    hardness: Mapping[str, float]
    """How hard each part of it is, in [0, 1): the same for everybody, so minds of one kind fail at the same."""


@dataclass(frozen=True, slots=True)
class WorkPiece:
    """The statements of a text about one requirement."""

    number: int
    sound: frozenset[str]
    """Parts present and right: some of Steps, Owner, Due, Measure, Risk, Evidence."""
    weak: frozenset[str]
    links: frozenset[int]
    """Requirements whose results it takes up."""
    derived: bool
    """Whether it says that it rests on somebody else's work."""
    settles: bool
    """Whether it settles the conflict between stakeholders."""


@dataclass(frozen=True, slots=True)
class Heard:
    """One turn of somebody else, as shown in the prompt."""

    seat: int
    verb: Literal["planned", "intends", "contributed"]
    text: str


@dataclass(frozen=True, slots=True)
class Brief:
    """Everything a mind finds in a prompt."""

    needs: tuple[Need, ...]
    heard: tuple[Heard, ...]
    past_roles: Mapping[int, str]
    """Roles by seat in the latest earlier mission; empty without organizational memory."""
    last_lines: str
    seat: int
    agents: int
    chars: int


def read_brief(text: str) -> Brief:
    """Read a prompt: one text that ends in the lines saying who is speaking."""
    body, rule, last_lines = text.rpartition("\n---\n")
    if not rule:
        body, last_lines = text, ""
    heard, began = _read_heard(body)
    mission = body[:began]
    return Brief(
        needs=read_needs(mission),
        heard=heard,
        past_roles=_past_roles(mission),
        last_lines=last_lines,
        seat=_number(r"You are agent (\d+)", last_lines),
        agents=_number(r"of a team of (\d+)", last_lines),
        chars=len(text),
    )


def _read_heard(body: str) -> tuple[tuple[Heard, ...], int]:
    """The turns shown in a prompt, in order, and where the first of them begins."""
    at = 0
    while (at := body.find("\n[", at) + 1) > 0:
        opens = _OPENS.match(body, at)
        if opens:
            # Prompts grow by what is heard: cut at the marks, all but the newest turn has been read before.
            chunks = body[at - 1 :].split(f"\n[{opens[1]} ")
            return tuple(turn for chunk in chunks if (turn := _heard(chunk))), at
    return (), len(body)


@lru_cache(maxsize=8_192)
def _heard(chunk: str) -> Heard | None:
    """Read the turn between two marks, or None for only the end of one."""
    opens = _TURN.match(chunk)
    if not opens:
        return None
    return Heard(int(opens[1]), opens[2], chunk[opens.end() :])  # pyright: ignore[reportArgumentType]


@lru_cache(maxsize=1024)
def read_needs(mission: str) -> tuple[Need, ...]:
    """The requirements of a mission text: its bullet points, or else its clauses and what any plan needs.

    They keep the numbers that the text gives them ("R3."); without such numbers, or with one given twice, they are
    numbered by their places.
    """
    section = _SECTION.search(mission)
    # Other sections have bullet points of their own: values, stakeholders, what an organization remembers.
    goal = _TITLE.sub("", mission.partition("\n## ")[0])
    bullets = list(_BULLET.finditer(section[1] if section else goal))[:MAX_NEEDS]
    found = [_facts_apart(match[2].rstrip()) for match in bullets]
    numbers = [int(match[1]) for match in bullets if match[1]]
    if not found:
        clauses = [clause.strip() for clause in _CLAUSE.split(goal) if len(clause.split()) > 2]
        found = [(clause, "") for clause in (*clauses[:8], *USUAL_NEEDS)]
    if len(set(numbers)) < len(found):
        numbers = list(range(1, len(found) + 1))
    unknowns = "\n## Not known\n" in mission
    return tuple(_need(number, *texts, unknowns) for number, texts in zip(numbers, found, strict=True))


@lru_cache(maxsize=8_192)
def read_pieces(text: str) -> tuple[WorkPiece, ...]:
    """Read what a contribution or a deliverable says about each requirement, in its order."""
    return tuple(_piece(int(match[1]), match[0].rstrip()) for match in _PIECE.finditer(text))


@lru_cache(maxsize=8_192)
def numbers_in(text: str) -> tuple[int, ...]:
    """Requirements named in a text."""
    return tuple(dict.fromkeys(int(number) for number in _NUMBER.findall(text)))


def _facts_apart(bullet: str) -> tuple[str, str]:
    """A requirement and what stands in brackets at its end."""
    text, bracket, facts = bullet.rpartition("(")
    is_fact = bracket and bullet.endswith(")") and facts.startswith(("phase ", "needs ", "in conflict"))
    return (text.rstrip(), facts[:-1]) if is_fact else (bullet, "")


def _need(number: int, text: str, facts: str, unknowns: bool) -> Need:
    dependencies = tuple(n for n in numbers_in(facts) if n != number)
    conflict = "in conflict" in facts
    chance = lot(text)
    difficulty = 0.15 + 0.12 * min(len(dependencies), 3) + 0.4 * conflict + 0.3 * unknowns + 0.15 * chance
    salience = math.log((0.35 + 0.65 * chance) / (1 + 0.06 * number))
    hardness = {part: lot(f"{part} of {text}") for part in (*PARTS, "Settlement")}
    return Need(number, text.rstrip("."), dependencies, conflict, salience, min(1.0, difficulty), hardness)


def lot(text: str) -> float:
    """A number in [0, 1) that a text always draws."""
    return (zlib.crc32(text.encode("utf-8", "replace")) % 1000) / 1000


@lru_cache(maxsize=8_192)
def _piece(number: int, text: str) -> WorkPiece:
    labels = _LABEL.split(text)[1:]
    said = dict(zip(labels[::2], labels[1::2], strict=True))
    weak = frozenset(label for label, words in said.items() if words.startswith(WEAK[label]))
    links = _LINK.findall(text)
    taken_up = frozenset(int(n) for _, numbers in links for n in _NUMBER.findall(numbers))
    derived = any(way in ("Follows", "Adds to") for way, _ in links)
    return WorkPiece(number, frozenset(said) - weak, weak, taken_up, derived, "Settlement:" in text)


@lru_cache(maxsize=1024)
def _past_roles(mission: str) -> dict[int, str]:
    return {int(match[1]): match[2] for match in _PAST.finditer(mission)}


def _number(pattern: str, text: str) -> int:
    match = re.search(pattern, text)
    return int(match[1]) if match else 0
