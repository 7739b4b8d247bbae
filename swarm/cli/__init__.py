"""The command line: `python -m swarm` does everything the dashboard does.

Exit codes: 0 finished, 1 failed, 2 bad input, 3 stopped or a limit reached. With `--json` a command prints one
JSON value and nothing else to standard output; remarks go to standard error.
"""

import errno
import sys
from typing import NoReturn

import typer

from swarm.cli.commands import HIDDEN, LazyGroup
from swarm.cli.terminal import remark, say_nothing_more, say_remarks, write_what_can_be
from swarm.config import fault_wanted, read_settings
from swarm.errors import BadInput, SwarmError
from swarm.faultpoint import arm
from swarm.security.keys import keys_in, without_values
from swarm.security.logs import keep_out_of_logs, keep_out_of_tracebacks

NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
"""What a system says when nothing more can be written."""

app = typer.Typer(
    name="swarm",
    cls=LazyGroup,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


@app.callback()
def roleless() -> None:
    """Roleless: compose a mission, watch a team organize itself, find it again."""


def main() -> NoReturn:
    """Run the command line; every error a person can act upon is one sentence."""
    arm(fault_wanted())
    write_what_can_be()
    # Of commands that the dashboard calls, the last words are why they failed.
    if not HIDDEN.keys() & {*sys.argv[1:2]}:
        say_remarks()
    secrets: tuple[str, ...] = ()
    try:
        secrets = read_settings().secret_values()
        keep_out_of_logs(secrets)
        if any(keys_in(argument) for argument in sys.argv):
            raise BadInput(
                "an argument looks like a key: arguments can be read by others and stay in the shell's history; "
                "keys belong in the environment"
            )
        if any("\udc80" <= letter <= "\udcff" for argument in sys.argv for letter in argument):
            raise BadInput("an argument is not valid UTF-8 text")
        try:
            app()
        finally:
            sys.stdout.flush()
    except SwarmError as error:
        remark(without_values(f"error: {error}", secrets))
        raise SystemExit(2 if isinstance(error, BadInput) else 1) from None
    except Exception as error:
        if isinstance(error, OSError) and error.errno in NO_ROOM:
            say_nothing_more()
            where = f" {str(error.filename)!r}" if error.filename else " what was to be printed"
            remark(f"error: cannot write{where}: {error.strerror}")
            raise SystemExit(1) from None
        # Not before: Typer puts a hook of its own there.
        keep_out_of_tracebacks(secrets)
        raise
    raise SystemExit(0)
