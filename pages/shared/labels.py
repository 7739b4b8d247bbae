"""Names of the engine become words for people."""

from datetime import UTC, tzinfo
from typing import Any
from zoneinfo import ZoneInfo

import streamlit as st

from pages.shared.text import plain
from swarm.history.rows import RunRow
from swarm.narrative.labels import protocol_name
from swarm.protocols import PROTOCOLS, in_a_sentence
from swarm.written import moment, plural


def protocol_sentence(protocol: str) -> str:
    """Describe a protocol in a sentence of Markdown; a protocol of one's own may be unknown here."""
    known = in_a_sentence(protocol) if protocol in PROTOCOLS else "A protocol that is not registered here."
    return plain(known.replace("`", ""))


def zone() -> tzinfo:
    """The zone of whoever looks at the page; UTC when the browser does not say, or says what is unknown here."""
    try:
        return ZoneInfo(st.context.timezone or "UTC")
    except (ValueError, OSError, KeyError):
        return UTC


def started_column() -> Any:
    """Show a column of moments in the zone of whoever looks, with its offset."""
    return st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm Z", timezone=str(zone()))


def run_label(row: RunRow) -> str:
    """One run in a line, for lists to choose from."""
    return (
        f"{moment(row.started, zone())} · {row.mission_title} · {protocol_name(row.protocol)} · {row.agents}"
    )


def level_name(level: str) -> str:
    """A level as a label.

    Examples:
        >>> level_name("L3")
        'Level 3'
    """
    return f"Level {level.removeprefix('L')}"


def team_words(agents: int, protocol: str) -> str:
    """Protocol and size of a team, in Markdown."""
    return f"{plain(protocol_name(protocol))} · {plural(agents, 'agent')}"
