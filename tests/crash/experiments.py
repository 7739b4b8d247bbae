"""Experiments of simulated runs that are killed, and what must hold of them: each run is played, and counts, once."""

from collections import Counter

from swarm.grid import EXPERIMENT, Experiment, Grid, Terms, Way
from swarm.history.rows import RunFilter
from swarm.history.store import History
from swarm.mission import load_library
from swarm.recording.events import RunFinished
from swarm.recording.journal import journal_of
from swarm.recording.journal_lines import read_journal
from tests.crash.harness import Stage, Trial

MISSIONS, WAYS = 20, (Way("sequential"), Way("solo"))


class Killed:
    """An experiment, and all who perform it one after the other."""

    def __init__(self, trial: Trial, runs: int) -> None:
        self.trial = trial
        self.settings = trial.settings()
        missions = tuple(load_library(self.settings.mission_folders).values())[:MISSIONS]
        grid = Grid("Killed", WAYS, ("sim/strong",), (3,), missions, runs // MISSIONS // len(WAYS))
        assert grid.size == runs
        self.experiment = Experiment(grid, Terms())

    @property
    def grid(self) -> Grid:
        return self.experiment.grid

    def begin(self, fault: str = "") -> int:
        """Start it, or take it up again once anything of it is kept; returns the process id."""
        path = journal_of(self.grid.id, self.settings)
        begun = path.exists() and bool(read_journal(path).events)
        return self.trial.stage.start(
            "perform-experiment",
            *(["--resume"] if begun else []),
            environment=self.trial.environment(fault),
            folder=self.trial.folder,
            given=EXPERIMENT.dump_json(self.experiment).decode(),
        )

    def size(self) -> int:
        """Bytes that are kept of it."""
        path = journal_of(self.grid.id, self.settings)
        return path.stat().st_size if path.exists() else 0

    def perform(self, fault: str = "") -> int:
        """Perform it; how the process ended."""
        return self.trial.stage.zygote.wait(self.begin(fault))

    def outcomes(self) -> dict[str, float | None]:
        """What the history says of each run: its quality, by id."""
        runs = History(self.settings).runs(RunFilter(experiment=self.grid.id), limit=self.grid.size + 1)
        return {run.run_id: run.quality for run in runs if run.status == "finished"}

    def check(self, unbroken: "Killed") -> None:
        """What must hold of it, now that it came to its end."""
        row, _ = History(self.settings).experiment(self.grid.id)
        assert (row.status, row.finished, row.failed) == ("finished", self.grid.size, 0)
        reading = read_journal(journal_of(self.grid.id, self.settings))
        assert not reading.damaged
        ends = Counter(event.run_id for event in reading.events if isinstance(event, RunFinished))
        assert ends == Counter(self.grid.run_id(number) for number in range(self.grid.size))
        assert self.outcomes() == unbroken.outcomes()


def unkilled(stage: Stage, experiment: Experiment) -> Killed:
    """The same experiment, performed by one process to its end."""
    alone = Killed(stage.trial(), experiment.grid.size)
    assert alone.grid.id == experiment.grid.id
    assert alone.perform() == 0, (alone.trial.folder / "said").read_text()
    assert len(alone.outcomes()) == experiment.grid.size
    return alone
