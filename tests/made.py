"""Events made by hand: runs as they are told, without playing any."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from duckdb import DuckDBPyConnection

from swarm.config import Settings
from swarm.mission import Mission, Requirement
from swarm.recording.events import Ending, Event, RunFinished, RunJudged, RunStarted, TurnStarted, TurnTaken
from swarm.recording.journal import Journal
from swarm.spec import RunSpec
from swarm.team import make_team
from swarm.turn import Action, Call, Turn, TurnKey, Usage, total
from swarm.verdict import CRITERIA, Score, Verdict
from tests.warm import Piped

BEGAN = datetime(2026, 11, 22, 13, 0, tzinfo=UTC)
BAKERY = Mission("bakery", "Open a bakery", "Sell bread by May.", requirements=(Requirement("Find a site"),))
ROLES = ("Baker", "Site scout", "Accountant", "Permit clerk")


def call(number: int, reply: str = "{}", model: str = "sim/strong") -> Call:
    """A call that was answered."""
    usage = Usage(100 * number, cached_tokens=50, output_tokens=20 + number, cost_usd=0.001 * number)
    return Call(number, model, reply, finish="stop", usage=usage, started_s=number, ended_s=number + 0.5)


def turn(index: int, *, role: str | None = None, action: Action = "contribute", words: int = 5) -> Turn:
    """A turn of seat `index + 1` that heard all before it and builds on the one before."""
    worked = action == "contribute"
    text = f"Contribution {index}: " + "bread " * words if worked else ""
    return Turn(
        index=index,
        seat=index + 1,
        round=1,
        cue="contribute",
        action=action,
        role=(role or ROLES[index % len(ROLES)]) if worked else None,
        text=text,
        reason=None if worked else "nothing to add",
        builds_on=(index,) if worked and index else (),
        heard=tuple(TurnKey(1, seat) for seat in range(1, index + 1)),
        calls=(call(index + 1, reply=text),),
    )


def spec(mission: Mission = BAKERY, *, models: Sequence[str] = ("sim/strong",), agents: int = 3, **rest):
    """A recipe, for three agents unless told otherwise."""
    return RunSpec(mission, make_team(models, agents), judge="sim/judge", **rest)


def verdict(points: int = 3) -> Verdict:
    """A verdict with the same points for every criterion."""
    scores = tuple(Score(name, points, "so so") for name in CRITERIA)
    return Verdict("sim/judge", scores, calls=(call(90),))


def told(
    run_id: str,
    recipe: RunSpec | None = None,
    *,
    turns: Sequence[Turn] | None = None,
    judged: Verdict | None = None,
    ending: Ending | None = "finished",
    simulated: bool = True,
    minute: int = 0,
) -> list[Event]:
    """The events of a run.

    Args:
        run_id: its id.
        recipe: `spec()` by default.
        turns: one a seat by default.
        judged: the verdict; `verdict()` by default for runs that finished.
        ending: None for a run that has not ended.
        simulated: whether it was.
        minute: how long after BEGAN it began.
    """
    recipe = recipe or spec()
    turns = [turn(index) for index in range(len(recipe.team))] if turns is None else turns
    judged = verdict() if judged is None and ending == "finished" else judged
    spent = total([*(each.usage for each in turns), *([judged.usage] if judged else [])])
    facts: list[tuple[type, dict[str, object]]] = [
        (RunStarted, {"spec": recipe, "simulated": simulated, "version": "0.1"})
    ]
    for each in turns:
        cue = {"index": each.index, "seat": each.seat, "round": 1, "cue": each.cue, "heard": each.heard}
        facts += [(TurnStarted, cue), (TurnTaken, {"turn": each})]
    facts += [(RunJudged, {"verdict": judged})] if judged else []
    if ending:
        text = "\n\n".join(each.text for each in turns if each.text)
        reason = None if ending == "finished" else f"it was {ending}"
        calls = len(turns) + bool(judged)
        end = {"status": ending, "reason": reason, "deliverable": text, "spent": spent, "calls": calls}
        facts.append((RunFinished, end))
    began = BEGAN + timedelta(minutes=minute)
    return [
        fact(run_id=run_id, seq=seq, at=began + timedelta(seconds=seq), t=float(seq), **fields)
        for seq, (fact, fields) in enumerate(facts)
    ]


ADDED = {
    5: ("runs.owner",),
    6: ("journals.lines", "journals.mark"),
    9: ("runs.shortfall", "runs.as_run"),
    10: ("runs.mission_content", "runs.mission_family"),
}
"""Columns that versions of the history's schema brought, from the fifth on."""


def put_back(connection: DuckDBPyConnection, version: int) -> None:
    """Give a history the schema of an earlier version, the third at the earliest; the caller sees to its values."""
    connection.execute("DELETE FROM meta WHERE version > ?", [version])
    for column in (column for later, added in ADDED.items() if later > version for column in added):
        table, _, name = column.partition(".")
        connection.execute(f"ALTER TABLE {table} DROP COLUMN {name}")


def later(events: Sequence[Event], *facts: type | tuple[type, dict[str, object]]) -> list[Event]:
    """The events and further ones of the same run."""
    last, more = events[-1], []
    for seq, fact in enumerate(facts, last.seq + 1):
        kind, fields = fact if isinstance(fact, tuple) else (fact, {})
        more.append(kind(run_id=last.run_id, seq=seq, at=last.at, t=last.t + seq - last.seq, **fields))
    return [*events, *more]


def keep(settings: Settings, events: Sequence[Event], name: str | None = None) -> Path:
    """Append events to a journal, named after their run unless told otherwise."""
    path = settings.journal / f"{name or events[0].run_id}.jsonl"
    with Journal(path, paid=False) as journal:
        for event in events:
            journal.append(event)
    return path


@contextmanager
def child(code: str, *arguments: object) -> Iterator[Piped]:
    """A living process that has run `code` as far as its first line of output; killed in the end."""
    process = Piped(code, *map(str, arguments))
    try:
        assert process.stdout.readline(), f"the child died before it was ready: {process.said()}"
        yield process
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


def writing(path: Path):
    """A process that holds a journal for writing."""
    return child(
        "import sys; from pathlib import Path; from swarm.recording.journal import Journal\n"
        "with Journal(Path(sys.argv[1]), paid=False): print('ready', flush=True); sys.stdin.read()",
        path,
    )
