"""The Python files of a MetaGPT team become its roles: those it hires, or all that are there."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from swarm.team import MAX_AGENTS
from swarm.teams.metagpt.models import models_of
from swarm.teams.metagpt.own import OWN, told
from swarm.teams.metagpt.source import OF_METAGPT, Class, CodeSource, Made, read_source
from swarm.teams.metagpt.workers import REQUIREMENT, Action, Start, Worker, team_of
from swarm.teams.reading.candidates import place
from swarm.teams.reading.choice import Candidate, choose
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenTeam, Note
from swarm.teams.reading.values import BadTeam

MAX_ANCESTORS = 20
MAX_CODE_CHARS = 1_000_000
"""Of all files together."""
_OWN = {"Engineer", "Engineer2", "ProductManager", "ProjectManager", "Architect", "QaEngineer", "TeamLeader"}
"""Roles of MetaGPT itself that others are derived from."""


@dataclass(frozen=True, slots=True)
class _Code:
    """The contents of all files together."""

    sources: Mapping[str, CodeSource]
    classes: Mapping[str, Class]
    variables: Mapping[str, Made]

    @classmethod
    def of(cls, sources: Mapping[str, CodeSource]) -> "_Code":
        """Of names that several files give, the first counts."""
        classes: dict[str, Class] = {}
        variables: dict[str, Made] = {}
        for source in sources.values():
            classes |= {name: each for name, each in source.classes.items() if name not in classes}
            variables |= {name: each for name, each in source.variables.items() if name not in variables}
        return cls(sources, {**OWN, **classes}, variables)

    def family(self, kind: str) -> list[Class]:
        """A class and those that it derives from, as far as they are in the files."""
        found: dict[str, Class] = {}
        waiting = [kind]
        while waiting and len(found) < MAX_ANCESTORS:
            name = waiting.pop(0)
            if name in self.classes and name not in found:
                found[name] = self.classes[name]
                waiting += found[name].bases
        return [*found.values()]

    def is_role(self, kind: str) -> bool:
        family = self.family(kind)
        bases = {base for each in family for base in each.bases}
        return any(base in _OWN or base.startswith("Role") or base.endswith("Role") for base in bases)

    def text(self, kind: str, name: str) -> str:
        return next((each.texts[name] for each in self.family(kind) if each.texts.get(name)), "")


def read(files: Files) -> GivenTeam | None:
    """Read a team from Python files that import MetaGPT; None when none of them has or hires roles.

    Raises:
        BadTeam: when a file is no Python, or roles are hired whose classes are not given; names the file.
    """
    texts = {path: text for path, text in files.named("*.py").items() if OF_METAGPT.search(text)}
    if sum(map(len, texts.values())) > MAX_CODE_CHARS:
        raise BadTeam(
            next(iter(texts)), "", f"with the others, more than {MAX_CODE_CHARS:,} characters of Python"
        )
    sources = {path: read_source(path, text) for path, text in texts.items()}
    hiring = [path for path, source in sources.items() if source.hired]
    if len(hiring) > 1 or (hiring and files.chosen is not None):
        script = choose(
            files, [Candidate(path, "", path) for path in hiring], "scripts that each start a team"
        )
        sources = {
            script: sources[script],
            **{path: each for path, each in sources.items() if path not in hiring},
        }
        sources |= {path: _without_hires(each) for path, each in _others(texts, hiring, script).items()}
    return _team(files, _Code.of(sources))


def _others(texts: Mapping[str, str], hiring: Sequence[str], script: str) -> dict[str, CodeSource]:
    """Scripts of other teams: their classes may be what the chosen one hires."""
    return {path: read_source(path, texts[path]) for path in hiring if path != script}


def _without_hires(source: CodeSource) -> CodeSource:
    return CodeSource(source.classes, source.variables)


def _team(files: Files, code: _Code) -> GivenTeam | None:
    roles = _roles(code)
    hired = [each for source in code.sources.values() for each in _hired(code, source)]
    if not roles and not hired:
        return None
    missing = [made.kind for made in hired if not code.family(made.kind) and made.kind != "Role"]
    if missing:
        path = next(path for path, source in code.sources.items() if source.hired)
        named = ", ".join(place(kind) for kind in dict.fromkeys(missing[:5]))
        fault = (
            f"it hires {named}: their classes are in none of the files, nor are they known as MetaGPT's own"
        )
        raise BadTeam(path, "", f"{fault}; the Python files of the roles that it hires are wanted beside it")
    chosen = hired or [Made(kind, {}) for kind in roles]
    if len(chosen) > MAX_AGENTS:
        raise BadTeam(
            next(iter(code.sources)), "", f"{len(chosen)} roles; at most {MAX_AGENTS} can be tested"
        )
    workers = [_worker(code, made) for made in chosen]
    return team_of(workers, _start(code), models_of(files), list(_notes(code, chosen)))


def _roles(code: _Code) -> list[str]:
    """Classes of roles that somebody can be, those left out from which others derive."""
    bases = {base for each in code.classes.values() for base in each.bases}
    return [
        kind
        for kind in code.classes
        if kind not in bases
        and kind not in OWN
        and code.is_role(kind)
        and (code.text(kind, "profile") or code.text(kind, "goal"))
    ]


def _hired(code: _Code, source: CodeSource) -> Iterator[Made]:
    for each in source.hired:
        made = code.variables.get(each) if isinstance(each, str) else each
        if made is not None and made.kind:
            yield made


def _worker(code: _Code, made: Made) -> Worker:
    texts = {
        name: made.texts.get(name) or code.text(made.kind, name)
        for name in ("name", "profile", "goal", "desc")
    }
    limits = made.texts.get("constraints") or code.text(made.kind, "constraints")
    instruction = code.text(made.kind, "instruction")
    family = code.family(made.kind)
    actions = next((each.actions for each in (made, *family) if each.actions is not None), ())
    watches = next((each.watches for each in (made, *family) if each.watches is not None), (REQUIREMENT,))
    background = (texts["desc"], f"Constraints: {limits}" if limits else "", instruction)
    return Worker(
        kind=made.kind,
        name=texts["name"],
        profile=texts["profile"],
        goal=texts["goal"],
        background="\n".join(filter(None, background)),
        actions=tuple(_action(code, name) for name in dict.fromkeys(actions)),
        watches=frozenset(watches),
        in_order=any(each.in_order for each in family),
    )


def _action(code: _Code, name: str) -> Action:
    """An action by its class, or by the variable that holds it."""
    made = code.variables.get(name)
    if made is not None and made.kind == "Action":
        said = made.texts.get("instruction") or made.texts.get("desc") or ""
        return Action(name, said, made.texts.get("name", ""))
    kind = made.kind if made else name
    return Action(kind, code.text(kind, "PROMPT_TEMPLATE") or code.text(kind, "desc"))


def _start(code: _Code) -> Start:
    ideas = [source.idea for source in code.sources.values() if source.idea]
    money = [source.investment for source in code.sources.values() if source.investment]
    usable = [dollars for dollars in money if math.isfinite(dollars) and dollars > 0]
    return Start(ideas[0] if ideas else "", usable[0] if usable else None)


def _notes(code: _Code, chosen: Sequence[Made]) -> Iterator[Note]:
    files = sorted({PurePosixPath(path).name for path in code.sources})
    named = ", ".join(files[:5]) + (f" and {len(files) - 5} more" if len(files) > 5 else "")
    yield Note("understood", f"{len(chosen)} roles from {named}")
    own = list(
        told(
            {made.kind for made in chosen}
            - {*(kind for each in code.sources.values() for kind in each.classes)}
        )
    )
    if own:
        why = "Their words are those of MetaGPT 0.8; what a setting changes of them is not read."
        yield Note("changed", f"MetaGPT's own roles: {', '.join(own)}", why)
    used = {
        name
        for made in chosen
        for name in (made.kind, *(each for kin in code.family(made.kind) for each in kin.bases))
    }
    for path, source in code.sources.items():
        if not source.hired and not used & source.classes.keys():
            continue
        lines = sorted(set(source.unclear))
        if lines:
            shown = ", ".join(map(str, lines[:10]))
            why = "Code is never run: only literal values and names are understood."
            yield Note("ignored", f"{path}: lines {shown}", why)
