"""Models are asked over the network, through LiteLLM: the only door.

LiteLLM takes seconds to import, so that happens when a model is first asked.
"""

import asyncio
import json
import logging
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from ssl import SSLContext
from types import ModuleType
from typing import Any, cast
from weakref import WeakKeyDictionary

from swarm.config import prepare_litellm_environment
from swarm.errors import ModelUnavailable
from swarm.models.allowance import ProviderLimits, stated_limits
from swarm.models.card import (
    OLLAMA,
    OLLAMA_CONTEXT,
    SCHEMA_AT,
    ModelCard,
    Price,
    card_by_facts,
    key_variables,
)
from swarm.models.failures import advice_for, failure
from swarm.models.form import in_marked_blocks, in_one_text, remark_on_bound, response_format
from swarm.models.leaving_out import Arguments, learn, past_detours, without
from swarm.models.model import Completion, Request, most_tokens
from swarm.models.reading import error_within, finish_of, parsed, refusal_of, server_of, text_of
from swarm.models.throttle import Throttle
from swarm.models.transport import EXCHANGE, Exchange, OneRequest
from swarm.models.usage import Figures, metered, remark_on_prompt
from swarm.security.loopback import is_loopback_url
from swarm.turn import Usage

MAX_IN_FLIGHT = 48
"""Calls to one provider at a time; above about 64 LiteLLM's own work shows in the models' times."""
LONG_S = 86_400.0
"""LiteLLM's own deadline where ours begins anew."""

NOTHING_SAID = ProviderLimits()

_LATER_S = 5.0
"""How much later than ours LiteLLM's own deadline is, which every byte that arrives extends."""
_REFUSING = (400, 404, 405, 415, 422, 500, 501)
"""Statuses of servers that do not take a parameter; a template without a system role gives 500."""

_THROTTLES: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[str, ProviderLimits], Throttle]] = (
    WeakKeyDictionary()
)
"""By provider or own address: shared by all its models and all runs, so they belong to the process."""


class LiteLlmModel:
    """A model behind a provider that LiteLLM knows."""

    def __init__(
        self,
        card: ModelCard,
        *,
        api_base: str | None = None,
        api_key: str | None = None,
        secrets: tuple[str, ...] = (),
        limits: ProviderLimits = NOTHING_SAID,
    ) -> None:
        """Make the model; nothing is sent.

        Args:
            card: what is known about it.
            api_base: the provider's address; None leaves it to LiteLLM and its variables.
            api_key: None leaves it to LiteLLM and its variables, such as OPENAI_API_KEY.
            secrets: values that must not show in messages, besides `api_key`.
            limits: what a person said that the provider allows.
        """
        self.card = card
        self._access = {"api_base": api_base, "api_key": api_key}
        self._secrets = (*secrets, api_key) if api_key else secrets
        self._limits = limits
        self._address = api_base or card.api_base

    @property
    def name(self) -> str:
        """The id under which it is asked for."""
        return self.card.id

    @property
    def price(self) -> Price | None:
        """The price in the catalogue."""
        return self.card.price

    @property
    def simulated(self) -> bool:
        """False: somebody real answers."""
        return False

    @property
    def throttle(self) -> Throttle:
        """The one of its provider or its address, in the event loop that runs."""
        known = _THROTTLES.setdefault(asyncio.get_running_loop(), {})
        key = self._address or self.card.provider, self._limits
        if key not in known:
            here = is_loopback_url(key[0])
            known[key] = Throttle(*key, most=MAX_IN_FLIGHT, here=here)
        return known[key]

    def most(self, request: Request) -> Usage:
        """The most that `request` can use. Cost None when the price is unknown."""
        size = sum(len(part.encode()) for message in request.messages for part in message.parts)
        form = self._response_format(request)
        tokens = most_tokens(size + (len(json.dumps(form).encode()) if form else 0))
        price = self.card.price
        written = tokens if self.card.cache == "marks" else 0
        cost = None if price is None else price.cost(tokens, request.max_tokens, written_tokens=written)
        return Usage(tokens, 0, request.max_tokens, cost, written_tokens=written)

    async def complete(self, request: Request) -> Completion:
        """Ask once: one request leaves, whatever comes back.

        Raises:
            ModelUnavailable: when there is no reply; says whether asking again may help.
        """
        library()
        exchange, sent_at = Exchange(), asyncio.get_running_loop().time()
        try:
            return self._read(request, exchange, await self._ask(request, exchange, self._arguments(request)))
        except ModelUnavailable as error:
            advice = "" if error.adapts else await advice_for(self.card, self._address, exchange, error)
            if not advice:
                raise
            raise failure(self.name, exchange, str(error), self._secrets, advice, error.used) from None
        finally:
            self.throttle.heed(stated_limits(exchange.headers), sent_at)

    async def _ask(self, request: Request, exchange: Exchange, arguments: Arguments) -> object:
        """LiteLLM's reading of the reply; None when it cannot read it but we may."""
        from openai import OpenAIError

        token, timeout_s = EXCHANGE.set(exchange), self._timeout_s(request)
        # Loading it takes seconds, which are not the provider's.
        ask = library().acompletion
        try:
            async with asyncio.timeout(timeout_s) as deadline:
                with self._renewing(deadline, timeout_s):
                    return await _drained(await ask(**past_detours(arguments)))
        except TimeoutError:
            text = f"{self.name}: no complete reply within {timeout_s:g} s"
            raise ModelUnavailable("timeout", text, billed="unknown") from None
        except (OpenAIError, ImportError, RecursionError) as error:
            if exchange.succeeded:
                # It fails over its own bookkeeping at times; the reply was paid for.
                return None
            # Not "from error": its text may repeat the key, and tracebacks print causes.
            raise self._failure(exchange, str(error), arguments) from None
        finally:
            EXCHANGE.reset(token)

    def _failure(self, exchange: Exchange, otherwise: str, arguments: Arguments) -> ModelUnavailable:
        """Say why there is no reply, and leave out from now on what the provider did not take."""
        error = failure(self.name, exchange, otherwise, self._secrets)
        known = exchange.status is None or exchange.status in _REFUSING
        left_out = learn(self._place, str(error), arguments) if known and not error.fatal else None
        if left_out is None or error.kind in ("too_long", "refused"):
            return error
        text = f"{error}; from now on it is asked without {left_out}"
        return ModelUnavailable("bad_request", text, billed=error.billed, adapts=True)

    def _response_format(self, request: Request) -> dict[str, Any] | None:
        seats = request.nameable if self._bounds else None
        return response_format(self.card.structured, request.answer, seats)

    @property
    def _bounds(self) -> bool:
        """Whether its server holds it to a schema token by token, so that every text and list needs an end."""
        return self.card.structured == "schema" and (
            bool(self.card.api_base) or self.card.provider in SCHEMA_AT
        )

    @property
    def _place(self) -> str:
        return f"{self.name} {self._access['api_base'] or ''}"

    def _timeout_s(self, request: Request) -> float:
        return self._limits.timeout_s or request.timeout_s

    def _renewing(self, deadline: asyncio.Timeout, seconds: float) -> AbstractContextManager[None]:
        here = self.throttle.deadlines
        return here.renewing(deadline, seconds) if here else nullcontext()

    def _arguments(self, request: Request) -> Arguments:
        form = in_marked_blocks if self.card.cache == "marks" else in_one_text
        arguments: Arguments = {
            "model": self.card.asked_as,
            "messages": [form(message) for message in request.messages],
            "temperature": request.temperature,
            "seed": request.seed,
            "max_tokens": request.max_tokens,
            "timeout": LONG_S if self.throttle.deadlines else self._timeout_s(request) + _LATER_S,
            "response_format": self._response_format(request),
            # num_retries, even 0, would put a second loop of retries around the first.
            "max_retries": 0,
            "drop_params": True,
            **self._access,
        }
        if self.card.provider in OLLAMA:
            arguments["num_ctx"] = self.card.context or OLLAMA_CONTEXT
        sent = {key: value for key, value in arguments.items() if value is not None}
        return without(self._place, sent, self.card.leave_out)

    def _read(self, request: Request, exchange: Exchange, reply: object) -> Completion:
        raw = parsed(exchange.body) if exchange.succeeded else None
        if raw is None:
            raise failure(self.name, exchange, "it has no text", self._secrets)
        text = text_of(raw, _text(reply))
        used = metered(raw, _figures(reply), text=text or "", most=self.most(request), price=self.card.price)
        if text is None or refusal_of(raw) is not None or error_within(raw) is not None:
            # What is not stated is left to whoever set the money aside.
            raise failure(
                self.name, exchange, "it has no text", self._secrets, used=None if used.estimated else used
            )
        said = (remark_on_prompt(used, request.chars), remark_on_bound(text) if self._bounds else None)
        remarks = tuple(remark for remark in said if remark)
        return Completion(text, used, finish_of(raw), server_of(raw, self.card.asked_as), remarks)


@cache
def library() -> ModuleType:
    """Import LiteLLM: offline, silent, and with our transport under all its clients."""
    prepare_litellm_environment()
    import litellm

    # Its OpenAI client would load these hundreds of modules within the time of the first call.
    import openai.resources  # noqa: F401  # pyright: ignore[reportUnusedImport]
    from litellm.llms.custom_httpx.http_handler import AsyncHTTPHandler

    def transport(
        ssl_context: SSLContext | None = None,
        ssl_verify: bool | None = None,
        shared_session: object = None,
    ) -> OneRequest:
        return OneRequest(verify=ssl_context or ssl_verify is not False)

    litellm.suppress_debug_info = True
    logging.getLogger("LiteLLM").setLevel(logging.ERROR)
    # There is no setting for it. Left alone, its clients follow redirects, and repeat a request that was
    # refused or whose reply was cut off.
    clients = cast(Any, AsyncHTTPHandler)
    clients.create_async_transport = staticmethod(transport)
    return litellm


def card_by_litellm(model_id: str) -> ModelCard | None:
    """Describe a model as far as LiteLLM knows it; None when it knows no provider for it."""
    litellm = library()
    try:
        name, provider, _, _ = litellm.get_llm_provider(model_id)
    except litellm.exceptions.BadRequestError:
        return None
    facts: dict[str, Any] = litellm.model_cost.get(model_id) or litellm.model_cost.get(name) or {}
    schema = litellm.supports_response_schema(name, provider)
    keys = key_variables(litellm.validate_environment(model_id)["missing_keys"])
    return card_by_facts(model_id, name, provider, facts, schema=schema, keys=keys)


async def _drained(reply: object) -> object:
    """The reply; None for a stream, which is read to its end: its text is put together from the wire."""
    if not isinstance(reply, AsyncIterator):
        return reply
    async for _chunk in cast("AsyncIterator[object]", reply):
        pass
    return None


def _text(reply: object) -> object:
    choices = getattr(reply, "choices", None)
    return choices[0].message.content if choices else None


def _figures(reply: object) -> Figures | None:
    usage = getattr(reply, "usage", None)
    if usage is None:
        return None
    details = usage.prompt_tokens_details
    return Figures(
        usage.prompt_tokens,
        usage.completion_tokens,
        getattr(details, "cached_tokens", 0),
        getattr(details, "cache_creation_tokens", 0),
    )
