"""A process that has loaded everything once, and becomes a command line each time it is asked; see `warm.py`.

Says when it is ready. Reads one JSON object a line: {"arguments", "code", "environment", "folder", "input", "output",
"errors"} starts a child and answers with its id; {"wait": id, "seconds"} answers with how it ended, as
`os.waitstatus_to_exitcode` tells it, or with null if it has not ended by then.
"""

import atexit
import gc
import importlib
import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path

LOADED_WITH_A_FIRST_CALL = (
    "anyio._backends._asyncio",
    "httpcore",
    "litellm._service_logger",
    "litellm.proxy._types",
)
"""What the first call of a process would load."""
PLAYED_UPON = ("pandas", "networkx", "scipy.stats", "pyarrow.parquet", "plotly.graph_objects")
"""What commands load once they know what they are to do."""


def become(job: dict) -> None:
    """Be the command line, or a piece of code."""
    os.environ.clear()
    os.environ.update(job["environment"])
    os.chdir(job["folder"])
    for number, path, flags in (
        (0, job["input"] or os.devnull, os.O_RDONLY),
        (1, job["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
        (2, job["errors"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
    ):
        os.dup2(os.open(path, flags, 0o600), number)
    # What came behind the job on the old one is not for this process.
    sys.stdin = open(0, closefd=False)  # noqa: SIM115
    sys.argv = [(job["code"] and "-c") or "swarm", *job["arguments"]]
    if job["code"]:
        exec(compile(job["code"], "<string>", "exec"), {"__name__": "__main__"})
        return
    from swarm.cli import main

    main()


def lived(job: dict) -> int:
    """Be it to its end, with all that an interpreter does then but taking itself apart; its exit code."""
    code = 0
    try:
        become(job)
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    except BaseException as error:  # noqa: BLE001
        sys.excepthook(type(error), error, error.__traceback__)
        code = 1
    try:
        threading._shutdown()
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001
        traceback.print_exc()
        code = code or 120
    return code


def ended(pid: int, seconds: float) -> int | None:
    """How a child ended, if it has by then."""
    until = time.monotonic() + seconds
    while True:
        found, status = os.waitpid(pid, os.WNOHANG)
        if found:
            return os.waitstatus_to_exitcode(status)
        if time.monotonic() > until:
            return None
        time.sleep(0.002)


def load() -> None:
    """Load what command lines load; no file of the history is opened by that."""
    package = Path(__file__).parent.parent / "swarm"
    for path in sorted(package.glob("*.py")):
        if path.stem != "__main__":
            importlib.import_module(f"swarm.{path.stem}")
    from swarm.models.litellm import library

    library()
    for name in (*LOADED_WITH_A_FIRST_CALL, *PLAYED_UPON):
        importlib.import_module(name)
    # A child that looks for garbage would otherwise copy all of this.
    gc.collect()
    gc.freeze()


def serve() -> None:
    """Answer until standard input ends."""
    load()
    print("ready", flush=True)  # noqa: T201
    for line in sys.stdin:
        job = json.loads(line)
        if "wait" in job:
            answer = ended(job["wait"], job["seconds"])
        else:
            answer = os.fork()
            if answer == 0:
                os._exit(lived(job))
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
