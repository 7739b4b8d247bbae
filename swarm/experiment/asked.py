"""What an experiment can be asked for, by a file's keys: a file, a form and a link's claim all go through here."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, replace
from itertools import accumulate, chain, pairwise
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, StringConstraints, ValidationError
from pydantic_core import PydanticCustomError

from swarm.engine.command_line import OWN
from swarm.engine.wish import FIELDS
from swarm.errors import BadInput
from swarm.grid import MARGIN, NO_SHOCK, Experiment, Grid, Terms, Way
from swarm.limits import Limits
from swarm.mission import LEVELS, Mission, find_mission, read_mission
from swarm.protocols import check_options, find_protocol
from swarm.spec import Pace

MISSION_FILES = (".toml", ".md", ".txt")
_ASKED = "asked"

Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


def _held(name: str) -> PlainValidator:
    """Hold a key to what FIELDS says of what is asked for under this name; None is as usual."""

    def check(value: object) -> object:
        try:
            return None if value is None else FIELDS[name].accept(value)
        except BadInput as error:
            raise PydanticCustomError(_ASKED, "{why}", {"why": f"{value!r:.90}: {error}"}) from error

    return PlainValidator(check)


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _LimitsTable(_Table):
    usd: Annotated[float | None, _held("max_usd")] = None
    tokens: Annotated[int | None, _held("max_tokens")] = None
    calls: Annotated[int | None, _held("max_calls")] = None
    seconds: Annotated[float | None, _held("timeout_s")] = None


class _File(_Table):
    """The shape of an experiment file."""

    name: Word
    protocols: Annotated[list[Word | dict[str, Any]], Field(max_length=100)]
    models: Annotated[list[Word], Field(max_length=100)]
    agents: Annotated[list[Annotated[int, _held("agents")]], Field(max_length=256)]
    missions: Annotated[list[Word], Field(max_length=1_000)]
    repeats: int = 1
    seed: Annotated[int, _held("seed")] = 0
    shocks: Annotated[list[Annotated[str, _held("shock")]], Field(max_length=20)] = [NO_SHOCK]
    shock_model: Annotated[str | None, _held("shock_model")] = None
    judge: Annotated[str | None, _held("judge")] = None
    pace: Annotated[Pace, _held("pace")] = "instant"
    organization: Annotated[str | None, _held("organization")] = None
    limits: _LimitsTable = _LimitsTable()
    max_usd: Annotated[float | None, _held("max_usd")] = None
    stop_when_clear: bool = False
    margin: float = MARGIN
    may_extend: bool = False
    equal_tokens: bool = True
    extensions: Annotated[list[list[Word]], Field(max_length=100)] = []


def experiment_of(
    asked: Mapping[str, Any],
    library: Mapping[str, Mission],
    folder: Path | None = None,
    own: Sequence[Mission] = (),
) -> Experiment:
    """Make an experiment of what was asked for by the keys of an experiment file.

    Args:
        asked: values by key, as TOML has them; None is as usual.
        library: missions by id.
        folder: where missions in files are looked for; None allows none.
        own: missions that were brought along, beside those that are named.

    Raises:
        BadInput: names the key and what would work.
    """
    try:
        read = _File.model_validate({key: value for key, value in asked.items() if value is not None})
    except ValidationError as error:
        fault = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(
            str(step) for step in fault["loc"] if not str(step).startswith(("str", "dict", "constr"))
        )
        said = fault["msg"] if fault["type"] == _ASKED else fault["msg"].lower()
        raise BadInput(f"{where}: {said}") from error
    if read.extensions and not read.may_extend:
        raise BadInput(
            "extensions: an experiment that is extended needs may_extend = true from the beginning"
        )
    begun_with = (*missions_named(read.missions, library, folder), *own)
    added = [missions_named(words, library, folder) for words in read.extensions]
    terms = Terms(read.max_usd, read.stop_when_clear, read.margin, may_extend=read.may_extend)
    return Experiment(_grid(read, begun_with, added), terms)


def missions_named(
    words: Iterable[str], library: Mapping[str, Mission], folder: Path | None
) -> tuple[Mission, ...]:
    """Return the missions that are meant by ids, levels and files, in their order, each once.

    Args:
        words: any of these.
        library: missions by id.
        folder: where missions in files are looked for; None allows none.

    Raises:
        BadInput: for what is not known.
    """
    found = [mission for word in words for mission in _missions(word, library, folder)]
    return tuple({(mission.id, mission.title): mission for mission in found}.values())


def asked_of(experiment: Experiment) -> dict[str, Any]:
    """Return what `experiment_of` makes the experiment of, by all keys of an experiment file.

    Raises:
        BadInput: when it has a mission that is not of the library, or arms that are no combination.
    """
    grid, terms = experiment
    own = next((mission.title for mission in grid.missions if mission.id == OWN), None)
    if own is not None:
        raise BadInput(f"the mission {own!r} is not in the library: save it as a file and name that")
    if grid.more:
        raise BadInput(
            "a file has no place for arms that are no combination of its protocols, models and agents"
        )
    ids = [mission.id for mission in grid.missions]
    ends = accumulate(grid.extensions, initial=grid.begun_with)
    named: dict[str, Any] = {
        "name": grid.name,
        "protocols": [
            {"protocol": way.protocol, **way.options} if way.options else way.protocol for way in grid.ways
        ],
        "models": [*grid.teams],
        "agents": [*grid.agents],
        "missions": ids[: grid.begun_with],
        "extensions": [ids[start:end] for start, end in pairwise(ends)],
        # Said only where there is one agent that could have the tokens of a team.
        "equal_tokens": grid.equal_tokens or not replace(grid, equal_tokens=True).equalises,
        "shocks": [*grid.shocks],
        "limits": {bound: value for bound, value in asdict(grid.limits).items() if value},
    }
    rest = {
        key: getattr(grid if hasattr(grid, key) else terms, key)
        for key in _File.model_fields
        if key not in named
    }
    return {key: named.get(key, rest.get(key)) for key in _File.model_fields}


USUAL: Mapping[str, Any] = {key: each.default for key, each in _File.model_fields.items()}
"""What is meant where a key is not named."""


def _grid(read: _File, begun_with: Sequence[Mission], added: Sequence[Sequence[Mission]]) -> Grid:
    return Grid(
        name=read.name,
        ways=tuple(_way(entry) for entry in read.protocols),
        teams=tuple(read.models),
        agents=tuple(read.agents),
        missions=(*begun_with, *chain(*added)),
        extensions=tuple(map(len, added)),
        repeats=read.repeats,
        seed=read.seed,
        shocks=tuple(read.shocks),
        shock_model=read.shock_model,
        judge=read.judge,
        limits=Limits(**dict(read.limits)),
        pace=read.pace,
        organization=read.organization,
        equal_tokens=read.equal_tokens,
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


def _missions(word: str, library: Mapping[str, Mission], folder: Path | None) -> Sequence[Mission]:
    """One mission by id or file, or all of a level."""
    if word in LEVELS:
        return [mission for mission in library.values() if mission.level == word]
    if folder is not None and word.lower().endswith(MISSION_FILES):
        return [read_mission(folder / word)]
    return [find_mission(dict(library), word)]
