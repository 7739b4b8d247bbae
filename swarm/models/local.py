"""Model servers on one's own machine are found, such as Ollama and LM Studio."""

import asyncio
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import httpx
from pydantic import JsonValue

from swarm.config import Settings
from swarm.models.card import OLLAMA, OLLAMA_CONTEXT, ServerCard
from swarm.models.catalogue import address_told, known_models, load_servers
from swarm.security.loopback import address_fault, is_loopback_url

TIMEOUT_S = 0.3
MAX_LIST_BYTES = 1024 * 1024
MAX_MODELS = 200
MAX_NAME_CHARS = 200
MAX_CONTEXT = 100_000_000
LOADING = r"\bloading\b|warming up|cold start|starting up|is starting|not (yet )?ready|initiali[sz]ing"
"""Words of a server that loads its model."""
_UNAVAILABLE = 503
_MAX_WORDS = 2_000
_LIKE_OPENAI = ServerCard("OpenAI-like server", "openai", "")
_CONTEXTS = ("/v1/models", "/api/v0/models", "/props")
"""Where servers say how much a model holds: most, LM Studio, llama.cpp."""


class _Loading(Exception):
    """A server says that it is loading its model."""


@dataclass(frozen=True, slots=True)
class LocalServer:
    """A server that answered."""

    name: str
    base_url: str
    models: tuple[str, ...]
    """Ids to ask for its models by, such as "ollama_chat/llama3.2"; empty when it has none loaded."""
    contexts: Mapping[str, int] = field(default_factory=dict[str, int])
    """Tokens that each of them holds; those it does not tell are left out."""
    loading: bool = False
    """Whether it says that it is loading its model."""
    instead: str = ""
    """The address, with its variable, at which these ids are asked instead of here; empty: here."""


def servers_to_ask(settings: Settings) -> tuple[ServerCard, ...]:
    """Where servers may be: where variables and one's own models point, and at their usual addresses."""
    own = [
        ServerCard(
            card.label,
            card.provider,
            card.api_base,
            ids={card.served_as or card.id.split("/", 1)[1]: card.id},
        )
        for card in known_models(settings).values()
        if card.api_base and is_loopback_url(card.api_base)
    ]
    told: list[ServerCard] = []
    usual: list[ServerCard] = []
    for card in (*load_servers(), _LIKE_OPENAI):
        found = address_told(card.prefix, settings)
        # What is asked for by OpenAI's prefix is OpenAI's, unless it was said to be here.
        if found and not address_fault(found[1], remote=card is not _LIKE_OPENAI):
            told.append(replace(card, base_url=found[1]))
        if card is not _LIKE_OPENAI and not (found and _root(found[1]) == _root(card.base_url)):
            usual.append(replace(card, instead=f"{found[1]} ({found[0]})" if found else ""))
    return _joined([*told, *own, *usual])


def _joined(cards: Sequence[ServerCard]) -> tuple[ServerCard, ...]:
    """One's own models at one address are of one server."""
    by_place: dict[tuple[str, str], ServerCard] = {}
    for card in cards:
        place = _root(card.base_url), "" if card.ids else card.prefix
        before = by_place.get(place)
        by_place[place] = replace(before, ids={**before.ids, **card.ids}) if before else card
    return tuple(by_place.values())


async def find_local_servers(servers: Sequence[ServerCard] | None = None) -> tuple[LocalServer, ...]:
    """Ask all known servers at once for their models; the absent and the odd are left out.

    Args:
        servers: where to look, see `servers_to_ask`; None for the usual addresses.
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
    root = _root(base_url)
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


def _root(base_url: str) -> str:
    return base_url.rstrip("/").removesuffix("/v1")


def _list_at(base_url: str) -> str:
    return _root(base_url) + "/v1/models"


async def _find(client: httpx.AsyncClient, card: ServerCard) -> LocalServer | None:
    try:
        # httpx bounds the time between two bytes, not the whole.
        async with asyncio.timeout(TIMEOUT_S):
            listed = await _get(client, _list_at(card.base_url))
        names = _names(listed)
    except _Loading:
        return LocalServer(card.name, card.base_url, (), loading=True, instead=card.instead)
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, RecursionError):
        return None
    ids = {name: card.ids.get(name, "") if card.ids else f"{card.prefix}/{name}" for name in names}
    more, loading = await _more(client, card)
    contexts = {name: context for name in names if (context := _context_of(name, card, (listed, *more)))}
    return LocalServer(
        card.name,
        card.base_url,
        tuple(model for model in ids.values() if model),
        {ids[name]: tokens for name, tokens in contexts.items() if ids[name]},
        loading,
        card.instead,
    )


async def _more(client: httpx.AsyncClient, card: ServerCard) -> tuple[list[JsonValue], bool]:
    """What a server tells beside its list, and whether it says that it is loading."""
    async with asyncio.TaskGroup() as group:
        paths = (*_CONTEXTS[1:], "/health")
        asked = [group.create_task(_told_at(client, _root(card.base_url) + path)) for path in paths]
    said = [one.result() for one in asked]
    return [one for one in said if not isinstance(one, type)], _Loading in said


async def _told_at(client: httpx.AsyncClient, url: str) -> JsonValue | type[_Loading]:
    """What is told at an address: None when nothing is, `_Loading` when that is all."""
    try:
        async with asyncio.timeout(TIMEOUT_S):
            return await _get(client, url)
    except _Loading:
        return _Loading
    except (httpx.HTTPError, httpx.InvalidURL, TimeoutError, ValueError, RecursionError):
        return None


def _context_of(name: str, card: ServerCard, said: Sequence[JsonValue]) -> int | None:
    if card.prefix in OLLAMA and not card.ids:
        return OLLAMA_CONTEXT
    return next((found for each in said if (found := _context_in(each, name))), None)


async def _get(client: httpx.AsyncClient, url: str) -> JsonValue:
    body = bytearray()
    async with client.stream("GET", url, headers={"accept-encoding": "identity"}) as reply:
        async for chunk in reply.aiter_raw():
            body += chunk
            if len(body) > MAX_LIST_BYTES:
                raise ValueError("the list of models is too long")
        if reply.status_code == _UNAVAILABLE and re.search(
            LOADING, body[:_MAX_WORDS].decode("utf-8", "replace"), re.I
        ):
            raise _Loading
        reply.raise_for_status()
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
