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
MAX_CONTEXT = 100_000_000
_CONTEXTS = ("/v1/models", "/api/v0/models", "/props")
"""Where servers say how much a model holds: most, LM Studio, llama.cpp."""


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


def context_served(base_url: str, name: str) -> int | None:
    """Ask a server on this machine for the context that it gives a model; None when it does not say.

    Args:
        base_url: where it listens.
        name: of the model there.
    """
    root = base_url.rstrip("/").removesuffix("/v1")
    with httpx.Client(timeout=TIMEOUT_S, trust_env=False, follow_redirects=False) as client:
        for path in _CONTEXTS:
            try:
                reply = client.get(root + path)
                said = reply.json() if reply.is_success and len(reply.content) <= MAX_LIST_BYTES else None
            except (httpx.ConnectError, httpx.TimeoutException):
                return None
            except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError):
                continue
            if (context := _context_in(said, name)) is not None:
                return context
    return None


def _context_in(said: JsonValue, name: str) -> int | None:
    """The context in a list of models (vLLM, llama.cpp, LM Studio) or in the properties of a server (llama.cpp)."""
    if not isinstance(said, dict):
        return None
    listed = said.get("data")
    entries = [entry for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
    named = [entry for entry in entries if entry.get("id") == name] or entries[: len(entries) == 1]
    for holder in (*named, *(entry.get("meta") for entry in named), said.get("default_generation_settings")):
        for key in ("loaded_context_length", "max_model_len", "n_ctx"):
            tokens = holder.get(key) if isinstance(holder, dict) else None
            if type(tokens) is int and 0 < tokens <= MAX_CONTEXT:
                return tokens
    return None


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
