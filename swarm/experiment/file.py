"""An experiment is read from TOML and written to it; docs/experiments.md explains each key."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from swarm.engine.command_line import OWN
from swarm.errors import BadInput
from swarm.grid import MARGIN, NO_SHOCK, Experiment, Grid, Terms, Way
from swarm.limits import Limits
from swarm.mission import LEVELS, Mission, find_mission, read_mission
from swarm.protocols import check_options, find_protocol
from swarm.spec import Pace
from swarm.text.decode import NotText, decoded
from swarm.text.toml import toml_of

MAX_FILE_BYTES = 1_000_000
MISSION_FILES = (".toml", ".md", ".txt")
AS_IN_THE_GRID = ("name", "repeats", "seed", "shock_model", "judge", "pace", "organization")
"""Keys of which the grid has the value as it is."""

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _LimitsTable(_Table):
    usd: float | None = None
    tokens: int | None = None
    calls: int | None = None
    seconds: float | None = None


class _File(_Table):
    """The shape of an experiment file."""

    name: Word
    protocols: Annotated[list[Word | dict[str, Any]], Field(max_length=100)]
    models: Annotated[list[Word], Field(max_length=100)]
    agents: Annotated[list[int], Field(max_length=256)]
    missions: Annotated[list[Word], Field(max_length=1_000)]
    repeats: int = 1
    seed: int = 0
    shocks: Annotated[list[Word], Field(max_length=20)] = [NO_SHOCK]
    shock_model: Word | None = None
    judge: Word | None = None
    pace: Pace = "instant"
    organization: Word | None = None
    limits: _LimitsTable = _LimitsTable()
    max_usd: float | None = None
    stop_when_clear: bool = False
    margin: float = MARGIN


def read_experiment(path: Path, library: dict[str, Mission]) -> Experiment:
    """Read an experiment file.

    Args:
        path: of the file; missions in files of their own are looked for beside it.
        library: missions by id.

    Raises:
        BadInput: names the file, the key and what would work.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot read the experiment {str(path)!r}: {error.strerror}") from error
    return experiment_from_bytes(content, str(path), library, path.parent)


def experiment_from_bytes(
    content: bytes, source: str, library: dict[str, Mission], folder: Path | None = None
) -> Experiment:
    """Read an experiment from the content of a file; else as `experiment_from_toml`.

    Raises:
        BadInput: also when it is too large or no text; names what it is instead.
    """
    try:
        if len(content) > MAX_FILE_BYTES:
            raise NotText(f"more than {MAX_FILE_BYTES:,} bytes are no experiment")
        text = decoded(content)
    except NotText as error:
        raise BadInput(f"{source}: {error}") from error
    return experiment_from_toml(text, source, library, folder)


def experiment_from_toml(
    text: str, source: str, library: dict[str, Mission], folder: Path | None = None
) -> Experiment:
    """Read an experiment from TOML.

    Args:
        text: the document.
        source: where it comes from, for messages.
        library: missions by id.
        folder: where missions in files are looked for; None allows none.

    Raises:
        BadInput: names the source, the key and what would work.
    """
    try:
        read = _File.model_validate(toml_of(text))
        return Experiment(
            _grid(read, library, folder), Terms(read.max_usd, read.stop_when_clear, read.margin)
        )
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(
            str(step) for step in fault["loc"] if not str(step).startswith(("str", "dict", "constr"))
        )
        raise BadInput(f"{source}: {where}: {fault['msg'].lower()}") from error
    except (RecursionError, ValueError) as error:
        raise BadInput(f"{source}: not TOML: {error}") from error
    except BadInput as error:
        raise BadInput(f"{source}: {error}") from error


def experiment_toml(experiment: Experiment) -> str:
    """Write an experiment whose missions are all of the library as a file that `read_experiment` reads."""
    return "".join(f"{name} = {value}\n" for name, value in _lines(experiment))


def _grid(read: _File, library: dict[str, Mission], folder: Path | None) -> Grid:
    return Grid(
        ways=tuple(_way(entry) for entry in read.protocols),
        teams=tuple(read.models),
        agents=tuple(read.agents),
        missions=tuple(mission for word in read.missions for mission in _missions(word, library, folder)),
        shocks=tuple(read.shocks),
        limits=Limits(**dict(read.limits)),
        **{name: getattr(read, name) for name in AS_IN_THE_GRID},
    )


def _way(entry: str | dict[str, Any]) -> Way:
    if isinstance(entry, str):
        find_protocol(entry)
        return Way(entry)
    options = dict(entry)
    protocol = options.pop("protocol", None)
    if not isinstance(protocol, str):
        raise BadInput('protocols: write an entry with options as { protocol = "batched", size = 4 }')
    return Way(protocol, check_options(protocol, options))


def _missions(word: str, library: dict[str, Mission], folder: Path | None) -> Sequence[Mission]:
    """One mission by id or file, or all of a level."""
    if word in LEVELS:
        return [mission for mission in library.values() if mission.level == word]
    if folder is not None and word.lower().endswith(MISSION_FILES):
        return [read_mission(folder / word)]
    return [find_mission(library, word)]


def _lines(experiment: Experiment) -> Iterator[tuple[str, str]]:
    grid, terms = experiment
    own = next((mission.title for mission in grid.missions if mission.id == OWN), None)
    if own is not None:
        raise BadInput(f"the mission {own!r} is not in the library: save it as a file and name that")
    yield "name", _value(grid.name)
    yield "protocols", f"[{', '.join(_written(way) for way in grid.ways)}]"
    yield "models", _value(grid.teams)
    yield "agents", _value(grid.agents)
    yield "missions", _value([mission.id for mission in grid.missions])
    yield "repeats", _value(grid.repeats)
    yield "seed", _value(grid.seed)
    for name in ("shocks", "shock_model", "judge", "pace", "organization"):
        if (value := getattr(grid, name)) != getattr(Grid, name):
            yield name, _value(value)
    if bounds := {name: value for name, value in asdict(grid.limits).items() if value}:
        yield "limits", _inline(bounds)
    for name in ("max_usd", "stop_when_clear", "margin"):
        if (value := getattr(terms, name)) != getattr(Terms(), name):
            yield name, _value(value)


def _written(way: Way) -> str:
    return _inline({"protocol": way.protocol, **way.options}) if way.options else _value(way.protocol)


def _inline(table: Mapping[str, object]) -> str:
    return f"{{ {', '.join(f'{name} = {_value(value)}' for name, value in table.items())} }}"


def _value(value: object) -> str:
    # JSON's values are TOML's, but for null and for DEL.
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
