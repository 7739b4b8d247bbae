"""The history answers questions. It is made from journals, which are the truth.

Whoever asks opens the file, takes in what the journals hold beyond it, answers and closes: milliseconds.
Lost or damaged, it is made again from the journals. Only this package knows SQL and DuckDB.
"""

import asyncio
import os
import shutil
import threading
import time
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from weakref import finalize

import pyarrow as pa
from duckdb import DuckDBPyConnection
from pandas import DataFrame

from swarm.cell import Cell
from swarm.config import Settings, ensure_data_folder, is_read_only, read_only_in_words
from swarm.errors import REMARKS
from swarm.grid import Experiment
from swarm.history import queries as ask
from swarm.history.cells import OF_MISSIONS, cells
from swarm.history.exchange import copied, discard, exchange
from swarm.history.experiments import ExperimentRow, experiments, played_by
from swarm.history.file import POLL_S, opened
from swarm.history.intake import take_in
from swarm.history.journals import sizes_of
from swarm.history.measured import measure_again
from swarm.history.rows import Damage, Rebuilt, RunFilter, RunRow, record_from, row_from
from swarm.metrics.over_runs import RunRoles
from swarm.mission import Mission
from swarm.recording.events import RunDeleted
from swarm.recording.journal import Journal, is_written_to, journal_of
from swarm.recording.record import RunRecord
from swarm.spec import PastRole

# PyArrow has no types.
arrow: Any = pa
EVERY_RUN = RunFilter()
NEWEST_FIRST = ("started", True)


class History:
    """Answers questions about all runs. Holds no file between two questions; threads may share it.

    Every question may raise HistoryBusy (somebody else holds the file for too long), HistoryDamaged (it
    must be rebuilt), DamagedJournal (bytes are gone that were read before) and DataFolderUnusable.
    """

    def __init__(self, settings: Settings, *, patience_s: float = 5.0) -> None:
        """Open nothing yet.

        Args:
            settings: say where the history and the journals are.
            patience_s: how long to wait while somebody else holds the history.
        """
        self._settings = settings
        self._patience_s = patience_s
        self._unfinished: frozenset[str] = frozenset()
        self._choosing = threading.Lock()
        self._elsewhere: Path | None = None

    def runs(
        self,
        where: RunFilter = EVERY_RUN,
        *,
        limit: int = 1000,
        offset: int = 0,
        order: tuple[str, bool] = NEWEST_FIRST,
    ) -> list[RunRow]:
        """List runs.

        Args:
            where: which.
            limit: at most so many.
            offset: leave out so many first.
            order: one of COLUMNS, and whether the greatest comes first; missing values come last.

        Raises:
            UnknownName: for a column that is none.
        """
        with self._answering() as (connection, abandoned):
            found = ask.ordered(ask.matching(connection, where, abandoned), order)
            return [row_from(cells) for cells in found.limit(limit, offset).fetchall()]

    def count(self, where: RunFilter = EVERY_RUN) -> int:
        """Count runs."""
        with self._answering() as (connection, abandoned):
            return ask.matching(connection, where, abandoned).shape[0]

    def run(self, run_id: str) -> RunRecord:
        """Everything known of one run.

        Raises:
            UnknownRun: when there is none, or it was deleted; names the nearest id.
        """
        journal_of(run_id, self._settings)  # Refuses what cannot be an id.
        with self._answering() as (connection, abandoned):
            body, status, journal = ask.find_run(connection, run_id)
            turns = ask.turns_of(connection, run_id)
        left = status == "running" and journal in abandoned
        return record_from(body, turns, "interrupted" if left else status)

    def frame(self, where: RunFilter = EVERY_RUN) -> DataFrame:
        """Runs as a table for notebooks and exports, newest first; the columns are those of RunRow."""
        with self._answering() as (connection, abandoned):
            table = ask.ordered(ask.matching(connection, where, abandoned), NEWEST_FIRST).df()
        table["started"] = table["started"].dt.tz_localize("UTC")
        return table

    def table(self, where: RunFilter = EVERY_RUN) -> Any:
        """Runs as an Arrow table, else as `frame`: its types do not depend on what the runs contain."""
        with self._answering() as (connection, abandoned):
            table: Any = ask.ordered(
                ask.matching(connection, where, abandoned), NEWEST_FIRST
            ).to_arrow_table()
        place = table.schema.get_field_index("started")
        # By DuckDB it would be in the zone of this machine.
        started = table.column(place).cast(arrow.timestamp("us", tz="UTC"))
        return table.set_column(place, "started", started)

    def turns_frame(self, where: RunFilter = EVERY_RUN) -> DataFrame:
        """Turns as a table, one row each, in the order of speaking; runs newest first."""
        with self._answering() as (connection, abandoned):
            found = ask.ordered(ask.matching(connection, where, abandoned), NEWEST_FIRST)
            return ask.turns_frame(connection, found)

    def past_roles(
        self, organization: str, mission: Mission, simulated: bool, *, missions: int = 5
    ) -> tuple[PastRole, ...]:
        """Recall who had which role in an organization's last runs of other missions.

        Args:
            organization: whose memory.
            mission: the one to come; runs of it, by id and title, are not remembered.
            simulated: simulated teams remember simulated runs only, real ones real runs.
            missions: how many finished runs are remembered.

        Returns:
            Oldest run first, in the order of speaking; each seat's last contribution counts.
        """
        with self._fresh() as connection:
            return ask.past_roles(connection, organization, mission, simulated, missions)

    def roles(self, where: RunFilter = EVERY_RUN, *, limit: int = 200) -> list[RunRoles]:
        """Say who had which role in the newest finished runs, to follow roles over runs.

        Args:
            where: which; those that were imported are left out, for other organizations made them.
            limit: at most so many.

        Returns:
            The earliest first; each seat's last contribution counts.
        """
        with self._answering() as (connection, abandoned):
            return ask.roles(ask.matching(connection, where, abandoned), limit)

    def cells(self, where: RunFilter = EVERY_RUN) -> list[Cell]:
        """Runs that have ended, gathered by mission and condition; imported ones are left out.

        Args:
            where: which runs.
        """
        with self._answering() as (connection, abandoned):
            return cells(ask.matching(connection, where, abandoned, *OF_MISSIONS))

    def state(self) -> tuple[int, int]:
        """The number of journals and their bytes, which change whenever anything is recorded.

        It opens no database, so caches may be keyed by it.
        """
        if not is_read_only(self._settings):
            ensure_data_folder(self._settings)
        sizes = sizes_of(self._settings.journal)
        return len(sizes), sum(sizes.values())

    def experiments(self) -> list[ExperimentRow]:
        """All experiments, the newest first."""
        with self._answering() as (connection, abandoned):
            return experiments(connection, abandoned)

    def experiment(self, experiment_id: str) -> tuple[ExperimentRow, Experiment]:
        """Return how far an experiment is and what it plays.

        Raises:
            UnknownRun: when there is none of this id.
        """
        with self._answering() as (connection, abandoned):
            played = played_by(connection, experiment_id)
            return experiments(connection, abandoned, experiment_id)[0], played

    def damages(self) -> list[Damage]:
        """Unreadable lines of all journals."""
        with self._fresh() as connection:
            return ask.damages(connection)

    def journal_of(self, run_id: str) -> Path:
        """The file that holds a run's events.

        Raises:
            UnknownRun: as `run`.
        """
        journal_of(run_id, self._settings)
        with self._fresh() as connection:
            _, _, journal = ask.find_run(connection, run_id)
        return self._settings.journal / journal

    def delete(self, run_id: str) -> None:
        """Delete a run: its journal keeps the facts, nothing shows them any more.

        Raises:
            UnknownRun: as `run`; deleting twice is that.
            RunBusy: when its journal is being written.
        """
        with Journal(self.journal_of(run_id), paid=True) as journal:
            # Only now can nothing be added to the run any more.
            record = self.run(run_id)
            now = datetime.now(UTC)
            journal.append(RunDeleted(run_id=run_id, seq=record.last_seq + 1, at=now, t=record.duration_s))
            asyncio.run(journal.sync())

    def rebuild(self) -> Rebuilt:
        """Make the history again from what the journals hold, and set the old file aside.

        Raises:
            HistoryBusy: when somebody holds the old file for too long; it stays then.
            DataFolderUnusable: when the new one cannot be written; the old one stays then, too.
        """
        ensure_data_folder(self._settings)
        path, folder = self._settings.history, self._settings.journal
        new = path.with_name(f"{path.name}.new-{os.getpid()}-{threading.get_ident()}")
        discard(new)
        try:
            runs, events, damaged = self._make(new, folder)
            return Rebuilt(runs, events, damaged, exchange(path, new, self._patience_s))
        finally:
            discard(new)

    def _make(self, new: Path, folder: Path) -> tuple[int, int, int]:
        """Make a history of a folder of journals; returns the numbers of runs, events and unreadable lines."""
        events = 0
        with self._opened(new) as connection:
            while (taken := take_in(connection, folder, sizes_of(folder))).events or not taken.complete:
                events += taken.events
            runs = ask.matching(connection, EVERY_RUN, ()).shape[0]
            return runs, events, len(ask.damages(connection))

    def _file(self) -> Path:
        """The history's file; where nothing can be written, one of this process, made of what is there."""
        if not is_read_only(self._settings):
            ensure_data_folder(self._settings)
            return self._settings.history
        with self._choosing:
            if self._elsewhere is None:
                self._elsewhere = copied(self._settings.history)
                finalize(self, shutil.rmtree, self._elsewhere.parent, ignore_errors=True)
                REMARKS.warning("%s", read_only_in_words(self._settings))
            return self._elsewhere

    @contextmanager
    def _opened(self, path: Path) -> Generator[DuckDBPyConnection, None, None]:
        with opened(path, self._patience_s) as connection:
            measure_again(connection)
            yield connection

    @contextmanager
    def _fresh(self) -> Generator[DuckDBPyConnection, None, None]:
        """Hold the history with everything taken in that the journals held a moment ago."""
        path = self._file()
        while True:
            sizes = sizes_of(self._settings.journal)
            with self._opened(path) as connection:
                if take_in(connection, self._settings.journal, sizes).complete:
                    yield connection
                    return
            # Between two batches, others may have the file.
            time.sleep(2 * POLL_S)

    @contextmanager
    def _answering(self) -> Generator[tuple[DuckDBPyConnection, list[str]], None, None]:
        """Hold the fresh history, and know the journals of unfinished runs that nobody writes to.

        A journal must be found abandoned *before* its last bytes are read, or a run that finishes in
        between would seem interrupted. Those unfinished last time are looked at first.
        """
        while True:
            written = {name: is_written_to(self._settings.journal / name) for name in self._unfinished}
            with self._fresh() as connection:
                self._unfinished = frozenset(ask.unfinished(connection))
                if self._unfinished <= written.keys():
                    yield connection, [name for name, busy in written.items() if not busy]
                    return
