"""One process performs an experiment: many runs, one journal, one purse, one request to stop."""

import asyncio
import time
from collections.abc import Callable, Coroutine, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain, islice

from swarm import __version__
from swarm.config import Settings, ensure_data_folder
from swarm.engine.budget import Budget
from swarm.engine.compose import NO_JUDGE, Remember, remember_nothing
from swarm.engine.day_purse import DayPurse
from swarm.engine.perform import heeding_stops, stop_file_of
from swarm.engine.recorder import Teller
from swarm.engine.run import play
from swarm.errors import BadInput, DayLimitReached, FolderGone, RunBusy
from swarm.experiment.chunk import PROCESSES, RUNS_PER_CHUNK, WORTH_PROCESSES, open_pool, play_chunk
from swarm.experiment.guard import Guard
from swarm.experiment.looks import added_by, alpha_of, continued
from swarm.experiment.past import Outcome, Past, past_of
from swarm.experiment.plan import RUNS_AT_ONCE, plan
from swarm.experiment.progress import GridProgress, Watch, ignore_progress
from swarm.experiment.recipe import Recipes, checked
from swarm.grid import Experiment, Grid, Planned
from swarm.limits import Limits
from swarm.mission import Mission
from swarm.protocols import REMEMBERING
from swarm.recording.events import (
    ExperimentEnded,
    ExperimentEnding,
    ExperimentExtended,
    ExperimentResumed,
    ExperimentStarted,
)
from swarm.recording.journal import Journal, journal_of
from swarm.security.logs import bug_in_words
from swarm.spec import PastRole


async def perform(
    settings: Settings,
    experiment: Experiment,
    *,
    resumed: bool = False,
    remember: Remember = remember_nothing,
    watch: Watch = ignore_progress,
    stop: asyncio.Event | None = None,
) -> ExperimentEnded:
    """Perform an experiment, or what is left of one.

    Args:
        settings: where its journal is kept.
        experiment: what is played, and under what terms from now on.
        resumed: whether it was begun before: runs that finished are not played again, and runs that began go on.
        remember: asked once, at the beginning, when an organization is named; see `compose`.
        watch: told whenever a run has ended.
        stop: set by whoever wants it to end early, as the stop file and signals do.

    Returns:
        How it ended; that is in the journal already.

    Raises:
        RunBusy: when another process performs it, or it was begun before and is not resumed.
        BadInput: when it cannot be played, or there is nothing to resume.
        DamagedJournal: see `past_of`.
        FolderGone: at the end, when its folder was moved or deleted meanwhile.
    """
    ensure_data_folder(settings)
    grid, terms = experiment
    simulated = checked(Recipes(grid, settings), terms)
    with Journal(journal_of(grid.id, settings), paid=not simulated) as journal:
        # Whoever asks for a stop from now on means this performance.
        stop_file = stop_file_of(grid.id, settings)
        stop_file.unlink(missing_ok=True)
        async with heeding_stops(stop_file, stop) as heeded:
            past = past_of(journal.path)
            experiment = continued(experiment, past)
            added = _added(experiment.grid, past)
            _check_past(grid, past, resumed, extended=bool(added))
            memory = _memory(experiment.grid, added, simulated, remember)
            if past.started:
                memory = past.started.memory | memory
                past.started = replace(past.started, grid=experiment.grid, memory=memory)
                recipes = Recipes.begun(past.started, settings)
            else:
                recipes = Recipes(grid, settings, memory=memory)
            given = settings, experiment, recipes, simulated, journal, past, watch, heeded
            ended = await _Performance(*given, bool(past.started and added)).perform()
        if journal.gone:
            raise FolderGone(journal.gone)
        return ended


def _added(grid: Grid, past: Past) -> Sequence[Mission]:
    """Missions of which nothing has begun: all of a new experiment, and of an extension those it adds."""
    return grid.missions[len(past.started.grid.missions) if past.started else 0 :]


def _memory(
    grid: Grid, missions: Sequence[Mission], simulated: bool, remember: Remember
) -> dict[str, tuple[PastRole, ...]]:
    if grid.organization is None or not any(way.protocol in REMEMBERING for way in grid.ways):
        return {}
    return {mission.id: remember(grid.organization, mission, simulated) for mission in missions}


def begun_already(grid: Grid) -> str:
    """Say why an experiment is not begun a second time."""
    return f"the experiment {grid.name!r} was begun already, as {grid.id}: resume it, or give it another name or seed"


def _check_past(grid: Grid, past: Past, resumed: bool, *, extended: bool) -> None:
    if past.started and not resumed:
        raise RunBusy(begun_already(grid))
    if resumed and not past.started:
        raise BadInput(f"the experiment {grid.name!r} was never begun, so it cannot be resumed; run it")
    if past.ended and past.ended.status == "finished" and not extended:
        raise BadInput(f"the experiment {grid.name!r} has finished; there is nothing to resume")


@dataclass
class _Performance:
    """One performing of an experiment: what it is made of and how far it is."""

    settings: Settings
    experiment: Experiment
    recipes: Recipes
    simulated: bool
    journal: Journal
    past: Past
    watch: Watch
    stop: asyncio.Event
    extends: bool
    """Whether it begins an extension."""

    def __post_init__(self) -> None:
        grid, terms = self.experiment
        past = self.past
        self.teller = Teller(grid.id, self.journal.record, [past.last] if past.last else [])
        self.foretold = plan(self.recipes, self.simulated)
        expected = () if self.simulated else self.foretold.expected_by_arm
        self.guard = Guard(grid, terms, expected, {**past.outcomes}, {*past.outcomes, *past.deleted})
        day = None if self.simulated else DayPurse(self.settings, mind=self.journal.mind_place)
        self.purse = Budget(
            Limits(usd=terms.max_usd), past.spent.usage, past.spent.calls, past.spent.usd, day
        )
        self.progress = GridProgress(grid.size, len(past.outcomes), 0, past.spent.usd, len(past.outcomes))
        self.spent_in_chunks_usd = 0.0
        self.began = time.monotonic()
        done = past.deleted | past.outcomes.keys()
        left = (run for run in grid.plan() if run.number not in done)
        # What began comes first: it is paid for in part.
        self.left: Iterator[Planned] = chain(
            map(grid.planned, past.unfinished), (run for run in left if run.number not in past.unfinished)
        )

    async def perform(self) -> ExperimentEnded:
        """Play what is left, and tell how it ended."""
        grid, terms = self.experiment
        if self.extends:
            await self._tell_extension(grid)
        elif self.past.started:
            await self.teller.tell(ExperimentResumed, terms=terms)
        else:
            await self._tell_start(grid)
        try:
            self.guard.review()
            await self._play_all()
        except BaseException as error:
            await self._tell_end("failed", bug_in_words(error, self.recipes.settings.secret_values()))
            raise
        return await self._tell_end(*self._ending())

    async def _tell_start(self, grid: Grid) -> None:
        spec = self.recipes.of(grid.planned(0))
        await self.teller.tell(
            ExperimentStarted,
            grid=grid,
            terms=self.experiment.terms,
            simulated=self.simulated,
            judge=spec.judge,
            prompts=spec.wording,
            expected_usd=self.foretold.expected.cost_usd,
            memory=dict(self.recipes.memory),
            version=__version__,
        )
        self.recipes = Recipes(grid, self.settings, spec.judge or NO_JUDGE, self.recipes.memory)

    async def _tell_extension(self, grid: Grid) -> None:
        added = replace(self.recipes, grid=added_by(grid))
        await self.teller.tell(
            ExperimentExtended,
            grid=grid,
            terms=self.experiment.terms,
            level=alpha_of(self.experiment),
            expected_usd=plan(added, self.simulated).expected.cost_usd,
            memory=dict(self.recipes.memory),
        )

    async def _tell_end(self, status: ExperimentEnding, reason: str | None) -> ExperimentEnded:
        await self.teller.tell(ExperimentEnded, status=status, reason=reason)
        self.teller.close()
        told = [fact async for fact in self.teller.events()]
        assert isinstance(told[-1], ExperimentEnded)
        return told[-1]

    def _ending(self) -> tuple[ExperimentEnding, str | None]:
        undone = self.progress.runs - self.progress.done - len(self.past.deleted)
        if not undone:
            return "finished", None
        if self.journal.gone:
            return "failed", self.journal.gone
        if self.guard.halt:
            return self.guard.halt.status, self.guard.halt.reason
        if isinstance(self.purse.refused, DayLimitReached):
            return "stopped", str(self.purse.refused)
        if self.purse.refused:
            return "limited", f"{self.purse.refused}; resume it with a higher max_usd"
        if self.stop.is_set():
            return "stopped", "somebody asked it to stop"
        said = f"{undone} of {self.progress.runs} runs were cut short; resume it to try them again"
        return "incomplete", said

    async def _play_all(self) -> None:
        """Play the runs that are left, a few at a time, in their order."""
        grid, terms = self.experiment
        # Money is counted in this process, call by call: a limit of it keeps all runs here.
        alone = self.simulated and grid.pace == "instant" and terms.max_usd is None
        if alone and self.progress.runs - self.progress.done >= WORTH_PROCESSES:
            await self._in_processes()
        else:
            await self._at_once(RUNS_AT_ONCE, self._play_one_by_one)

    async def _in_processes(self) -> None:
        # Runs that began go on from their events, which are here.
        self.left, rest = islice(self.left, len(self.past.unfinished)), self.left
        await self._at_once(RUNS_AT_ONCE, self._play_one_by_one)
        self.left = rest
        with open_pool(self.recipes) as pool:
            await self._at_once(2 * PROCESSES, partial(self._play_chunks, pool))

    async def _at_once(self, number: int, play: Callable[[], Coroutine[None, None, None]]) -> None:
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(number):
                    group.create_task(play())
        except ExceptionGroup as errors:
            raise errors.exceptions[0] from None

    @property
    def _goes_on(self) -> bool:
        return not (self.guard.halt or self.purse.refused or self.stop.is_set() or self.journal.gone)

    async def _play_one_by_one(self) -> None:
        while self._goes_on and (planned := next(self.left, None)):
            await self._play(planned)

    async def _play(self, planned: Planned) -> None:
        grid = self.experiment.grid
        before = self.past.unfinished.get(planned.number, [])
        events = play(
            self.recipes.of(planned),
            run_id=grid.run_id(planned.number),
            record=self.journal.record,
            before=before,
            stop=self.stop,
            experiment=grid.id,
            purse=self.purse,
        )
        told = [*before, *[event async for event in events]]
        self._note(Outcome.of(planned.number, told))

    async def _play_chunks(self, pool: ProcessPoolExecutor) -> None:
        loop = asyncio.get_running_loop()
        while self._goes_on and (numbers := [run.number for run in islice(self.left, RUNS_PER_CHUNK)]):
            chunk = await loop.run_in_executor(pool, play_chunk, numbers)
            self.journal.append_lines(chunk.lines)
            for outcome in chunk.outcomes:
                self.spent_in_chunks_usd += outcome.spent.cost_usd or 0.0
                self._note(outcome)

    def _note(self, outcome: Outcome) -> None:
        self.guard.note(outcome)
        self.progress.done += outcome.done
        self.progress.failed += not outcome.done
        self.progress.spent_usd = self.purse.spent_usd + self.spent_in_chunks_usd
        self.progress.elapsed_s = time.monotonic() - self.began
        if self.guard.halt and self.guard.halt.status != "clear":
            self.stop.set()
        self.watch(self.progress)
