"""Prompts are put together from the templates beside it.

The layout is append-only: system text, mission, what was heard in order, and only then who is speaking. So an
agent's prompt begins with its predecessor's, byte for byte, up to the last lines, and providers' caches work.
Text of agents stands between marks that carry a code they cannot guess.
"""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache, lru_cache
from pathlib import Path
from string import Template

from swarm.mission import Mission
from swarm.models.model import Message
from swarm.shock import NOTHING_LATE, Late
from swarm.spec import RunSpec
from swarm.team import Seat
from swarm.turn import Cue, Turn
from swarm.verdict import CRITERIA

_FOLDER = Path(__file__).parent
_AT_ONCE = "They will work at the same time and will not see each other's work."
_IN_TURN = (
    "They will work one after another, in the order of their numbers, and read all that was done before."
)
"""Under the leader of a team that was set up elsewhere."""
_RULE = re.compile(r"^---$", re.MULTILINE)
MAX_SENTENCE_CHARS = 200
_FIRST_SENTENCE = re.compile(rf"\s*+[^\n]{{1,{MAX_SENTENCE_CHARS}}}?(?:[.!?](?=\s|\Z)|(?=\n|\Z))")


@cache
def template(name: str) -> Template:
    """Read one of the texts beside this file, by its stem."""
    return Template((_FOLDER / f"{name}.txt").read_text(encoding="utf-8"))


@cache
def version() -> str:
    """A short hash of all texts: runs with equal versions saw equal wording."""
    texts = b"".join(path.read_bytes() for path in sorted(_FOLDER.glob("*.txt")))
    return hashlib.sha256(texts).hexdigest()[:12]


def mark(spec: RunSpec, run_id: str | None) -> str:
    """The code that frames other agents' text in a run: the same for all its agents, unknown to them beforehand.

    Args:
        spec: the recipe.
        run_id: the run's; None for simulated runs, which repeat themselves and have nobody to deceive.
    """
    return hashlib.sha256(f"{run_id} {spec.seed} {spec.mission}".encode("utf-8", "replace")).hexdigest()[:8]


def agent_messages(
    spec: RunSpec,
    code: str,
    seat: Seat,
    cue: Cue,
    heard: Sequence[Turn],
    late: Late = NOTHING_LATE,
    in_short: int = 0,
) -> tuple[Message, ...]:
    """The messages for one turn.

    Args:
        spec: the run's recipe.
        code: `mark(spec)`.
        seat: who is to speak.
        cue: what it is asked.
        heard: turns it is shown, in that order.
        late: requirements that are left out until they are known, and pointed out from then on.
        in_short: so many of them, the oldest, are shown by their first sentences.

    Returns:
        A system and a user message; the user message has one part for the mission, one for each turn heard,
        and one for the last lines.
    """
    shown = (*(_shortened(turn) for turn in heard[:in_short]), *heard[in_short:])
    shared = (_mission_part(spec, late), *(_heard_part(code, turn) for turn in shown))
    system = "system_short" if spec.form == "short" else "system"
    return (
        Message("system", (template(system).template,)),
        Message("user", (*shared, _last_lines(spec, seat, cue))),
    )


def judge_messages(mission: Mission, deliverable: str) -> tuple[Message, ...]:
    """The messages for the judge: the mission and the deliverable, nothing about who made it or how."""
    criteria = "".join(f"- {name}: {question}\n" for name, question in CRITERIA.items())
    code = hashlib.sha256(deliverable.encode("utf-8", "replace")).hexdigest()[:8]
    framed = f"\n[{code} deliverable]\n{deliverable}\n[{code} end]\n"
    return (
        Message("system", (template("judge_system").substitute(criteria=criteria),)),
        Message("user", (mission_text(mission), framed)),
    )


def ask_again(messages: Sequence[Message], reply: str, reason: str) -> tuple[Message, ...]:
    """The same conversation with an unreadable reply and the request for a readable one."""
    again = template("reask").substitute(reason=reason)
    return (*messages, Message("assistant", (reply[:4_000],)), Message("user", (again,)))


def ask_shorter(messages: Sequence[Message], tokens: int) -> tuple[Message, ...]:
    """The same conversation, and at its end the request for a shorter reply than the one that was cut off.

    What was cut off is not sent back: it would leave the less room for the answer, and be gone on with.
    """
    *before, last = messages
    shorter = template("reask_shorter").substitute(tokens=tokens)
    return (*before, Message(last.role, (*last.parts, shorter)))


@lru_cache(maxsize=256)
def mission_text(mission: Mission, late: Late = NOTHING_LATE) -> str:
    """Write a mission as a model reads it; requirements keep their numbers when some are left out."""
    shown = [number for number in range(1, len(mission.requirements) + 1) if number not in late.hidden]
    sections = [
        template("mission").substitute(title=mission.title, goal=mission.goal),
        _bullets("Domains", [", ".join(mission.domains)] if mission.domains else []),
        _bullets("Values", mission.values),
        _bullets("Stakeholders", [f"{who.name} wants: {who.wants}" for who in mission.stakeholders]),
        _bullets("Not known", mission.unknowns),
        _bullets("Requirements", [_requirement_line(mission, number, late) for number in shown]),
        _bullets("Changed", [_changed(sorted(late.numbers))] if late.numbers and late.known else []),
    ]
    return "\n".join(section for section in sections if section)


def _bullets(title: str, lines: Sequence[str]) -> str:
    return f"## {title}\n" + "".join(f"- {line}\n" for line in lines) if lines else ""


def _requirement_line(mission: Mission, number: int, late: Late) -> str:
    requirement = mission.requirements[number - 1]
    needs = [f"R{need}" for need in requirement.needs if need not in late.hidden]
    facts = (
        f"phase {requirement.phase}" if requirement.phase else "",
        "needs " + ", ".join(needs) if needs else "",
        "in conflict: " + " against ".join(requirement.conflict) if requirement.conflict else "",
    )
    known = "; ".join(fact for fact in facts if fact)
    return f"R{number}. {requirement.text}" + (f" ({known})" if known else "")


def _changed(numbers: Sequence[int]) -> str:
    """Words for requirements that became known in the middle of a run."""
    names = [f"R{number}" for number in numbers]
    if len(names) == 1:
        return f"{names[0]} is new: nobody knew of it when the work began."
    return f"{', '.join(names[:-1])} and {names[-1]} are new: nobody knew of them when the work began."


def _mission_part(spec: RunSpec, late: Late) -> str:
    memory = _bullets(
        "Roles in earlier missions of this organization",
        [f"{past.mission}: agent {past.seat} was {past.role}" for past in spec.memory],
    )
    return mission_text(spec.mission, late) + (f"\n{memory}" if memory else "")


def _shortened(turn: Turn) -> Turn:
    """The same turn with the first sentence of its text, marked as such."""
    first = _FIRST_SENTENCE.match(turn.text)
    said = (first[0] if first else turn.text[:MAX_SENTENCE_CHARS]).strip()
    return replace(turn, text=f"(in short) {said}") if len(said) + 11 < len(turn.text) else turn


def _heard_part(code: str, turn: Turn) -> str:
    role = f" as {turn.role}" if turn.role else ""
    verb = {"plan": "planned", "intend": "intends"}.get(turn.action, "contributed")
    jobs = "".join(f"- agent {job.seat} as {job.role}: {job.job}\n" for job in turn.assignments)
    # Whoever heard somebody has seen the code, and could repeat it to speak in another's name.
    text = f"{turn.text}\n{jobs}".replace(code, "(code)")
    return f"\n[{code} agent {turn.seat}{role} {verb}]\n{text}[{code} end of agent {turn.seat}]\n"


def _last_lines(spec: RunSpec, seat: Seat, cue: Cue) -> str:
    name = "revise" if cue.revise else cue.kind
    if spec.form == "short" and cue.kind != "plan":
        name += "_short"
    imposed = f"\nYour role is given: {cue.role}. Keep it." if cue.role else ""
    if cue.job:
        source = "assigned by the leader" if cue.job_from == "leader" else "as the team is set up"
        imposed += f"\nYour job, {source}: {cue.job}"
    values = {"seat": seat.number, "agents": len(spec.team), "imposed": imposed}
    lines = template(name).substitute(values)
    if cue.brief and cue.kind == "plan":
        lines = lines.replace(_AT_ONCE, _IN_TURN)
    if cue.brief:
        # A rule of its own would pass for the one that stands before the last lines.
        brief = _RULE.sub(" ---", cue.brief)
        lines = lines.replace("\nAnswer: ", f"\n{brief}\nAnswer: ", 1)
    return f"\n---\n{lines}"
