"""This file is where a request takes the form in which it is handed to LiteLLM."""

import json
from functools import cache
from typing import Any

from pydantic import BaseModel

from swarm.models.card import Structured
from swarm.models.model import Message


def in_one_text(message: Message) -> dict[str, Any]:
    """A message as one text."""
    return {"role": message.role, "content": message.text}


def in_marked_blocks(message: Message) -> dict[str, Any]:
    """A message in blocks, marked where the part ends that the next request repeats."""
    texts: list[str] = []
    for part in message.parts:
        if part.strip() or not texts:
            texts.append(part)
        else:
            # Providers refuse blank blocks.
            texts[-1] += part
    blocks: list[dict[str, Any]] = [{"type": "text", "text": text} for text in texts]
    stable = blocks if message.role == "system" else blocks[:-1]
    if stable:
        stable[-1]["cache_control"] = {"type": "ephemeral"}
    return {"role": message.role, "content": blocks}


def response_format(structured: Structured, answer: type[BaseModel] | None) -> object:
    """What to ask for so that the reply is JSON; None to leave it to the prompt."""
    if answer is None or structured == "none":
        return None
    return answer if structured == "schema" else {"type": "json_object"}


@cache
def schema_bytes(answer: type[BaseModel]) -> int:
    """Size of the schema that goes with every request."""
    return len(json.dumps(answer.model_json_schema()).encode())
