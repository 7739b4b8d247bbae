"""Models are asked over the network, through LiteLLM: the only door.

LiteLLM takes seconds to import, so that happens when a model is first asked.
"""

import asyncio
import logging
from contextlib import AbstractContextManager, nullcontext
from functools import cache
from ssl import SSLContext
from types import ModuleType
from typing import Any, cast
from weakref import WeakKeyDictionary

from swarm.config import prepare_litellm_environment
from swarm.errors import ModelUnavailable
from swarm.models.allowance import ProviderLimits, stated_limits
from swarm.models.card import ModelCard, Price
from swarm.models.failures import advice_on, failure
from swarm.models.form import in_marked_blocks, in_one_text, response_format, schema_bytes
from swarm.models.local import names_at
from swarm.models.model import Completion, Request, most_tokens
from swarm.models.reading import Figures, finish_of, metered, parsed, server_of, text_of
from swarm.models.throttle import Throttle
from swarm.models.transport import EXCHANGE, Exchange, OneRequest
from swarm.security.loopback import is_loopback_url
from swarm.turn import Usage

MAX_IN_FLIGHT = 48
"""Calls to one provider at a time; above about 64 LiteLLM's own work shows in the models' times."""
LONG_S = 86_400.0
"""LiteLLM's own deadline where ours begins anew."""

NOTHING_SAID = ProviderLimits()

_LATER_S = 5.0
"""How much later than ours LiteLLM's own deadline is, which every byte that arrives extends."""
_REASONING_OUTPUT = 8_000

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
        tokens = most_tokens(size + (schema_bytes(request.answer) if request.answer else 0))
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
            return self._read(request, exchange, await self._ask(request, exchange))
        except ModelUnavailable as error:
            advice = await self._advice(exchange, error)
            if not advice:
                raise
            raise failure(self.name, exchange, str(error), self._secrets, advice) from None
        finally:
            self.throttle.heed(stated_limits(exchange.headers), sent_at)

    async def _ask(self, request: Request, exchange: Exchange) -> object:
        """LiteLLM's reading of the reply; None when it cannot read it but we may."""
        from openai import OpenAIError

        token, timeout_s = EXCHANGE.set(exchange), self._timeout_s(request)
        # Loading it takes seconds, which are not the provider's.
        ask = library().acompletion
        try:
            async with asyncio.timeout(timeout_s) as deadline:
                with self._renewing(deadline, timeout_s):
                    return await ask(**self._arguments(request))
        except TimeoutError:
            text = f"{self.name}: no complete reply within {timeout_s:g} s"
            raise ModelUnavailable("timeout", text, billed="unknown") from None
        except (OpenAIError, ImportError, RecursionError) as error:
            if exchange.succeeded:
                # It fails over its own bookkeeping at times; the reply was paid for.
                return None
            # Not "from error": its text may repeat the key, and tracebacks print causes.
            raise failure(self.name, exchange, str(error), self._secrets) from None
        finally:
            EXCHANGE.reset(token)

    async def _advice(self, exchange: Exchange, error: ModelUnavailable) -> str:
        """What would work, where the question itself was wrong, or was put to somebody who is no model server."""
        if error.kind == "auth":
            wrong = " or ".join(self.card.keys)
            return (
                f"check the key in {wrong}"
                if wrong
                else "name the variable of its key as `keys` in models.toml"
            )
        here = self._address if self._address and is_loopback_url(self._address) else None
        odd = error.kind == "bad_request" or (
            error.kind in ("bad_reply", "network") and error.billed == "unknown"
        )
        if here is None or not odd:
            return ""
        name = self.card.asked_as.split("/", 1)[-1]
        return advice_on(exchange, here, name, await names_at(here))

    def _timeout_s(self, request: Request) -> float:
        return self._limits.timeout_s or request.timeout_s

    def _renewing(self, deadline: asyncio.Timeout, seconds: float) -> AbstractContextManager[None]:
        here = self.throttle.deadlines
        return here.renewing(deadline, seconds) if here else nullcontext()

    def _arguments(self, request: Request) -> dict[str, Any]:
        form = in_marked_blocks if self.card.cache == "marks" else in_one_text
        arguments: dict[str, Any] = {
            "model": self.card.asked_as,
            "messages": [form(message) for message in request.messages],
            "temperature": request.temperature,
            "seed": request.seed,
            "max_tokens": request.max_tokens,
            "timeout": LONG_S if self.throttle.deadlines else self._timeout_s(request) + _LATER_S,
            "response_format": response_format(self.card.structured, request.answer),
            # num_retries, even 0, would put a second loop of retries around the first.
            "max_retries": 0,
            "drop_params": True,
            **self._access,
        }
        return {key: value for key, value in arguments.items() if value is not None}

    def _read(self, request: Request, exchange: Exchange, reply: object) -> Completion:
        raw = parsed(exchange.body) if exchange.succeeded else None
        text = None if raw is None else text_of(raw, _text(reply))
        if raw is None or text is None:
            raise failure(self.name, exchange, "it has no text", self._secrets)
        most = self.most(request)
        usage = metered(raw, _figures(reply), text=text, most=most, price=self.card.price)
        return Completion(text, usage, finish_of(raw), server_of(raw, self.card.asked_as))


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
    return ModelCard(
        id=model_id,
        label=name,
        family=provider,
        keys=_key_variables(litellm.validate_environment(model_id)["missing_keys"]),
        price=_listed_price(facts),
        context=facts.get("max_input_tokens"),
        max_output=_REASONING_OUTPUT if facts.get("supports_reasoning") else 4_000,
        structured="schema" if schema else "none",
        cache="marks"
        if provider == "anthropic"
        else "automatic"
        if facts.get("supports_prompt_caching")
        else "none",
        note="not in the catalogue",
    )


def _key_variables(missing: list[str]) -> tuple[str, ...]:
    """Of the variables LiteLLM misses, those that are no addresses."""
    return tuple(variable for variable in missing if not variable.endswith(("_BASE", "_URL")))


def _listed_price(facts: dict[str, Any]) -> Price | None:
    """LiteLLM's price; None for 0, which it also says of models it does not know."""
    paid = facts.get("input_cost_per_token") or 0.0
    earned = facts.get("output_cost_per_token") or 0.0
    if paid <= 0 or earned <= 0:
        return None
    read = facts.get("cache_read_input_token_cost") or paid
    write = facts.get("cache_creation_input_token_cost") or paid
    return Price(*(round(dollars * 1_000_000, 6) for dollars in (paid, read, earned, write)))


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
