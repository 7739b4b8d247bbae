"""Rows of the history are described, and made of records. Pure: no SQL, no files."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from pathlib import Path

from swarm.cell import models_as_kept, options_as_kept, shock_as_kept
from swarm.metrics.over_runs import RunRoles
from swarm.metrics.roles import normalise
from swarm.mission import Level
from swarm.recording.measures import MEASURES, kept
from swarm.recording.record import RECORD, RunRecord, Status
from swarm.recording.shortfall import Shortfall, as_run, shortfall
from swarm.turn import TURN, Turn


@dataclass(frozen=True, slots=True)
class RunFilter:
    """Conditions on runs. Empty and None mean "whichever"; all that is given must hold."""

    text: str | None = None
    """Found, in any case, in the mission's title or id, in the run's id or in its owner."""
    protocols: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    """At least one seat has one of these."""
    statuses: tuple[Status, ...] = ()
    simulated: bool | None = None
    organization: str | None = None
    experiment: str | None = None
    run_ids: tuple[str, ...] = ()
    agents: tuple[int, ...] = ()
    levels: tuple[Level, ...] = ()
    shocks: tuple[str, ...] = ()
    """Kinds, whatever model is swapped to; "none" for runs that nothing struck."""
    judge: str | None = None
    """"none" for runs that nobody judged."""
    prompts: str | None = None
    """As `RunRow.prompts`."""
    usual: bool = False
    """Whether only runs are meant that the paper's claims count: made here, by teams of one model on all seats, under
    protocols with their usual settings."""


@dataclass(frozen=True, slots=True)
class RunRow:
    """One run as one line of a table; see the metrics for what the numbers mean."""

    run_id: str
    started: datetime
    """UTC."""
    status: Status
    reason: str | None
    mission_id: str
    mission_title: str
    level: Level | None
    protocol: str
    models: str
    """Seats per model, such as "sim/strong ×6, sim/weak ×2"."""
    agents: int
    seed: int
    simulated: bool
    judge: str | None
    quality: float | None
    mission_relevance: int | None
    unscored: str | None
    """Why the judge gave no scores; None when it did, or was not asked."""
    depth: int | None
    active: int
    abstained: int
    directed_idle: int
    unparsed: int
    failed: int
    distinct_roles: int
    """Different roles of seats' last contributions, after `normalise`."""
    input_tokens: int
    """Tokens and money of everything, the judge included."""
    cached_tokens: int
    output_tokens: int
    cost_usd: float | None
    judge_cost_usd: float | None
    """The judge's part of `cost_usd`."""
    duration_s: float
    organization: str
    imported: str | None = None
    """The run's id where it was performed, when it came from a file; None when it was performed here."""
    experiment: str | None = None
    """The experiment it belongs to; None for a run of its own."""
    options: str = "{}"
    """Settings of the protocol that differ from its defaults, as JSON; see `Condition.options`."""
    shock: str | None = None
    """What struck the team in the middle, such as "hub" or "swap to sim/weak"; None when nothing did."""
    prompts: str = ""
    """Version of the prompts, and of the simulated models where they answered."""
    owner: str = "local"
    """Who started it: the name of a login, or "local" where nobody logs in."""
    more: Mapping[str, float | None] = field(default_factory=dict[str, float | None])
    """Values of the measures in MORE, by key, each with a column of its own."""
    shortfall: Shortfall | None = None
    """Why it has no score; see `swarm.recording.shortfall`. None when it has one, or has not ended."""
    as_run: float | None = None
    """The quality that comparisons count."""


@dataclass(frozen=True, slots=True)
class Damage:
    """A line of a journal that is not what was written."""

    journal: str
    """The file's name."""
    offset: int
    """Where the line begins, in bytes."""


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """The result of making the history again."""

    runs: int
    events: int
    damaged: int
    """Unreadable lines in the journals."""
    set_aside: Path | None
    """Where the old file is now; None when there was none."""


_FIELDS = tuple(each.name for each in fields(RunRow) if each.name != "more")
MORE = tuple(key for key, measure in MEASURES.items() if measure.of and key not in _FIELDS)
"""Measures that are kept and have no field of their own."""
COLUMNS = (*_FIELDS, *MORE)
"""What runs can be ordered by."""
ROLE_COLUMNS = tuple(each.name for each in fields(RunRoles))


def row_of(record: RunRecord) -> RunRow:
    """Sum a run up in one line."""
    spec, verdict, values = record.spec, record.verdict, kept(record)
    return RunRow(
        run_id=record.run_id,
        started=record.started,
        status=record.status,
        reason=record.reason,
        mission_id=spec.mission.id,
        mission_title=spec.mission.title,
        level=spec.mission.level,
        protocol=spec.protocol,
        models=models_as_kept(spec.team),
        agents=len(spec.team),
        seed=spec.seed,
        simulated=record.simulated,
        judge=spec.judge,
        unscored=verdict.unscored if verdict else None,
        judge_cost_usd=verdict.usage.cost_usd if verdict else 0.0,
        organization=spec.organization,
        owner=record.owner,
        imported=record.imported,
        experiment=record.experiment,
        options=options_as_kept(spec.options, remembers=bool(spec.memory)),
        shock=shock_as_kept(spec.shock) if spec.shock else None,
        prompts=spec.wording,
        **{key: value for key, value in values.items() if key not in MORE},
        more={key: values[key] for key in MORE},
        shortfall=shortfall(record),
        as_run=as_run(record),
    )


def columns_of(row: RunRow) -> dict[str, object]:
    """The values of a row in each of `COLUMNS`, in their order."""
    return {**{name: getattr(row, name) for name in _FIELDS}, **{key: row.more.get(key) for key in MORE}}


def run_cells(record: RunRecord) -> Mapping[str, object]:
    """The cells of a run in the table `runs`, but for where its events lie."""
    return columns_of(row_of(record)) | {
        "started": record.started.astimezone(UTC).replace(tzinfo=None),
        "model_names": list(record.spec.team.models),
        "mission_content": record.spec.mission.content,
        "mission_family": record.spec.mission.family,
        "body": RECORD.dump_json(replace(record, turns=())).decode(),
    }


def turn_cells(run_id: str, turn: Turn) -> Mapping[str, object]:
    """The cells of a turn in the table `turns`."""
    usage = turn.usage
    return {
        "run_id": run_id,
        "index": turn.index,
        "seat": turn.seat,
        "round": turn.round,
        "cue": turn.cue,
        "action": turn.action,
        "role": turn.role,
        "role_normalised": normalise(turn.role) if turn.role else None,
        "reason": turn.reason,
        "words": len(turn.text.split()),
        "characters": len(turn.text),
        "builds_on": list(turn.builds_on),
        "reports_to": turn.reports_to,
        "input_tokens": usage.input_tokens,
        "cached_tokens": usage.cached_tokens,
        "output_tokens": usage.output_tokens,
        "cost_usd": usage.cost_usd,
        "started_s": turn.started_s,
        "ended_s": turn.ended_s,
        "body": TURN.dump_json(turn).decode(),
    }


def row_from(cells: tuple[object, ...]) -> RunRow:
    """Read the cells of `COLUMNS`, in that order."""
    named = dict(zip(COLUMNS, cells, strict=True))
    started, more = named.pop("started"), {key: named.pop(key) for key in MORE}
    assert isinstance(started, datetime)
    return RunRow(**named, started=started.replace(tzinfo=UTC), more=more)  # pyright: ignore[reportArgumentType]


def roles_from(cells: tuple[object, ...]) -> RunRoles:
    """Read the roles of a run: the fields of RunRoles, in their order."""
    named = dict(zip(ROLE_COLUMNS, cells, strict=True))
    started, abstained = named.pop("started"), named.pop("abstained")
    assert isinstance(started, datetime)
    assert isinstance(abstained, list)
    return RunRoles(**named, started=started.replace(tzinfo=UTC), abstained=frozenset(abstained))  # pyright: ignore


def record_from(body: str, turns: list[str], status: Status) -> RunRecord:
    """Read a run's record from its bodies, turns in the order of speaking."""
    record = RECORD.validate_json(body)
    settled = replace(record, turns=tuple(TURN.validate_json(turn) for turn in turns)).settled()
    return settled if settled.ended else replace(settled, status=status)
