"""This file is where seconds of a run become dates, and models their providers, for formats that want these."""

from datetime import UTC, datetime, timedelta

from swarm.record import RunRecord


def date_of(record: RunRecord, seconds: float) -> datetime:
    """When that was, UTC; the time a run lay interrupted is left out, as it is everywhere."""
    return record.started.astimezone(UTC) + timedelta(seconds=seconds)


def provider_of(model: str) -> str:
    """Who serves a model, as far as its name says: what stands before the first slash.

    Examples:
        >>> provider_of("openai/gpt-4.1-mini"), provider_of("sim/strong"), provider_of("nameless")
        ('openai', 'sim', 'unknown')
    """
    provider, slash, _ = model.partition("/")
    return provider if slash and provider else "unknown"
