"""Sentences and tables in a terminal: a model's text is shown as text, without markup or control codes."""

import json
import re
import sys

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """A text without terminal escapes and other control characters; line breaks and tabs stay."""
    return _CONTROL.sub("�", text.replace("\r\n", "\n"))


def print_json(value: object) -> None:
    """Print one JSON value and nothing else."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False, indent=2, default=str) + "\n")


def remark(text: str) -> None:
    """Say something to the person, beside what is printed for machines."""
    sys.stderr.write(harmless(text) + "\n")
