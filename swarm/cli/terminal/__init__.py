"""Sentences and tables in a terminal: a model's text is shown as text, without markup or control codes."""

import json
import sys

from swarm.written import visible as harmless


def print_json(value: object) -> None:
    """Print one JSON value and nothing else; whatever is not ASCII is escaped."""
    sys.stdout.write(json.dumps(value, indent=2, default=str) + "\n")


def remark(text: str) -> None:
    """Say something to the person, beside what is printed for machines."""
    sys.stderr.write(harmless(text) + "\n")


__all__ = ["harmless", "print_json", "remark"]
