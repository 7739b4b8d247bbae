"""Missions and models to choose from."""

from dataclasses import asdict

from swarm.cli.arguments import Json
from swarm.cli.terminal import print_json
from swarm.cli.terminal.lists import print_missions, print_models
from swarm.config import read_settings
from swarm.mission import load_library
from swarm.models.catalogue import known_models, present_keys


def missions(as_json: Json = False) -> None:
    """List the missions of the library."""
    library = load_library(read_settings().mission_folders)
    if as_json:
        print_json([asdict(mission) for mission in library.values()])
    else:
        print_missions(list(library.values()))


def models(as_json: Json = False) -> None:
    """List the catalogue and your own models: prices, context sizes, which keys are present (never their values)."""
    settings = read_settings()
    cards = list(known_models(settings).values())
    present = {card.id: present_keys(card, settings) for card in cards}
    if as_json:
        print_json(
            [
                {**asdict(card), "keys_present": present[card.id], "simulated": card.simulated}
                for card in cards
            ]
        )
    else:
        print_models(cards, present)
