"""A company of ChatDev 1 is read: phases in a chain, each a talk between two roles.

Of the two, the assistant delivers and the user instructs. A phase becomes one turn of the assistant, and what the
user would have said is the task.
"""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import NamedTuple

from pydantic import Field

from swarm.protocols.given_team import MAX_STEPS, Step
from swarm.teams.chatdev.files import Company, company
from swarm.teams.reading.blanks import blanks, filled, without_blanks
from swarm.teams.reading.camel_case import in_words
from swarm.teams.reading.candidates import place
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam, Note
from swarm.teams.reading.values import BadTeam, Tolerant, shaped, unknown_keys

INPUT = "task"
"""Blanks that a person fills; all others are filled by ChatDev while it works."""


class _Phase(Tolerant):
    phase: str
    phaseType: str = "SimplePhase"
    max_turn_step: int = Field(default=1, ge=-1, le=10_000)
    need_reflect: str | bool = "False"
    """ChatDev writes its booleans as words."""
    cycleNum: int = Field(default=1, ge=0, le=10_000)
    Composition: tuple["_Phase", ...] = ()

    @property
    def reflects(self) -> bool:
        return str(self.need_reflect).strip().lower() == "true"


class _Chain(Tolerant):
    chain: tuple[_Phase, ...] = Field(min_length=1)
    recruitments: tuple[str, ...] = ()
    background_prompt: str = ""


class _Talk(Tolerant):
    assistant_role_name: str
    user_role_name: str = ""
    phase_prompt: tuple[str, ...]


class _Turn(NamedTuple):
    """A phase as somebody's turn."""

    phase: str
    talk: _Talk


def read(files: Files) -> GivenTeam | None:
    """Read a company from its chain, phases and roles; None when none of the three is there.

    Raises:
        BadTeam: names the file and the place.
    """
    found = company(files)
    if found is None:
        return None
    chain = shaped(_Chain, found.chain_path, "", found.chain)
    listed = list(_flat(chain.chain))
    phases = [phase for phase in listed if phase.phase in found.phases]
    if not phases:
        raise BadTeam(
            found.chain_path, "chain", f"none of its phases is in {PurePosixPath(found.phases_path).name}"
        )
    silent = [phase.phase for phase in listed if phase.phase not in found.phases]
    turns = [_turn(found, phase) for phase in phases[:MAX_STEPS]]
    names = list(dict.fromkeys(turn.talk.assistant_role_name for turn in turns))
    roles = tuple(_role(found, name, chain.background_prompt) for name in names)
    tasks = tuple({task.name: task for task in map(_task, turns)}.values())
    goal = without_blanks(chain.background_prompt, [INPUT])
    open_texts = [goal, *(role.background for role in roles), *(task.text for task in tasks)]
    return GivenTeam(
        name=_name(found),
        roles=roles,
        steps=tuple(
            Step(names.index(turn.talk.assistant_role_name) + 1, in_words(turn.phase)) for turn in turns
        ),
        tasks=tasks,
        inputs=dict.fromkeys(blanks(open_texts), ""),
        goal=goal,
        notes=(*_notes(found, chain, phases, turns), *_skipped(found, silent)),
    )


def _flat(phases: Sequence[_Phase]) -> Iterator[_Phase]:
    """Simple phases in the order of the chain; those of a composed phase once."""
    for phase in phases:
        if phase.Composition:
            yield from _flat(phase.Composition)
        else:
            yield phase


def _turn(found: Company, phase: _Phase) -> _Turn:
    talk = shaped(_Talk, found.phases_path, place(phase.phase), found.phases[phase.phase])
    if talk.assistant_role_name not in found.roles:
        where = f"it is not in {PurePosixPath(found.roles_path).name}"
        raise BadTeam(found.phases_path, place(phase.phase, "assistant_role_name"), where)
    return _Turn(phase.phase, talk)


def _role(found: Company, name: str, background: str) -> GivenRole:
    lines = found.roles[name]
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):  # pyright: ignore[reportUnknownVariableType]
        raise BadTeam(found.roles_path, place(name), "a list of lines was expected here")
    text = filled("\n".join(lines), {"chatdev_prompt": background})  # pyright: ignore[reportUnknownArgumentType]
    return GivenRole(name, background=without_blanks(text, [INPUT]))


def _task(turn: _Turn) -> GivenTask:
    assistant, user = turn.talk.assistant_role_name, turn.talk.user_role_name
    text = filled("\n".join(turn.talk.phase_prompt), {"assistant_role": assistant})
    said = f"The {user} instructs the {assistant}: {text}" if user else text
    return GivenTask(in_words(turn.phase), without_blanks(said, [INPUT]))


def _name(found: Company) -> str:
    folder = PurePosixPath(found.chain_path).parent.name
    return f"ChatDev, {folder}" if folder else "ChatDev"


def _notes(found: Company, chain: _Chain, phases: Sequence[_Phase], turns: Sequence[_Turn]) -> Iterator[Note]:
    where = found.chain_path
    spoken = {turn.talk.assistant_role_name for turn in turns}
    yield Note("understood", f"{len(spoken)} roles from {found.roles_path}")
    yield Note("understood", f"the order of {len(turns)} phases from {where} and {found.phases_path}")
    told = {name for turn in turns for name in blanks(turn.talk.phase_prompt)} - {INPUT, "assistant_role"}
    silent = set(chain.recruitments) - spoken
    changes = (
        (len(phases) - len(turns), "phases", f"Only the first {MAX_STEPS} phases are played."),
        *_cycles(chain.chain),
        *_talks(phases),
        (len(silent), "recruited roles", "They only instruct or are never asked, so they get no turn."),
        (
            len(told),
            "placeholders",
            "What ChatDev fills in while it works is named: all earlier work is heard.",
        ),
    )
    for count, what, why in changes:
        if count > 0:
            yield Note("changed", f"{where}: {what} ({count})", why)
    settings = ", ".join(unknown_keys(chain))
    if settings:
        yield Note("ignored", f"{where}: {settings[:200]}", "They set ChatDev's own loop.")
    if found.others:
        yield Note("ignored", f"further chains ({found.others})", f"Only {where} is read.")


def _skipped(found: Company, phases: Sequence[str]) -> Iterator[Note]:
    if phases:
        named = ", ".join(place(name) for name in dict.fromkeys(phases[:8]))
        why = f"{found.phases_path} has no text for them: ChatDev skips them too."
        yield Note("changed", f"{found.chain_path}: phases without a text: {named}", why)


def _cycles(phases: Sequence[_Phase]) -> Iterator[tuple[int, str, str]]:
    counts = [phase.cycleNum for phase in _composed(phases) if phase.cycleNum != 1]
    often = ", ".join(map(str, counts[:5]))
    yield (
        len(counts),
        "phases with a cycleNum",
        f"They repeat up to {often} times in ChatDev and are played once.",
    )


def _talks(phases: Sequence[_Phase]) -> Iterator[tuple[int, str, str]]:
    exchanges = sum(phase.max_turn_step != 1 for phase in phases)
    yield exchanges, "phases of several exchanges", "The talk became one turn of the assistant."
    reflections = sum(phase.reflects for phase in phases)
    yield reflections, "phases with need_reflect", "The talk that reflects on them is left out."


def _composed(phases: Sequence[_Phase]) -> Iterator[_Phase]:
    for phase in phases:
        if phase.Composition:
            yield phase
            yield from _composed(phase.Composition)
