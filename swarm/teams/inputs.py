"""Values for the placeholders of a team's tasks are read: a column each, a mission a line."""

import csv
import io
from collections.abc import Mapping, Sequence

from swarm.errors import BadInput
from swarm.security.keys import without_secrets

MAX_INPUT_BYTES = 1_000_000
MAX_SETS = 500
MAX_VALUE_CHARS = 1_000


def read_inputs(name: str, content: bytes) -> Sequence[Mapping[str, str]]:
    """Read a CSV file whose first line names placeholders, such as "topic,audience".

    Args:
        name: of the file, for messages.
        content: of the file.

    Returns:
        At least one set of values; empty values are left out of it.

    Raises:
        BadInput: names the line at fault.
    """
    if len(content) > MAX_INPUT_BYTES:
        raise BadInput(f"{name}: more than {MAX_INPUT_BYTES:,} bytes are no list of inputs")
    try:
        table = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True)
        sets = [_set(name, number, row) for number, row in enumerate(table, 2)]
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"{name}: not a CSV file in UTF-8: {error}") from error
    if not 1 <= len(sets) <= MAX_SETS:
        raise BadInput(f"{name}: {len(sets)} lines of values; give 1 to {MAX_SETS}, below a line of names")
    return sets


def _set(name: str, line: int, row: Mapping[str | None, str | None]) -> dict[str, str]:
    if None in row or None in row.values():
        raise BadInput(f"{name}, line {line}: not as many values as there are names in the first line")
    texts = {str(key).strip(): str(value).strip() for key, value in row.items()}
    long = next((key for key, value in texts.items() if len(value) > MAX_VALUE_CHARS), None)
    if long is not None:
        raise BadInput(f"{name}, line {line}: a value of more than {MAX_VALUE_CHARS:,} characters")
    return {key: without_secrets(value)[0] for key, value in texts.items() if value}
