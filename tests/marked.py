"""A run in which every text that somebody else could write is marked with its field, and means something everywhere.

Left as it is, a mark is a formula in a spreadsheet, bold words and a link in Markdown, an element in HTML.
"""

import asyncio
import json
import re
from collections.abc import Sequence
from dataclasses import replace

from swarm.config import Settings
from swarm.experiment.perform import perform
from swarm.grid import Experiment
from swarm.mission import Mission, Requirement, Stakeholder
from swarm.protocols.given_team import Step
from swarm.recording.events import CallEnded, Event, RunFinished, RunStarted
from swarm.recording.record import RunRecord, record_of
from swarm.spec import RunSpec
from swarm.team import make_team
from swarm.teams.formats import settled
from swarm.teams.reading.given import GivenRole, GivenTask, GivenTeam, Note
from swarm.teams.storage import keep_team
from swarm.teams.trial.arms import team_test
from swarm.turn import Assignment, TurnKey
from swarm.verdict import CRITERIA, Score, Verdict
from tests.made import call, keep, spec, told, turn
from tests.recorded import a_turn

_RAW = re.compile(r"zq(\w+)(?:<u>|\*b\*|\[l\])")
RUN_ID = "20261122-120000-abc123"


def mark(field: str) -> str:
    """A text that stands in one field only, and means something in every output."""
    return f"=zq{field}<u>*b*[l](//e)\x1b[1m\u202e\u2066\u061c\u2028\x85\x9b"


def unescaped(words: str) -> set[str]:
    """The fields whose mark stands in some words as it is."""
    return set(_RAW.findall(words))


MISSION = Mission(
    "own",
    mark("title"),
    mark("goal"),
    (mark("value"),),
    (Requirement(mark("need"), phase=mark("phase"), conflict=(mark("party"),)),),
    domains=(mark("domain"),),
    stakeholders=(Stakeholder(mark("who"), mark("wants")),),
    unknowns=(mark("unknown"),),
)


def marked_run(
    run_id: str = RUN_ID,
    *,
    idle: int = 0,
    judged: Verdict | None = None,
    model: str = "model",
    **more: object,
) -> list[Event]:
    """The events of a run that failed; so many more agents were idle; `more` is of its recipe."""
    failed = replace(call(4), reply=None, error=mark("error"))
    calls = (failed, replace(call(2), reply=mark("reply"), served_by=mark("server"), model=mark("asked")))
    turns = [
        a_turn(
            number,
            role=mark(f"role{number}"),
            text=mark("text"),
            reason=mark("reason"),
            notes=(mark("note"),),
            calls=calls,
            builds_on=[1] if number > 1 else [],
            heard=tuple(TurnKey(1, seat) for seat in range(1, number)),
            assignments=(Assignment(number, mark("job"), mark("task")),),
        )
        for number in (1, 2, 3)
    ]
    turns += [
        a_turn(4, "abstain", reason=mark("why")),
        a_turn(5, "failed", reason=mark("failure"), calls=(failed,)),
    ]
    turns += [a_turn(6 + n, "abstain", reason=mark("why") + str(n)) for n in range(idle)]
    turns[3:] = [replace(each, role=mark("idler")) for each in turns[3:]]
    scores = tuple(Score(name, 3, mark("points")) for name in CRITERIA)
    judged = judged or Verdict(
        mark("judge"), scores, calls=(replace(call(3), reply=mark("said"), model=mark("asked")),)
    )
    recipe = RunSpec(
        MISSION,
        make_team([mark(model)], 5 + idle),
        judge=mark("judge"),
        warnings=(mark("warning"),),
        organization=mark("org"),
        prompts=mark("prompts"),
        options={"x": mark("option")},
    )
    events = told(run_id, replace(recipe, **more), turns=turns, judged=judged, ending="failed")
    return _signed(events, failed)


def _signed(events: Sequence[Event], failed: object) -> list[Event]:
    """With an owner, an origin, a call that was made again and an unhappy end."""
    first, *others, end = events
    assert isinstance(first, RunStarted)
    assert isinstance(end, RunFinished)
    began = replace(first, owner=mark("owner"), imported=mark("import"), version=mark("version"))
    again = CallEnded(
        run_id=end.run_id, seq=end.seq, at=end.at, t=end.t, index=0, outcome=failed, because=mark("because")
    )
    return [
        began,
        *others,
        again,
        replace(end, seq=end.seq + 1, reason=mark("end"), deliverable=mark("text")),
    ]


def marked_record(**more: object) -> RunRecord:
    """The record of such a run."""
    return record_of(marked_run(**more))


TEAM = GivenTeam(
    mark("team"),
    tuple(GivenRole(mark(f"given{n}"), mark("aim"), mark("past"), mark("brain")) for n in (1, 2)),
    tasks=(
        GivenTask("task-1", mark("order") + "{x}", mark("result")),
        GivenTask("task-2", mark("order")),
    ),
    steps=(Step(1, "task-1"), Step(2, "task-2")),
    inputs={"x": mark("input")},
    goal=mark("aims"),
    source=mark("source"),
    notes=tuple(Note(kind, mark("what"), mark("because")) for kind in ("understood", "changed", "ignored")),
)
"""As a file gives it: nothing is put in order yet."""


def marked_team(settings: Settings) -> tuple[str, Experiment]:
    """A kept team whose every text is marked, and a test of it that has ended."""
    team = settled(TEAM)
    missions = [
        replace(MISSION, id=f"m{n}", title=f"{mark('title')} {n}", requirements=(Requirement(mark("need")),))
        for n in range(6)
    ]
    test = team_test(team, missions, settings, model="sim/weak")
    asyncio.run(perform(settings, test))
    return keep_team(settings, team), test


def keep_groups(settings: Settings) -> None:
    """Finished runs of two models and two protocols whose names are marks, each on six missions."""
    scores = tuple(Score(name, 3, mark("points")) for name in CRITERIA)
    events = [
        replace(event, owner=mark("owner")) if isinstance(event, RunStarted) else event
        for number in range(6)
        for place in range(4)
        for event in told(
            f"20261122-130000-{number:02x}{place:04x}",
            replace(
                spec(Mission(f"g{number}", f"{mark('group')} {number}", "Do it.")),
                team=make_team([mark(f"model{place % 2}")], 3),
                protocol=("sequential", "shared")[place // 2],
                judge=mark("judge"),
            ),
            turns=[turn(index, role=mark("role")) for index in range(3)],
            judged=Verdict(mark("judge"), scores),
        )
    ]
    keep(settings, events, "groups")


def keep_own_things(settings: Settings) -> None:
    """A mission and a model of one's own, as files."""
    (settings.data / "missions").mkdir()
    lists = [f"{name} = [{json.dumps(mark(name))}]" for name in ("values", "domains", "unknowns")]
    (settings.data / "missions" / "own.toml").write_text(
        "\n".join(
            [
                f'id = "marked"\ntitle = {json.dumps(mark("title"))}\ngoal = {json.dumps(mark("goal"))}',
                *lists,
                f"[[stakeholders]]\nname = {json.dumps(mark('who'))}\nwants = {json.dumps(mark('wants'))}",
                f"[[requirements]]\ntext = {json.dumps(mark('need'))}\nconflict = [{json.dumps(mark('who'))}]",
            ]
        )
    )
    entry = {"id": "house/claw", "label": mark("label"), "family": "f", "note": mark("notice")}
    entry |= {"structured": "none", "cache": "none", "api_base": "http://127.0.0.1:1/v1"}
    lines = [f"{name} = {json.dumps(value)}" for name, value in entry.items()]
    (settings.data / "models.toml").write_text("\n".join(["[[models]]", "keys = []", *lines]))
