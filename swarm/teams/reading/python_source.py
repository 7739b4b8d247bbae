"""Python of others is parsed: never run, never imported."""

import ast
import warnings

from swarm.teams.reading.values import Unparsed

MAX_CODE_CHARS = 400_000


def parsed(path: str, text: str) -> ast.Module:
    """Parse Python without running it.

    Raises:
        Unparsed: names the line.
    """
    if len(text) > MAX_CODE_CHARS:
        raise Unparsed(path, "", f"{len(text):,} characters of Python; at most {MAX_CODE_CHARS:,} are read")
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        raise Unparsed(
            path, f"line {error.lineno}" if error.lineno else "", "not Python of a version up to 3.11"
        ) from error
    except (RecursionError, MemoryError, ValueError) as error:
        raise Unparsed(path, "", "not Python that can be read: nested too deeply") from error
