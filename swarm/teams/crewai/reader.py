"""A team of CrewAI is found among files, whichever of its ways to write a crew down was used."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any, Literal, NamedTuple, TypeAlias, cast

from swarm.teams.crewai.code import Code, read_code
from swarm.teams.crewai.crew import Crew, place, team_of
from swarm.teams.crewai.flow import crew_of_flow
from swarm.teams.crewai.inputs import read_inputs
from swarm.teams.crewai.json_crew import crew_of_definition
from swarm.teams.crewai.yaml_crew import CrewShape, Parts, crew_of
from swarm.teams.reading.files import Files
from swarm.teams.reading.given import GivenTeam, Note
from swarm.teams.reading.values import BadTeam, read_json5, read_yaml, shaped

MAX_YAML_CHARS = 500_000
Kind: TypeAlias = Literal["agents", "tasks", "crew", "flow"]
_AGENT_KEYS = {"role", "goal", "backstory"}
_TASK_KEYS = {"description", "expected_output"}
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
    """Read a team from agents.yaml and tasks.yaml, with the code beside them, from crew.jsonc or from a flow.

    Returns:
        None when the files are of another format.

    Raises:
        BadTeam: names the file and the place, or the crews of which one must be chosen.
    """
    found = _all_found(files)
    crews = [each for each in found if each.kind != "tasks"]
    if not crews and found:
        raise BadTeam(
            found[0].path, "", "these are tasks; the agents.yaml of their crew is wanted beside them"
        )
    if not crews:
        return None
    return team_of(_read_crew(files, _chosen(crews), [each for each in found if each.kind == "tasks"]))


def _all_found(files: Files) -> list[_Found]:
    """The files of crews; no more than show that there are too many to choose from."""
    found: list[_Found] = []
    for path, text in files.texts.items():
        each = _found(path, text)
        found += [each] if each else []
        if sum(each.kind != "tasks" for each in found) > _MAX_NAMED:
            break
    return found


def _found(path: str, text: str) -> _Found | None:
    """Tell the part that a file plays for a crew; None when it plays none."""
    words = _words_of(path)
    if words is None or not any(word in text for word in words):
        return None
    try:
        if len(text) > MAX_YAML_CHARS:
            raise BadTeam(path, "", f"{len(text):,} characters; at most {MAX_YAML_CHARS:,} are read")
        content = read_yaml(path, text) if path.endswith((".yaml", ".yml")) else read_json5(path, text)
    except BadTeam:
        if PurePosixPath(path).stem in ("agents", "tasks", "crew") or "crewai.flow/" in text:
            raise
        return None
    kind = _kind(path, cast(dict[Any, Any], content)) if isinstance(content, dict) else None
    return _Found(kind, path, content) if kind else None


def _words_of(path: str) -> tuple[str, ...] | None:
    """Words of which a file must hold one before it is parsed; None for files that are never parsed here."""
    name = PurePosixPath(path)
    if name.suffix in (".json", ".jsonc"):
        return ("expected_output",)
    if name.suffix not in (".yaml", ".yml"):
        return None
    named = {"agents": ("role", "goal", "backstory"), "tasks": ("description", "expected_output")}
    return named.get(name.stem, ("backstory", "expected_output", "crewai.flow/"))


def _kind(path: str, content: Mapping[Any, Any]) -> Kind | None:
    if str(content.get("schema", "")).startswith("crewai.flow/"):
        return "flow"
    if "agents" in content and _have(content.get("tasks"), _TASK_KEYS):
        return "crew"
    if path.endswith((".json", ".jsonc")):
        return None
    rows = list(content.values())
    if (
        PurePosixPath(path).stem != "agents"
        and _have(rows, _TASK_KEYS)
        and not _have(rows, {"role", "backstory"})
    ):
        return "tasks"
    return "agents" if _have(rows, _AGENT_KEYS) else None


def _have(rows: Any, keys: set[str]) -> bool:
    """Say whether any row of a list is a table with one of the keys."""
    return isinstance(rows, list) and any(
        isinstance(row, dict) and keys & row.keys() for row in cast(list[Any], rows)
    )


def _chosen(crews: list[_Found]) -> _Found:
    if len(crews) == 1:
        return crews[0]
    shown = ", ".join(
        "/".join(map(place, PurePosixPath(each.path).parts[-3:])) for each in crews[:_MAX_NAMED]
    )
    count, more = (f"more than {_MAX_NAMED}", ", …") if len(crews) > _MAX_NAMED else (str(len(crews)), "")
    raise BadTeam(crews[0].path, "", f"one of {count} crews; choose one of {shown}{more}")


def _read_crew(files: Files, chosen: _Found, tasks: list[_Found]) -> Crew:
    if chosen.kind == "flow":
        return crew_of_flow(chosen.path, chosen.content)
    if chosen.kind == "crew":
        return crew_of_definition(files, chosen.path, chosen.content)
    beside = [each for each in tasks if each.folder == chosen.folder]
    if len(beside) > 1:
        names = ", ".join(PurePosixPath(each.path).name[:60] for each in beside[:_MAX_NAMED])
        raise BadTeam(beside[0].path, "", f"one of {len(beside)} files of tasks; keep one of {names}")
    code_path, code = _code(files, chosen)
    inputs, notes = _inputs(files, chosen, code_path)
    return crew_of(
        Parts(
            chosen.path,
            chosen.content,
            beside[0].path if beside else None,
            beside[0].content if beside else None,
            code_path,
            code,
            inputs,
            _kept(files, chosen),
            notes,
        )
    )


def _near(files: Files, chosen: _Found, wanted: Callable[[str], bool]) -> Iterator[tuple[str, str]]:
    """Python files in the folder of a crew's YAML and in the one above it."""
    folders = {chosen.folder, chosen.folder.parent}
    for path, text in files.named("*.py").items():
        if PurePosixPath(path).parent in folders and wanted(text):
            yield path, text


def _code(files: Files, chosen: _Found) -> tuple[str, Code | None]:
    near = dict(_near(files, chosen, lambda text: "crewai" in text and ("Agent(" in text or "Task(" in text)))
    named = [path for path in near if PurePosixPath(path).name == "crew.py"]
    codes: list[tuple[str, Code]] = []
    for path in named if len(named) == 1 else near:
        code = read_code(path, near[path])
        codes += [(path, code)] if code else []
        if len(codes) > 1:
            names = " and ".join(place(PurePosixPath(path).name) for path, _ in codes)
            raise BadTeam(path, "", f"one of several files that make crews, such as {names}; keep one")
    return codes[0] if codes else ("", None)


def _inputs(files: Files, chosen: _Found, code_path: str) -> tuple[dict[str, str], tuple[Note, ...]]:
    found: dict[str, str] = {}
    notes: list[Note] = []
    for path, text in _near(files, chosen, lambda text: "inputs" in text):
        if PurePosixPath(path).name == "main.py" or path == code_path:
            try:
                found = {**read_inputs(path, text), **{name: value for name, value in found.items() if value}}
            except BadTeam:
                notes.append(Note("ignored", f"inputs of {path}", "It is no Python that can be read."))
    return found, tuple(notes)


def _kept(files: Files, chosen: _Found) -> CrewShape:
    path = (chosen.folder / "team.yaml").as_posix()
    text = files.texts.get(path)
    return CrewShape() if text is None else shaped(CrewShape, path, "", read_yaml(path, text))
