"""A run becomes one JSON file that another Roleless can read, and is read from it again.

What is read was written by anybody: it is refused when it tells what cannot have happened, such as sums below
their parts. Metrics are made of the turns, and so is the deliverable of an import; the summary is for people and
other programs. What nobody can check is believed: what was said, and that the sums are not higher than they were.
"""

import json
from datetime import UTC, datetime

from pydantic import BaseModel, ValidationError

from swarm.errors import BadInput
from swarm.export.doubts import doubts_about
from swarm.recording.measures import summary
from swarm.recording.record import RECORD, RunRecord
from swarm.text.decode import NotText, decoded

BUNDLE_FORMAT = "roleless-run/2"
MAX_BUNDLE_BYTES = 50_000_000


class _Head(BaseModel):
    format: str


class _Bundle(BaseModel):
    record: RunRecord


def as_bundle(record: RunRecord) -> bytes:
    """The whole run: everything known of it, and its summary."""
    bundle = {
        "format": BUNDLE_FORMAT,
        "simulated": record.simulated,
        "prompts": record.spec.prompts,
        "summary": summary(record),
        "record": RECORD.dump_python(record, mode="json"),
    }
    return json.dumps(bundle, ensure_ascii=False, indent=2).encode("utf-8", "replace")


def read_bundle(content: bytes) -> RunRecord:
    """Read a run from a bundle.

    Raises:
        BadInput: when it is too large, none, of another format, or tells what cannot be.
    """
    if len(content) > MAX_BUNDLE_BYTES:
        raise BadInput(f"the file has more than the {MAX_BUNDLE_BYTES:,} bytes that a run may have")
    try:
        text = decoded(content)
        found = _Head.model_validate_json(text).format
        if found != BUNDLE_FORMAT:
            raise BadInput(f"the file has the format {found[:40]!r}; this Roleless reads {BUNDLE_FORMAT!r}")
        record = _Bundle.model_validate_json(text).record
    except ValidationError as error:
        raise BadInput(f"the file is not an exported run: {_first(error)}") from error
    except NotText as error:
        raise BadInput(f"the file is not an exported run: {error}") from error
    if doubt := next(doubts_about(record, datetime.now(UTC)), None):
        raise BadInput(f"the file tells what no run can be: {doubt}")
    return record


def _first(error: ValidationError) -> str:
    """The first thing that is wrong, and where."""
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    where = ".".join(str(step)[:40] for step in first["loc"][:8])
    return f"{where}: {first['msg'][:200]}" if where else first["msg"][:200]
