"""Missions and models as a terminal lists them."""

from collections.abc import Mapping, Sequence

from rich.console import Console
from rich.text import Text

from swarm.cli.terminal import harmless
from swarm.cli.terminal.table import columns
from swarm.mission import Mission
from swarm.models.card import ModelCard
from swarm.written import UNKNOWN


def print_missions(missions: Sequence[Mission]) -> None:
    """List missions."""
    table = columns("id", "level", "title", "domains")
    for mission in missions:
        title, domains = Text(harmless(mission.title)), Text(harmless(", ".join(mission.domains)))
        table.add_row(mission.id, mission.level or UNKNOWN, title, domains)
    Console().print(table)


def print_models(cards: Sequence[ModelCard], present: Mapping[str, Sequence[str]]) -> None:
    """List models: prices per million tokens and keys by name."""
    table = columns("model", "input $/M", "output $/M", "context", "key", right=(1, 2, 3))
    for card in cards:
        price = (f"{card.price.input:g}", f"{card.price.output:g}") if card.price else ("?", "?")
        found = ", ".join(present[card.id]) or (f"missing: {card.keys[0]}" if card.keys else "none needed")
        name = Text(harmless(card.id))
        table.add_row(name, *price, f"{card.context:,}" if card.context else "?", found)
    Console().print(table)
