"""Seconds of a run become dates, for formats that want these."""

from datetime import UTC, datetime, timedelta

from swarm.recording.record import RunRecord


def date_of(record: RunRecord, seconds: float) -> datetime:
    """Return a moment's time in UTC; the time a run lay interrupted is left out, as it is everywhere."""
    return record.started.astimezone(UTC) + timedelta(seconds=seconds)
