"""A model's card is defined: what is known of it before it is asked."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal
from urllib.parse import urlsplit

from swarm.security.loopback import is_loopback_url

Structured = Literal["schema", "json", "none"]
"""How a model can be made to answer in JSON: by a schema, as any object, or only by asking nicely."""
Cache = Literal["marks", "automatic", "none"]
"""Whether the provider reuses the start of a prompt: where it is marked, by itself, or never."""

Speech = Literal["openai", "anthropic", "gemini"]
"""The format of requests and replies of a server of one's own."""

PER_MILLION = 1_000_000

_OPENCLAW = ("openclaw", "agent:")
"""How the names begin under which OpenClaw serves its agents."""


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars per million tokens."""

    input: float
    cached: float
    """For input read from the provider's cache."""
    output: float
    cache_write: float
    """For input written to the provider's cache."""

    def cost(
        self, input_tokens: int, output_tokens: int, cached_tokens: int = 0, written_tokens: int = 0
    ) -> float:
        """Dollars of one call. `input_tokens` includes the cached and the written ones.

        Examples:
            >>> Price(input=3.0, cached=0.3, output=15.0, cache_write=3.75).cost(3_050, 30, 2_000, 1_000)
            0.00495
        """
        plain = max(0, input_tokens - cached_tokens - written_tokens)
        dollars = (
            plain * self.input
            + cached_tokens * self.cached
            + written_tokens * self.cache_write
            + output_tokens * self.output
        )
        return dollars / PER_MILLION


FREE = Price(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True)
class ModelCard:
    """One model."""

    id: str
    """What it is asked for by: a LiteLLM name such as "openai/gpt-4.1-mini", or "sim/strong"."""
    label: str
    family: str
    """Who made it; a judge of the same family as an agent may favour it."""
    keys: tuple[str, ...] = ()
    """Environment variables of which any one suffices; empty when no key is needed."""
    price: Price | None = None
    """None when it is unknown."""
    priced_on: date | None = None
    """When the price was read."""
    context: int | None = None
    """Tokens of prompt and reply together; None when unknown."""
    max_output: int = 4_000
    """Tokens of a reply to ask for by default, hidden reasoning included."""
    structured: Structured = "none"
    cache: Cache = "none"
    paper: bool = False
    """Whether it is one of the models of the paper."""
    note: str = ""
    traits: Mapping[str, float] = field(default_factory=dict[str, float], hash=False)
    """What drives a simulated mind; empty for the others."""
    api_base: str | None = None
    """Address of the OpenAI-compatible server that is asked for it; None leaves it to the provider."""
    small: bool = False
    """Whether it is too small for six keys, and is asked for a role and a contribution only, with its whole team."""
    leave_out: tuple[str, ...] = ()
    """What it is not sent, because it refuses it, by names of `PARAMETERS` in swarm/models/leaving_out.py."""
    served_as: str = ""
    """Its name on that server; empty: what follows the first slash of the id."""
    speaks: Speech = "openai"
    """The format in which that server is asked."""

    @property
    def asked_as(self) -> str:
        """The name LiteLLM is given: the id, or, for a model with an address, its name there behind what it speaks."""
        return f"{self.speaks}/{self.served_as or self.id.split('/', 1)[-1]}" if self.api_base else self.id

    @property
    def cautions(self) -> tuple[str, ...]:
        """Sentences on what a person should know before this model is asked."""
        return tuple(line for line in (self._leaves(), self._acts()) if line)

    def _leaves(self) -> str:
        if self.api_base is None or is_loopback_url(self.api_base):
            return ""
        address = urlsplit(self.api_base)
        how = ", unencrypted" if address.scheme == "http" else ""
        return f"Prompts for {self.id} leave this machine for {address.hostname}{how}."

    def _acts(self) -> str:
        if self.api_base is None or not self.asked_as.split("/", 1)[1].lower().startswith(_OPENCLAW):
            return ""
        return (
            f"{self.id} is an OpenClaw agent: its tools act on the machine it runs on, no limit of a run counts what "
            "they do, and its token controls the whole gateway."
        )

    @property
    def provider(self) -> str:
        """The part of the id before the first slash."""
        return self.id.split("/", 1)[0]

    @property
    def simulated(self) -> bool:
        """Tell whether it is a simulated mind."""
        return self.provider == "sim"


@dataclass(frozen=True, slots=True)
class ServerCard:
    """A kind of server that people run on their own machine."""

    name: str
    prefix: str
    """What precedes a model's name to make it a LiteLLM name."""
    base_url: str
    """Where it listens unless told otherwise; what LiteLLM calls `api_base`."""
    ids: Mapping[str, str] = field(default_factory=dict[str, str], hash=False)
    """Ids of one's own models on it, by its names for them; empty: the prefix and the name make them."""
    instead: str = ""
    """Where its prefix is asked instead, because a variable says so; empty: at this address."""


# What names and lists of LiteLLM say of a model.

_REASONING_OUTPUT = 8_000
SMALL_BILLIONS = 2.0
"""Models of so many parameters and fewer get the short form."""
OLLAMA_CONTEXT, MAX_OLLAMA_CONTEXT = 8_192, 16_384
"""Tokens that Ollama is told to hold, which cuts longer prompts without a word; the memory they take is the host's."""
OLLAMA = ("ollama", "ollama_chat")
LOCAL = (*OLLAMA, "llamafile", "hosted_vllm", "vllm", "lm_studio")
SCHEMA_AT = (*LOCAL, "groq", "xai", "openrouter")
"""Providers that take a JSON schema though LiteLLM does not say so; who refuses it is asked without."""


def card_by_facts(
    model_id: str, name: str, provider: str, facts: Mapping[str, Any], *, schema: bool, keys: tuple[str, ...]
) -> ModelCard:
    """Make a card of what LiteLLM says of a model.

    Args:
        model_id: the whole name, with its provider.
        name: the model's own.
        provider: as LiteLLM calls it.
        facts: of its price map; empty for models it does not know.
        schema: whether it says that it takes a JSON schema.
        keys: variables of which one has to be set.
    """
    context = facts.get("max_input_tokens")
    return ModelCard(
        id=model_id,
        label=name,
        family=provider,
        keys=keys,
        price=listed_price(facts),
        context=min(context or OLLAMA_CONTEXT, MAX_OLLAMA_CONTEXT) if provider in OLLAMA else context,
        max_output=_REASONING_OUTPUT if facts.get("supports_reasoning") else 4_000,
        structured="schema" if schema or provider in SCHEMA_AT else "none",
        cache="marks"
        if provider == "anthropic"
        else "automatic"
        if facts.get("supports_prompt_caching")
        else "none",
        note="not in the catalogue",
        small=provider in LOCAL and is_small(name),
    )


def is_small(name: str) -> bool:
    """Tell by its name whether a model has so few parameters that six keys are too many for it."""
    sizes = re.findall(
        r"(?<![\w.])(\d+(?:\.\d+)?)(b|m)(?![a-z0-9])", name.lower().replace("-", " ").replace("_", " ")
    )
    return any(unit == "m" or float(size) <= SMALL_BILLIONS for size, unit in sizes)


def key_variables(missing: Sequence[str]) -> tuple[str, ...]:
    """Of the variables LiteLLM misses, those that are no addresses."""
    return tuple(variable for variable in missing if not variable.endswith(("_BASE", "_URL")))


def listed_price(facts: Mapping[str, Any]) -> Price | None:
    """LiteLLM's price; None for 0, which it also says of models it does not know."""
    paid = facts.get("input_cost_per_token") or 0.0
    earned = facts.get("output_cost_per_token") or 0.0
    if paid <= 0 or earned <= 0:
        return None
    read = facts.get("cache_read_input_token_cost") or paid
    write = facts.get("cache_creation_input_token_cost") or paid
    return Price(*(round(dollars * 1_000_000, 6) for dollars in (paid, read, earned, write)))
