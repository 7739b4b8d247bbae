"""The command line in real processes without its cold start: each is forked from one that has everything loaded.

`cold` and `cold_start` start a Python interpreter instead, for tests whose subject that is. What is forked has the
arguments of the process that it was forked from in the process table.
"""

import atexit
import itertools
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from swarm.config import PROJECT
from tests.patience import PATIENCE_S

_LOADED_UNDER = {name: value for name, value in os.environ.items() if not name.endswith("_API_KEY")}
"""The environment before any test set anything in it; each command brings its own."""


class Zygote:
    """Starts command lines; see `zygote.py`."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.zygote"],
            cwd=PROJECT,
            env=_LOADED_UNDER,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._process.stdout is not None
        assert self._process.stdout.readline() == "ready\n"
        self._asking = threading.Lock()
        self._kept = TemporaryDirectory(prefix="roleless-warm-")
        self._numbers = itertools.count()

    def place(self) -> Path:
        """The beginning of the names of one command's files."""
        return Path(self._kept.name) / str(next(self._numbers))

    def start(
        self,
        *arguments: str,
        environment: Mapping[str, str],
        output: Path,
        errors: Path,
        given: Path | None = None,
        folder: Path = PROJECT,
        code: str | None = None,
    ) -> int:
        """Start one, or a piece of code; returns its process id."""
        started = self._ask(
            {
                "arguments": [os.fspath(argument) for argument in arguments],
                "code": code,
                "environment": dict(environment),
                "folder": str(folder),
                "input": given and str(given),
                "output": str(output),
                "errors": str(errors),
            }
        )
        assert started is not None
        return started

    def wait(self, pid: int, seconds: float = PATIENCE_S) -> int | None:
        """How a process ended: its exit code, or minus the signal; None if it has not by then."""
        return self._ask({"wait": pid, "seconds": seconds})

    def close(self) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait(timeout=PATIENCE_S)
        assert self._process.stdout is not None
        self._process.stdout.close()
        self._kept.cleanup()

    def _ask(self, job: dict[str, object]) -> int | None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        with self._asking:
            self._process.stdin.write(json.dumps(job) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


@cache
def zygote() -> Zygote:
    """The one of this process."""
    made = Zygote()
    atexit.register(made.close)
    return made


class Started:
    """A process that was started; behaves as `subprocess.Popen` does, as far as tests ask it."""

    def __init__(
        self,
        *arguments: str,
        given: str = "",
        code: str | None = None,
        folder: Path = PROJECT,
        **environment: str,
    ) -> None:
        place = zygote().place()
        self._given, self._output, self._errors = (place.with_suffix(end) for end in (".in", ".out", ".err"))
        self._given.write_text(given, encoding="utf-8")
        self.pid = zygote().start(
            *arguments,
            environment={**os.environ, **environment},
            output=self._output,
            errors=self._errors,
            given=self._given,
            folder=folder,
            code=code,
        )
        self.returncode: int | None = None

    def send_signal(self, number: int) -> None:
        """Nothing is sent to what is known to have ended."""
        if self.returncode is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def wait(self, timeout: float = PATIENCE_S) -> int:
        if self.returncode is None:
            self.returncode = zygote().wait(self.pid, timeout)
        if self.returncode is None:
            raise subprocess.TimeoutExpired("swarm", timeout)
        return self.returncode

    def communicate(self, timeout: float = PATIENCE_S) -> tuple[str, str]:
        """Its output and its errors, once it has ended."""
        self.wait(timeout)
        return self._output.read_text(encoding="utf-8"), self._errors.read_text(encoding="utf-8")


class Piped(Started):
    """A piece of code whose input and output are pipes, to speak with while it goes on."""

    def __init__(self, code: str, *arguments: str) -> None:
        place = zygote().place()
        self._given, self._output, self._errors = (place.with_suffix(end) for end in (".in", ".out", ".err"))
        os.mkfifo(self._given)
        os.mkfifo(self._output)
        self.pid = zygote().start(
            *arguments,
            environment=os.environ,
            output=self._output,
            errors=self._errors,
            given=self._given,
            code=code,
        )
        self.returncode = None
        # In the order in which the other side opens them: each waits for the other there.
        self.stdin = self._given.open("w", encoding="utf-8")
        self.stdout = self._output.open(encoding="utf-8")

    def communicate(self, timeout: float = PATIENCE_S) -> tuple[str, str]:
        """What is left of its output, and its errors, once it has been given all and has ended."""
        self.stdin.close()
        out = self.stdout.read()
        self.wait(timeout)
        return out, self.said()

    def said(self) -> str:
        """What it said on standard error."""
        return self._errors.read_text(encoding="utf-8")


start = Started
"""Start the command line and return at once."""


def swarm(*arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end."""
    process = start(*arguments, **more)
    try:
        out, err = process.communicate()
    except subprocess.TimeoutExpired:
        process.kill()
        raise
    return subprocess.CompletedProcess(arguments, process.wait(), out, err)


def cold_start(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start a Python interpreter with the command line and return at once."""
    return subprocess.Popen(
        [sys.executable, "-m", "swarm", *arguments],
        cwd=PROJECT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def cold(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a Python interpreter with the command line to its end."""
    process = cold_start(*arguments, **environment)
    out, err = process.communicate(timeout=PATIENCE_S)
    return subprocess.CompletedProcess(arguments, process.returncode, out, err)
