"""An experiment is read from TOML and written to it; docs/experiments.md explains each key."""

import json
from pathlib import Path
from typing import cast

from swarm.errors import BadInput
from swarm.experiment.asked import USUAL, asked_of, experiment_of
from swarm.grid import Experiment
from swarm.mission import Mission
from swarm.text.decode import NotText, decoded
from swarm.text.toml import toml_of
from swarm.written import escaped

MAX_FILE_BYTES = 1_000_000
ALWAYS = ("name", "protocols", "models", "agents", "missions", "repeats", "seed")
"""Keys that a file says even where they are as usual."""


def read_experiment(path: Path, library: dict[str, Mission]) -> Experiment:
    """Read an experiment file.

    Args:
        path: of the file; missions in files of their own are looked for beside it.
        library: missions by id.

    Raises:
        BadInput: names the file, the key and what would work.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        raise BadInput(f"cannot read the experiment {str(path)!r}: {error.strerror}") from error
    return experiment_from_bytes(content, str(path), library, path.parent)


def experiment_from_bytes(
    content: bytes, source: str, library: dict[str, Mission], folder: Path | None = None
) -> Experiment:
    """Read an experiment from the content of a file; else as `experiment_from_toml`.

    Raises:
        BadInput: also when it is too large or no text; names what it is instead.
    """
    try:
        if len(content) > MAX_FILE_BYTES:
            raise NotText(f"more than {MAX_FILE_BYTES:,} bytes are no experiment")
        text = decoded(content)
    except NotText as error:
        raise BadInput(f"{source}: {error}") from error
    return experiment_from_toml(text, source, library, folder)


def experiment_from_toml(
    text: str, source: str, library: dict[str, Mission], folder: Path | None = None
) -> Experiment:
    """Read an experiment from TOML.

    Args:
        text: the document.
        source: where it comes from, for messages.
        library: missions by id.
        folder: where missions in files are looked for; None allows none.

    Raises:
        BadInput: names the source, the key and what would work.
    """
    try:
        asked = toml_of(text)
    except (RecursionError, ValueError) as error:
        raise BadInput(f"{source}: not TOML: {error}") from error
    try:
        return experiment_of(asked, library, folder)
    except BadInput as error:
        raise BadInput(f"{source}: {error}") from error


def experiment_toml(experiment: Experiment) -> str:
    """Write an experiment whose missions are all of the library as a file that `read_experiment` reads."""
    return "".join(
        f"{key} = {_value(value)}\n"
        for key, value in asked_of(experiment).items()
        if key in ALWAYS or value not in (USUAL[key], {})
    )


def _value(value: object) -> str:
    if isinstance(value, dict):
        table = cast("dict[str, object]", value)
        return f"{{ {', '.join(f'{key} = {_value(each)}' for key, each in table.items())} }}"
    if isinstance(value, list):
        return f"[{', '.join(map(_value, cast('list[object]', value)))}]"
    # JSON's values are TOML's, but for null, and for characters that are not seen, which both may escape.
    return escaped(json.dumps(value, ensure_ascii=False))
