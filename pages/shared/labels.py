"""Names of the engine become words for people."""

from pages.shared.text import plain
from swarm.history.rows import RunRow
from swarm.narrative.labels import protocol_name
from swarm.protocols import PROTOCOLS, in_a_sentence
from swarm.written import plural


def protocol_sentence(protocol: str) -> str:
    """Describe a protocol in a sentence of Markdown; a protocol of one's own may be unknown here."""
    known = in_a_sentence(protocol) if protocol in PROTOCOLS else "A protocol that is not registered here."
    return plain(known.replace("`", ""))


def run_label(row: RunRow) -> str:
    """One run in a line, for lists to choose from."""
    return (
        f"{row.started:%Y-%m-%d %H:%M} · {row.mission_title} · {protocol_name(row.protocol)} · {row.agents}"
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
