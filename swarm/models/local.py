"""Model servers on one's own machine are found, such as Ollama and LM Studio."""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from pydantic import JsonValue

from swarm.models.card import ServerCard
from swarm.models.catalogue import load_servers

TIMEOUT_S = 0.3
MAX_LIST_BYTES = 1024 * 1024
MAX_MODELS = 200
MAX_NAME_CHARS = 200


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answered."""

    name: str
    base_url: str
    models: tuple[str, ...]
    """Ids to ask for its models by, such as "ollama_chat/llama3.2"; empty when it has none loaded."""


async def find_local_servers(servers: Sequence[ServerCard] | None = None) -> tuple[LocalServer, ...]:
    """Ask all known servers at once for their models; the absent and the odd are left out.

    Args:
        servers: where to look; None for those of the catalogue.
    """
    async with (
        httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False) as client,
        asyncio.TaskGroup() as group,
    ):
        tasks = [group.create_task(_find(client, card)) for card in servers or load_servers()]
    return tuple(found for task in tasks if (found := task.result()) is not None)


async def names_at(base_url: str) -> tuple[str, ...] | None:
    """The names under which a server on this machine lists its models; None when it lists none, as others do."""
    async with httpx.AsyncClient(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False) as client:
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return tuple(_names(await _get(client, _list_at(base_url))))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, RecursionError):
            return None


def _list_at(base_url: str) -> str:
    return base_url.rstrip("/").removesuffix("/v1") + "/v1/models"


async def _find(client: httpx.AsyncClient, card: ServerCard) -> LocalServer | None:
    try:
        # httpx bounds the time between two bytes, not the whole.
        async with asyncio.timeout(TIMEOUT_S):
            names = _names(await _get(client, _list_at(card.base_url)))
    except (httpx.HTTPError, TimeoutError, ValueError):
        return None
    return LocalServer(card.name, card.base_url, tuple(f"{card.prefix}/{name}" for name in names))


async def _get(client: httpx.AsyncClient, url: str) -> JsonValue:
    body = bytearray()
    async with client.stream("GET", url, headers={"accept-encoding": "identity"}) as reply:
        reply.raise_for_status()
        async for chunk in reply.aiter_raw():
            body += chunk
            if len(body) > MAX_LIST_BYTES:
                raise ValueError("the list of models is too long")
    return json.loads(body)


def _names(content: JsonValue) -> list[str]:
    """The ids of an OpenAI list of models.

    Raises:
        ValueError: it is not one.
    """
    entries = content.get("data") if isinstance(content, dict) else None
    if not isinstance(entries, list):
        raise ValueError("not a list of models")
    ids = (entry.get("id") for entry in entries if isinstance(entry, dict))
    return [name for name in ids if isinstance(name, str) and _is_name(name)][:MAX_MODELS]


def _is_name(name: str) -> bool:
    return 0 < len(name) <= MAX_NAME_CHARS and name.isprintable() and " " not in name
