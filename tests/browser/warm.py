"""A process that has loaded the dashboard once, and becomes one each time it is asked; a cold one takes seconds.

Says when it is ready. Reads one JSON object a line: {"words", "environment", "log"} starts a dashboard and answers
with its id; {"ended": id} answers with how it ended, as `os.waitstatus_to_exitcode` tells it, or null.
"""

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path

from swarm.config import PROJECT
from tests.browser.looking import wait_until

LOADED_WITH_A_FIRST_PAGE = (
    "PIL.Image",
    "plotly.offline",
    "pyarrow.pandas_compat",
    "streamlit.material_icon_names",
    "streamlit.web.bootstrap",
    "streamlit.web.cli",
    "uvicorn",
)


class WarmProcess:
    """A dashboard that a warm process became, with what is used of `subprocess.Popen`."""

    def __init__(self, warm: "Warm", words: Sequence[str], log: Path) -> None:
        self._warm = warm
        self._id = warm.ask({"words": [*words], "environment": dict(os.environ), "log": str(log)})
        self._code: int | None = None

    def poll(self) -> int | None:
        if self._code is None:
            self._code = self._warm.ask({"ended": self._id})
        return self._code

    def terminate(self) -> None:
        if self.poll() is None:
            os.kill(self._id, signal.SIGTERM)

    def wait(self, timeout: float) -> None:
        wait_until(lambda: self.poll() is not None, "the dashboard has ended", timeout)


class Warm:
    """The process that becomes dashboards."""

    def __init__(self) -> None:
        command = [sys.executable, "-m", "tests.browser.warm"]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        self._process = subprocess.Popen(command, cwd=PROJECT, text=True, **pipes)
        assert self._answer() == "ready"

    def start(self, words: Sequence[str], log: Path) -> WarmProcess:
        """Start `streamlit` with these words under the environment of now."""
        return WarmProcess(self, words, log)

    def ask(self, job: dict):
        assert self._process.stdin
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self):
        assert self._process.stdout
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        with self._process:
            assert self._process.stdin
            self._process.stdin.close()


def load() -> None:
    """Load what pages load; no thread, no server and no file of the history is opened by that."""
    for name in LOADED_WITH_A_FIRST_PAGE:
        importlib.import_module(name)
    for path in sorted((PROJECT / "pages").glob("*/*.py")):
        if path.stem not in ("menu", "page"):
            importlib.import_module(f"pages.{path.parent.name}.{path.stem}")
    # A child that looks for garbage would otherwise copy all of this.
    gc.collect()
    gc.freeze()


def become(job: dict) -> None:
    """Be the dashboard; returns only when it could not be one."""
    os.environ.clear()
    os.environ.update(job["environment"])
    log = os.open(job["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    for number, file in ((0, os.open(os.devnull, os.O_RDONLY)), (1, log), (2, log)):
        os.dup2(file, number)
    sys.argv = ["streamlit", *job["words"]]
    from streamlit.web.cli import main

    main(prog_name="streamlit")


def fork(job: dict) -> int:
    """Start a child that becomes what was asked for."""
    child = os.fork()
    if child:
        return child
    code = 9
    try:
        become(job)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else 1
    except Exception:  # noqa: BLE001 - whatever it is, the log tells it
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        os._exit(code)


def ended(child: int) -> int | None:
    """How a child ended, or None."""
    found, status = os.waitpid(child, os.WNOHANG)
    return os.waitstatus_to_exitcode(status) if found else None


def serve() -> None:
    """Answer until standard input ends."""
    load()
    print(json.dumps("ready"), flush=True)  # noqa: T201
    for line in sys.stdin:
        job = json.loads(line)
        print(json.dumps(ended(job["ended"]) if "ended" in job else fork(job)), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
