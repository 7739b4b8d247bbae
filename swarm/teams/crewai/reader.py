"""A team of CrewAI is found among files, whichever of its ways to write a crew down was used."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple, TypeAlias, cast

from swarm.teams.crewai.bound import Code, Rows
from swarm.teams.crewai.code import crews_of
from swarm.teams.crewai.crew import Crew, team_of
from swarm.teams.crewai.flow import crew_of_flow
from swarm.teams.crewai.follower import CrewFollower, followed
from swarm.teams.crewai.inputs import read_inputs
from swarm.teams.crewai.json_crew import crew_of_definition
from swarm.teams.crewai.studio import definitions, is_studio
from swarm.teams.crewai.yaml_crew import CrewShape, Parts, crew_of
from swarm.teams.python.imports import as_value
from swarm.teams.python.names import TooMuch
from swarm.teams.python.values import Table
from swarm.teams.reading.choice import Candidate, choose
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenTeam, Note
from swarm.teams.reading.values import BadTeam, Data, Unparsed, read_json5, read_yaml, shaped

Kind: TypeAlias = Literal["agents", "tasks", "crew", "flow", "studio"]
MAX_YAML_CHARS = 500_000
_AGENT_KEYS = {"role", "goal", "backstory"}
_TASK_KEYS = {"description", "expected_output"}
_NAMED_SO = re.compile("agent|task")
_MAX_NAMED = 4


class _Found(NamedTuple):
    """A file of a crew: what it is and what stands in it."""

    kind: Kind
    path: str
    content: Any

    @property
    def folder(self) -> PurePosixPath:
        return PurePosixPath(self.path).parent


def read(files: Files) -> GivenTeam | None:
    """Read a team from code, from agents.yaml and tasks.yaml, from crew.jsonc or from a flow.

    Returns:
        None when the files are of another format.

    Raises:
        BadTeam: names the file and the place, or the crews of which one must be chosen.
    """
    found = [each for path, text in files.texts.items() if (each := _found(path, text))]
    codes = _codes(files, found)
    crews = [*_coded(files, found, codes), *_uncoded(files, found, codes)]
    if not crews and found:
        fault = "these are tasks; the agents.yaml of their crew is wanted beside them"
        raise BadTeam(found[0].path, "", fault)
    return team_of(choose(files, crews, "crews")()) if crews else None


def _codes(files: Files, found: Sequence[_Found]) -> list[Code]:
    """The crews that code makes."""
    follower = CrewFollower(files)
    try:
        followed(follower)
        _check_read(list(follower.unread.values()))
        rows = {kind: _rows(found, kind) for kind in ("agents", "tasks")}
        return crews_of(follower, rows["agents"], rows["tasks"])
    except TooMuch as error:
        path = next(iter(follower.modules), "the code")
        raise BadTeam(path, "", "the code is too long to follow: choose the crew's own folder") from error


def _check_read(unread: Sequence[Unparsed]) -> None:
    for error in unread:
        error.more = tuple(each for each in unread if each is not error)
        raise error


def _rows(found: Sequence[_Found], kind: Kind) -> Rows:
    values = {each.path: as_value(each.content, each.path) for each in found if each.kind == kind}
    return {path: value for path, value in values.items() if isinstance(value, Table)}


_Reader: TypeAlias = Callable[[], Crew]


def _coded(files: Files, found: Sequence[_Found], codes: Sequence[Code]) -> Iterator[Candidate[_Reader]]:
    for code in codes:
        paths = {bound.path for bound in code.bound.values() if bound.path}
        used = [each for each in found if each.path in paths]
        yield Candidate(code.path, code.name, _reader(files, used, code), frozenset({*paths, code.path}))


def _uncoded(files: Files, found: Sequence[_Found], codes: Sequence[Code]) -> Iterator[Candidate[_Reader]]:
    """Crews that no code makes: definitions, flows, and YAML in the folders of no code."""
    taken = {bound.path for code in codes for bound in code.bound.values()}
    folders = {PurePosixPath(code.path).parent for code in codes}
    for each in found:
        if each.kind in ("crew", "flow"):
            yield Candidate(each.path, "", _defined(files, each))
        elif each.kind == "studio":
            for crew in definitions(each.content):
                yield Candidate(each.path, str(crew.get("name") or ""), _of_studio(files, each.path, crew))
        elif (
            each.kind == "agents"
            and each.path not in taken
            and not folders & {each.folder, *each.folder.parents}
        ):
            yield _pair(files, each, [other for other in found if other.kind == "tasks"])


def _defined(files: Files, each: _Found) -> _Reader:
    if each.kind == "flow":
        return lambda: crew_of_flow(each.path, each.content)
    return lambda: crew_of_definition(files, each.path, each.content)


def _of_studio(files: Files, path: str, crew: Data) -> _Reader:
    return lambda: crew_of_definition(files, path, crew)


def _pair(files: Files, agents: _Found, tasks: Sequence[_Found]) -> Candidate[_Reader]:
    beside = [each for each in tasks if each.folder == agents.folder]
    own = [each for each in beside if _stem(each) == _stem(agents)] or beside
    if len(own) > 1:
        names = ", ".join(PurePosixPath(each.path).name[:60] for each in own[:_MAX_NAMED])
        fault = f"one of {len(own)} files of tasks; keep one of {names}"

        def refuse() -> Crew:
            raise BadTeam(own[0].path, "", fault)

        return Candidate(agents.path, "", refuse)
    used = [agents, *own]
    return Candidate(agents.path, "", _reader(files, used, None), frozenset(each.path for each in used))


def _stem(each: _Found) -> str:
    """What is left of a file's name without what it is, such as "north" of north_agents.yaml."""
    return PurePosixPath(each.path).stem.replace("agents", "").replace("tasks", "").strip("_-.")


def _reader(files: Files, used: Sequence[_Found], code: Code | None) -> _Reader:
    def of_kind(kind: Kind) -> _Found | None:
        return max(
            (each for each in used if each.kind == kind),
            key=lambda each: _uses(code, each.path),
            default=None,
        )

    def read_crew() -> Crew:
        _check_skipped(files, {PurePosixPath(each.path).parent for each in used})
        agents, tasks = of_kind("agents"), of_kind("tasks")
        path = agents.path if agents else code.path if code else ""
        inputs, notes = _inputs(files, {path, code.path if code else path}, code)
        return crew_of(
            Parts(
                path,
                agents.content if agents else {},
                tasks.path if tasks else None,
                tasks.content if tasks else None,
                code.path if code else "",
                code,
                inputs,
                _kept(files, path),
                notes,
            )
        )

    return read_crew


def _check_skipped(files: Files, folders: set[PurePosixPath]) -> None:
    """Refuse a crew of which a file could not be read: it would be another one.

    Raises:
        BadTeam: names the file.
    """
    for told in files.skipped:
        path = PurePosixPath(told.partition(" (")[0])
        if path.parent in folders and _NAMED_SO.search(path.stem) and path.suffix in (".yaml", ".yml"):
            raise BadTeam(
                str(path),
                "",
                f"it belongs to the crew and is not read: {told.partition(' (')[2].rstrip(')')}",
            )


def _uses(code: Code | None, path: str) -> int:
    return sum(bound.path == path for bound in code.bound.values()) if code else 0


def _found(path: str, text: str) -> _Found | None:
    """Tell the part that a file plays for a crew; None when it plays none."""
    words = _words_of(path)
    if words is None or not any(word in text for word in words):
        return None
    if len(text) > MAX_YAML_CHARS:
        raise BadTeam(path, "", f"{len(text):,} characters; at most {MAX_YAML_CHARS:,} are read")
    content = read_yaml(path, text) if path.endswith((".yaml", ".yml")) else read_json5(path, text)
    if is_studio(content):
        return _Found("studio", path, content)
    kind, rows = _kind(path, cast(dict[Any, Any], content)) if isinstance(content, dict) else (None, None)
    return _Found(kind, path, rows) if kind else None


def _words_of(path: str) -> tuple[str, ...] | None:
    """Words of which a file must hold one before it is parsed; None for files that are never parsed here."""
    name = PurePosixPath(path)
    if name.suffix in (".json", ".jsonc", ".json5"):
        return ("expected_output", "llm_provider_model")
    if name.suffix not in (".yaml", ".yml"):
        return None
    words = ("backstory", "expected_output", "crewai.flow/")
    return (*words, "role", "goal", "description") if _NAMED_SO.search(name.stem.lower()) else words


def _kind(path: str, content: dict[Any, Any]) -> tuple[Kind | None, Any]:
    """Tell by its entries what a file is, with these entries; those that only have a description are anybody's."""
    if str(content.get("schema", "")).startswith("crewai.flow/"):
        return "flow", content
    if "framework" in content:
        return None, None
    agents, tasks = _entries(content.get("agents")), _entries(content.get("tasks"))
    if "agents" in content and _have(tasks, _TASK_KEYS, 1):
        whole = isinstance(content["tasks"], list)
        return "crew", content if whole else {**content, "tasks": _named(tasks)}
    if path.endswith((".json", ".jsonc", ".json5")):
        return None, None
    for rows in (agents or tasks, content):
        if kind := _kind_of_rows(PurePosixPath(path).stem.lower(), rows):
            return kind, rows
    return None, None


def _kind_of_rows(stem: str, rows: dict[Any, Any]) -> Kind | None:
    if _have(rows, _AGENT_KEYS, 1 if "agent" in stem else 2):
        return "agents"
    told = _have(rows, {"expected_output"}, 1) or ("task" in stem and _have(rows, _TASK_KEYS, 1))
    return "tasks" if told else None


def _entries(listed: Any) -> dict[Any, Any]:
    """A table of entries, or a list of such by their names."""
    if isinstance(listed, dict):
        return cast(dict[Any, Any], listed)
    if not isinstance(listed, list):
        return {}
    rows = [cast(dict[Any, Any], each) for each in cast(list[Any], listed) if isinstance(each, dict)]
    return {_key(row, number): row for number, row in enumerate(rows, 1)}


def _key(row: dict[Any, Any], number: int) -> str:
    return str(next((row[key] for key in ("name", "id", "key", "role") if row.get(key)), number))


def _named(tasks: dict[Any, Any]) -> list[Any]:
    return [
        {"name": str(key), **cast(dict[Any, Any], row)} for key, row in tasks.items() if isinstance(row, dict)
    ]


def _have(rows: dict[Any, Any], keys: set[str], least: int) -> bool:
    """Say whether any entry is a table with so many of the keys."""
    return any(isinstance(row, dict) and len(keys & row.keys()) >= least for row in rows.values())


def _near(files: Files, paths: set[str], wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Python files in the folders of a crew's files and in those above them."""
    own = {PurePosixPath(path).parent for path in paths}
    folders = own | {folder.parent for folder in own}
    for path, text in files.named("*.py").items():
        if PurePosixPath(path).parent in folders and wanted(text):
            yield path, text


def _inputs(files: Files, paths: set[str], code: Code | None) -> tuple[dict[str, str], tuple[Note, ...]]:
    found = dict(code.inputs) if code else {}
    notes: list[Note] = []
    for path, text in _near(files, paths, lambda text: "inputs" in text):
        if PurePosixPath(path).name == "main.py" or path in paths:
            try:
                found = {**read_inputs(path, text), **{name: value for name, value in found.items() if value}}
            except BadTeam:
                notes.append(Note("ignored", f"inputs of {path}", "It is no Python that can be read."))
    return found, tuple(notes)


def _kept(files: Files, agents_path: str) -> CrewShape:
    path = PurePosixPath(agents_path).with_name("team.yaml").as_posix() if agents_path else ""
    text = files.texts.get(path)
    return CrewShape() if text is None else shaped(CrewShape, path, "", read_yaml(path, text))
