"""The processes that perform runs, or experiments, are started, found and stopped.

A launched performer outlives whoever launched it: a refresh, another page or a new dashboard changes nothing.
"""

import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import BinaryIO

from swarm.config import PROJECT, Settings, ensure_data_folder, private
from swarm.engine.perform import events_before, stop_file_of
from swarm.engine.run import new_run_id
from swarm.errors import BadInput, DataFolderUnusable, RunBusy, SwarmError
from swarm.limits import LIMITS, Limits
from swarm.recording.journal import is_written_to, journal_of
from swarm.spec import SPEC, RunSpec

_IN_UTF_8 = {"PYTHONIOENCODING": "utf-8"}
"""What a performer says is read from its file."""
START_DEADLINE_S = 30.0
"""Longest wait for a performer's first event; importing a provider's library takes some of it."""


def launch(spec: RunSpec, settings: Settings, run_id: str | None = None) -> str:
    """Start a process that performs a run; returns its id once its first event is kept.

    Args:
        spec: the recipe; it travels over a pipe, keys through the environment only.
        settings: where to keep the run.
        run_id: an id chosen before, so that a second click on the same button cannot start a second run.

    Raises:
        RunBusy: when a run of this id was started before.
        SwarmError: when the process ended without starting the run, with what it said.
    """
    ensure_data_folder(settings)
    run_id = run_id or new_run_id()
    journal = journal_of(run_id, settings)
    if journal.exists() and journal.stat().st_size:
        raise RunBusy(f"run {run_id!r} was started already")
    start_performer(["perform", run_id], SPEC.dump_json(spec), settings, run_id)
    return run_id


def relaunch(run_id: str, settings: Settings, limits: Limits | None = None) -> None:
    """Start a process that resumes an unfinished run, under new limits if some are given.

    Raises:
        UnknownRun: when there is no such run.
        BadInput: when there is nothing to resume, or it reached a limit that has not been raised.
        RunBusy: when it is being performed.
    """
    if is_running(run_id, settings):
        raise RunBusy(f"run {run_id!r} is being performed")
    events_before(run_id, settings, limits)
    start_performer(["perform", run_id, "--resume"], LIMITS.dump_json(limits), settings, run_id)


def stop(run_id: str, settings: Settings) -> None:
    """Ask a performer to stop; calls in flight get 5 seconds.

    Args:
        run_id: of a run, or of an experiment.
        settings: where it is kept.

    Raises:
        BadInput: when nobody performs it, or nothing can be written where it would look.
    """
    if not is_running(run_id, settings):
        raise BadInput(f"{run_id!r} is not running, so it cannot be stopped")
    try:
        stop_file_of(run_id, settings).touch(mode=0o600)
    except OSError as error:
        raise DataFolderUnusable(
            f"cannot ask {run_id!r} to stop in {str(settings.journal)!r}: {error.strerror}"
        ) from error


def is_running(run_id: str, settings: Settings) -> bool:
    """Say whether a living process performs this run."""
    return is_written_to(journal_of(run_id, settings))


def start_performer(arguments: list[str], piped: bytes, settings: Settings, run_id: str) -> None:
    """Start a process that performs something, and wait for the first thing that it writes down.

    Args:
        arguments: the command and what it takes.
        piped: what it reads from standard input.
        settings: where to keep what it tells.
        run_id: of the run, or of the experiment.

    Raises:
        SwarmError: when it ended without beginning, with what it said.
    """
    journal = journal_of(run_id, settings)
    size_before = journal.stat().st_size if journal.exists() else 0
    said = journal.with_suffix(".err")
    with _words_of(said) as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "swarm", *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=errors,
            cwd=PROJECT,
            # A dashboard's environment may hold what a file of secrets says: no test started this.
            env={
                **settings.environment,
                "ROLELESS_DATA": str(settings.data),
                "ROLELESS_FAULT": "",
                **_IN_UTF_8,
            },
            start_new_session=True,
        )
    assert process.stdin is not None
    process.stdin.write(piped)
    process.stdin.close()
    # Somebody has to take note of its end, or it stays in the process table for as long as the dashboard lives.
    threading.Thread(target=process.wait, daemon=True).start()
    _await_first_event(process, journal, size_before, said)


def _words_of(said: Path) -> BinaryIO:
    try:
        with private():
            return said.open("wb")
    except OSError as error:
        raise DataFolderUnusable(f"cannot write {str(said)!r}: {error.strerror}") from error


def _await_first_event(
    process: "subprocess.Popen[bytes]", journal: Path, size_before: int, said: Path
) -> None:
    deadline = time.monotonic() + START_DEADLINE_S
    while time.monotonic() < deadline:
        if journal.exists() and journal.stat().st_size > size_before:
            return
        if process.poll() is not None:
            raise SwarmError(
                _last_line(said) or f"the performer ended at once with code {process.returncode}"
            )
        time.sleep(0.02)
    if is_written_to(journal):
        return  # reading how far a large experiment got takes its time
    process.terminate()
    raise SwarmError(f"the performer did not start within {START_DEADLINE_S:g} s")


def _last_line(said: Path) -> str:
    lines = said.read_text(encoding="utf-8", errors="replace").strip().splitlines() if said.exists() else []
    return lines[-1].removeprefix("error: ") if lines else ""
