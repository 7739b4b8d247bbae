"""Measure the history: take in many runs of 8 turns, answer questions, rebuild.

Run from the repository's folder: python -m bench.history [runs] [--one-journal]
"""

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TypedDict

from swarm.config import LIBRARY, Settings, ensure_data_folder, read_settings
from swarm.history.rows import RunFilter
from swarm.history.store import History
from swarm.mission import Mission, load_library
from swarm.recording.events import Event, RunFinished, RunJudged, RunStarted, TurnStarted, TurnTaken
from swarm.recording.journal import Journal
from swarm.spec import RunSpec
from swarm.team import make_team
from swarm.turn import Call, Turn, TurnKey, Usage, total
from swarm.verdict import CRITERIA, Score, Verdict

AGENTS = 8
WORDS_A_TURN = 70
REPEATS = 9
PROTOCOLS = ("coordinator", "sequential", "broadcast", "shared")
MODELS = ("sim/strong", "sim/medium", "sim/weak")
BEGAN = datetime(2026, 1, 1, tzinfo=UTC)
VOCABULARY = (Path(__file__).read_text(encoding="utf-8") * 3).split()


class Place(TypedDict):
    """The fields that all events have."""

    run_id: str
    seq: int
    at: datetime
    t: float


def measure(runs: int, one_journal: bool) -> dict[str, float]:
    """Make journals, and time what the history does with them, in milliseconds unless named otherwise."""
    with TemporaryDirectory() as folder:
        settings = read_settings({"ROLELESS_DATA": folder})
        ensure_data_folder(settings)
        journal_bytes = _write(settings, runs, one_journal)
        history = History(settings)
        taken_in = _milliseconds(history.count)
        figures = {
            "runs": runs,
            "journals_mb": round(journal_bytes / 1e6, 1),
            "take_in_s": round(taken_in / 1000, 2),
            "file_mb": round(settings.history.stat().st_size / 1e6, 1),
            "peak_memory_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }
        figures |= {name: round(_typical(ask), 1) for name, ask in _questions(history, runs).items()}
        figures["delete_ms"] = round(_milliseconds(lambda: history.delete(_run_id(runs // 2))), 1)
        figures["rebuild_s"] = round(_milliseconds(history.rebuild) / 1000, 2)
    return figures


def _questions(history: History, runs: int) -> dict[str, Callable[[], object]]:
    found = RunFilter(text="festival", protocols=("sequential",), statuses=("finished",))
    mission = Mission("new", "A new mission", "Do it.")
    return {
        "count_ms": history.count,
        "newest_50_ms": lambda: history.runs(limit=50),
        "best_50_of_filter_ms": lambda: history.runs(found, limit=50, order=("quality", True)),
        "last_page_ms": lambda: history.runs(limit=50, offset=runs - 50, order=("cost_usd", False)),
        "one_run_ms": lambda: history.run(_run_id(runs // 3)),
        "past_roles_ms": lambda: history.past_roles("default", mission=mission, simulated=True),
        "all_runs_frame_ms": history.frame,
        "all_turns_frame_ms": history.turns_frame,
    }


def _write(settings: Settings, runs: int, one_journal: bool) -> int:
    missions = list(load_library((LIBRARY / "missions",)).values())
    each = ((_run_id(number), (number,)) for number in range(runs))
    for name, numbers in [("experiment", range(runs))] if one_journal else each:
        with Journal(settings.journal / f"{name}.jsonl", paid=False) as journal:
            for number in numbers:
                for event in _events(number, missions[number % len(missions)]):
                    journal.append(event)
    return sum(path.stat().st_size for path in settings.journal.glob("*.jsonl"))


def _events(number: int, mission: Mission) -> Iterator[Event]:
    chance = random.Random(number)
    protocol, model = PROTOCOLS[number % len(PROTOCOLS)], MODELS[number // 4 % len(MODELS)]
    spec = RunSpec(mission, make_team([model], AGENTS), protocol, seed=number, judge="sim/judge")
    turns = [_turn(index, chance) for index in range(AGENTS)]
    began = BEGAN + timedelta(seconds=number)
    places = iter(range(1000))

    def place() -> Place:
        seq = next(places)
        return {"run_id": _run_id(number), "seq": seq, "at": began, "t": float(seq)}

    yield RunStarted(**place(), spec=spec, simulated=True, version="0.1")
    for turn in turns:
        yield TurnStarted(
            **place(), index=turn.index, seat=turn.seat, round=1, cue=turn.cue, heard=turn.heard
        )
        yield TurnTaken(**place(), turn=turn)
    scores = tuple(Score(name, chance.randint(1, 4), _words(chance, 15)) for name in CRITERIA)
    yield RunJudged(**place(), verdict=Verdict("sim/judge", scores, calls=(_call(AGENTS + 1, "{}", chance),)))
    spent = total(turn.usage for turn in turns)
    text = "\n\n".join(turn.text for turn in turns)
    yield RunFinished(**place(), status="finished", deliverable=text, spent=spent, calls=AGENTS + 1)


def _turn(index: int, chance: random.Random) -> Turn:
    text = _words(chance, chance.randint(WORDS_A_TURN // 2, WORDS_A_TURN * 3 // 2))
    role = _words(chance, 2)
    reply = json.dumps(
        {"role": role, "participate": True, "contribution": text, "reason": _words(chance, 12)}
    )
    return Turn(
        index=index,
        seat=index + 1,
        round=1,
        cue="contribute",
        action="contribute",
        role=role,
        text=text,
        reason=_words(chance, 12),
        builds_on=(index,) if index else (),
        heard=tuple(TurnKey(1, seat) for seat in range(1, index + 1)),
        calls=(_call(index + 1, reply, chance),),
    )


def _call(number: int, reply: str, chance: random.Random) -> Call:
    usage = Usage(chance.randint(500, 4000), chance.randint(0, 500), len(reply) // 4, chance.random() / 100)
    return Call(
        number, "sim/strong", reply, finish="stop", usage=usage, started_s=number, ended_s=number + 0.9
    )


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choices(VOCABULARY, k=count))


def _run_id(number: int) -> str:
    return f"{BEGAN + timedelta(seconds=number):%Y%m%d-%H%M%S}-{number:06x}"


def _milliseconds(ask: Callable[[], object]) -> float:
    began = time.perf_counter()
    ask()
    return (time.perf_counter() - began) * 1000


def _typical(ask: Callable[[], object]) -> float:
    return median(_milliseconds(ask) for _ in range(REPEATS))


def main() -> None:
    """Print a table and one line of JSON."""
    reader = argparse.ArgumentParser(prog="python -m bench.history", description=__doc__)
    reader.add_argument("runs", nargs="?", type=int, default=5_000)
    reader.add_argument(
        "--one-journal", action="store_true", help="one file for all runs, as experiments make"
    )
    chosen = reader.parse_args()
    figures = measure(chosen.runs, chosen.one_journal)
    for name, figure in figures.items():
        print(f"{name:<22}{figure:>12,}")
    print(json.dumps(figures))


if __name__ == "__main__":
    sys.exit(main())
