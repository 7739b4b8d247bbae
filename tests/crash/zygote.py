"""A process that has loaded everything once, and becomes a command line each time it is asked: kills are cheap then.

Says when it is ready. Reads one JSON object a line: {"arguments", "environment", "input", "output"} starts a child
and answers with its id; {"wait": id} answers with how it ended, as `os.waitstatus_to_exitcode` tells it.
"""

import gc
import importlib
import json
import os
import sys

LOADED_WITH_A_FIRST_CALL = (
    "anyio._backends._asyncio",
    "httpcore",
    "litellm._service_logger",
    "litellm.proxy._types",
)
"""What the first call of a process would load."""


def become(job: dict) -> None:
    """Be the command line; never returns."""
    os.environ.clear()
    os.environ.update(job["environment"])
    for number, path, flags in (
        (0, job["input"] or os.devnull, os.O_RDONLY),
        (1, job["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
        (2, job["output"], os.O_WRONLY | os.O_CREAT | os.O_APPEND),
    ):
        os.dup2(os.open(path, flags, 0o600), number)
    sys.argv = ["swarm", *job["arguments"]]
    from swarm.cli import main

    main()


def load() -> None:
    """Load what command lines that perform runs load; no thread and no file of the history is opened by that."""
    import swarm.cli_experiments
    import swarm.cli_run
    import swarm.perform  # noqa: F401
    from swarm.models.litellm import library

    library()
    for name in LOADED_WITH_A_FIRST_CALL:
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
            answer = os.waitstatus_to_exitcode(os.waitpid(job["wait"], 0)[1])
        else:
            answer = os.fork()
            if answer == 0:
                code = 9
                try:
                    become(job)
                except SystemExit as ended:
                    code = ended.code if isinstance(ended.code, int) else 1
                finally:
                    os._exit(code)
        print(json.dumps(answer), flush=True)  # noqa: T201


if __name__ == "__main__":
    serve()
