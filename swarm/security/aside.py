"""What others wrote is read in a process of its own where it is much: whoever waits for it holds up nobody else."""

# Elsewhere it is banned, for what others wrote: here both ends are this file, and nothing else is ever read by it.
import pickle  # noqa: TID251
import subprocess
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from swarm.config import PROJECT
from swarm.errors import BadInput, SwarmError

try:
    import resource
except ImportError:  # Windows
    resource = None

T = TypeVar("T")

SMALL_BYTES = 100_000
"""So much is read in less than half a second, whatever it is (measured with the fragments of tests/linear.py)."""
DEADLINE_S = 120.0
"""Five times what the slowest files within our bounds take of a processor (measured: 300 files of Python, 23 s)."""
MAX_MEMORY_BYTES = 4_000_000_000
"""Of the process that reads, where the system bounds it."""


def read_aside(
    reader: Callable[..., T],
    *given: object,
    source: str,
    size: int,
    deadline_s: float = DEADLINE_S,
) -> T:
    """Read what others wrote: here if it is little, else in a process that is ended when it takes too long.

    That process has no variables of ours in its environment, so no keys.

    Args:
        reader: a function of a module, which raises SwarmError for what it cannot read.
        given: what it is given.
        source: what is read, for messages.
        size: how much there is to read, in bytes, unpacked.
        deadline_s: the longest that a process may take, in seconds, its start included.

    Raises:
        SwarmError: what the reader raises; BadInput also when the time or the memory was not enough.
    """
    if size <= SMALL_BYTES:
        return reader(*given)
    told = _told(pickle.dumps((deadline_s, reader, given)), source, deadline_s)
    found, refusal = pickle.loads(told)
    if isinstance(refusal, MemoryError):
        raise BadInput(
            f"{source}: reading it takes more than {MAX_MEMORY_BYTES // 10**9} GB of memory; bring less"
        )
    if refusal is not None:
        raise refusal
    return found


def _told(asked: bytes, source: str, deadline_s: float) -> bytes:
    """What the process says that reads; it is over when this returns."""
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "swarm.security.aside"],
            input=asked,
            capture_output=True,
            cwd=PROJECT,
            env={},
            timeout=deadline_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        raise BadInput(
            f"{source}: reading it took longer than {deadline_s:g} s and was ended; bring less"
        ) from None
    if ended.returncode < 0:
        raise BadInput(
            f"{source}: the process that read it was ended by signal {-ended.returncode}; bring less"
        )
    if ended.returncode:
        raise RuntimeError(f"{source}: reading it failed:\n{ended.stderr.decode(errors='replace')}")
    return ended.stdout


def _read_here() -> None:
    """Read what standard input asks for; on standard output go what was found and why nothing was."""
    deadline_s, reader, given = pickle.load(sys.stdin.buffer)
    _bound(deadline_s)
    said: tuple[Any, BaseException | None]
    try:
        said = reader(*given), None
    except (SwarmError, MemoryError) as refusal:
        said = None, refusal
    sys.stdout.buffer.write(pickle.dumps(said))


def _bound(deadline_s: float) -> None:
    """Hold this process to its memory, and to its time also when nobody waits for it any more."""
    if resource is not None:
        seconds = int(deadline_s) + 1
        resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))


if __name__ == "__main__":
    _read_here()
