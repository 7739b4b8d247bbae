"""A process that has loaded everything once, and becomes a command line each time it is asked: kills are cheap then.

Reads one JSON object a line: {"arguments", "environment", "input", "output"} starts a child and answers with its id;
{"wait": id} answers with how it ended, as `os.waitstatus_to_exitcode` tells it.
"""

import json
import os
import sys


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


def serve() -> None:
    """Answer until standard input ends."""
    from swarm.config import prepare_litellm_environment

    prepare_litellm_environment()
    import litellm  # noqa: F401

    import swarm.cli_run
    import swarm.models.litellm
    import swarm.perform  # noqa: F401

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
