"""Files that somebody hands over are read as a team: aside, where they are much."""

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple, TypeAlias

from swarm.security.aside import SMALL_BYTES, read_aside
from swarm.teams.formats import read_team
from swarm.teams.inputs import TABLE_SUFFIXES, read_inputs
from swarm.teams.reading.files import files_of_uploads, unpacked_bytes
from swarm.teams.reading.given import GivenTeam
from swarm.teams.reading.input_set import InputSet

Upload: TypeAlias = tuple[str, bytes]
"""The name of a file, and what is in it."""


class Handed(NamedTuple):
    """A team, and the values that lay beside it."""

    team: GivenTeam
    inputs: Sequence[InputSet]
    """Of all tables, in their order; empty when there is none."""


def read_uploads(uploads: Sequence[Upload], chosen: str | None = None) -> Handed:
    """Read a team; a CSV beside its files has values for the placeholders of its tasks.

    Args:
        uploads: the files, zips among them.
        chosen: of several teams, the one that is wanted.

    Raises:
        BadInput: when they cannot be read, or take too long.
    """
    size = sum(unpacked_bytes(*upload, enough=SMALL_BYTES) for upload in uploads)
    source = ", ".join(name for name, _ in uploads[:3])
    return read_aside(_read, uploads, chosen, source=source, size=size)


def read_table(name: str, content: bytes) -> Sequence[InputSet]:
    """Read values, as `read_inputs` does.

    Raises:
        BadInput: when they cannot be read, or take too long.
    """
    return read_aside(read_inputs, name, content, source=name, size=len(content))


def _read(uploads: Sequence[Upload], chosen: str | None) -> Handed:
    tables = [each for each in uploads if each[0].lower().endswith(TABLE_SUFFIXES)]
    inputs = [each for name, content in tables for each in read_inputs(name, content)]
    files = files_of_uploads([each for each in uploads if each not in tables])
    return Handed(read_team(replace(files, chosen=chosen)), inputs)
