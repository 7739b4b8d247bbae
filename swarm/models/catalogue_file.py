"""The tables of a models file are defined: what may be said of a model, and what is refused."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from swarm.errors import BadInput
from swarm.models.allowance import ProviderLimits
from swarm.models.card import FREE, Cache, ModelCard, Price, ServerCard, Speech, Structured
from swarm.security.loopback import address_fault, is_loopback_url
from swarm.text.numbers import MOST
from swarm.text.toml import toml_of

FREE_NOTE = "local server"
MOST_IN_FLIGHT = 1_000
LONGEST_TIMEOUT_S = 86_400.0

Dollars = Annotated[float, Field(ge=0, le=MOST)]
Tokens = Annotated[int, Field(gt=0, le=MOST)]
Variable = Annotated[str, Field(pattern=r"^[A-Za-z_]\w*$")]
"""Only names: who writes a key itself into the file is told, and the key is not repeated."""


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class _PriceTable(_Table):
    input: Dollars
    cached: Dollars
    output: Dollars
    cache_write: Dollars | None = None

    def price(self) -> Price:
        write = self.input if self.cache_write is None else self.cache_write
        return Price(self.input, self.cached, self.output, write)


class _ModelTable(_Table):
    id: Annotated[str, Field(pattern=r"^[\w.-]+/\S+$")]
    label: Annotated[str, Field(min_length=1)]
    family: Annotated[str, Field(min_length=1)]
    keys: list[Variable] = []
    price: _PriceTable | None = None
    priced_on: date | None = None
    context: Tokens | None = None
    max_output: Tokens = 4_000
    structured: Structured
    cache: Cache
    paper: bool = False
    note: str = ""
    traits: dict[str, float] = {}
    api_base: str | None = None
    served_as: Annotated[str, Field(pattern=r"^\S*$")] = ""
    speaks: Speech = "openai"
    remote: bool = False
    small: bool = False
    leave_out: list[Literal["temperature", "seed", "max_tokens", "system", "response_format", "stream"]] = []

    @model_validator(mode="after")
    def _check_address(self) -> Self:
        fault = None
        if self.api_base is not None:
            fault = address_fault(self.api_base, remote=self.remote)
        elif self.served_as or self.remote or self.speaks != "openai":
            fault = "served_as, speaks and remote say how api_base is asked, and there is none"
        if fault:
            # Not ValueError, of which Pydantic says that it is one.
            raise PydanticCustomError("address", "{fault}", {"fault": fault})
        return self

    def card(self) -> ModelCard:
        own = ("keys", "price", "note", "remote", "leave_out")
        rest = {name: getattr(self, name) for name in type(self).model_fields if name not in own}
        price, note = self._price_and_note()
        rest |= {"keys": tuple(self.keys), "leave_out": tuple(self.leave_out)}
        return ModelCard(**rest, price=price, note=self.note or note)

    def _price_and_note(self) -> tuple[Price | None, str]:
        """The price, and what to say of it where the entry says nothing."""
        if self.price:
            return self.price.price(), ""
        if self.api_base is None:
            return None, ""
        # A server that wants a key may well pass the question on to somebody who wants money.
        free = is_loopback_url(self.api_base) and not self.keys
        return (FREE, FREE_NOTE) if free else (None, "Its cost is not known to Roleless.")


class _ServerTable(_Table):
    name: str
    prefix: str
    base_url: Annotated[str, Field(pattern=r"^http://\S+$")]

    def card(self) -> ServerCard:
        return ServerCard(self.name, self.prefix, self.base_url)


class _LimitsTable(_Table):
    requests_per_minute: Annotated[int, Field(gt=0)] | None = None
    tokens_per_minute: Annotated[int, Field(gt=0)] | None = None
    max_in_flight: Annotated[int, Field(gt=0, le=MOST_IN_FLIGHT)] | None = None
    timeout_s: Annotated[float, Field(gt=0, le=LONGEST_TIMEOUT_S)] | None = None


class CatalogueFile(_Table):
    """A models file."""

    models: list[_ModelTable] = []
    servers: list[_ServerTable] = []
    limits: dict[str, _LimitsTable] = {}
    """By what precedes the slash in a model's id, or by the address of a server of one's own."""

    def limits_by_provider(self) -> dict[str, ProviderLimits]:
        """The limits of providers, addresses without a slash at the end."""
        return {name.rstrip("/"): ProviderLimits(**table.model_dump()) for name, table in self.limits.items()}


def with_limits(text: str, provider: str, limits: ProviderLimits) -> str:
    r"""The text of a models file in which a provider has these limits; all else stays as it was written.

    Examples:
        >>> with_limits("[limits.openai]\nmax_in_flight = 1\n", "openai", ProviderLimits(requests_per_minute=60))
        '[limits."openai"]\nrequests_per_minute = 60\n'
    """
    named = re.escape(provider.rstrip("/"))
    old = re.compile(rf"""^\[limits\.["']?{named}/?["']?\][^\n]*\n(?:(?!\[)[^\n]*\n?)*""", re.MULTILINE)
    said = [f"{name} = {value}" for name, value in asdict(limits).items() if value is not None]
    rest = old.sub("", text).rstrip()
    table = [f"[limits.{json.dumps(provider)}]", *said] if said else []
    return "\n\n".join(filter(None, (rest, "\n".join(table)))) + "\n"


def read_catalogue(path: Path) -> CatalogueFile:
    """Read a models file.

    Raises:
        BadInput: names the file and the key at fault.
    """
    try:
        return parse_catalogue(path, path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path}: {error}") from error


def parse_catalogue(path: Path, text: str) -> CatalogueFile:
    """Read the text of a models file.

    Raises:
        BadInput: names the file and the key at fault.
    """
    try:
        content: dict[str, Any] = toml_of(text)
    except ValueError as error:
        raise BadInput(f"{path}: {error}") from error
    try:
        return CatalogueFile.model_validate(content)
    except ValidationError as error:
        faults = (f"{_place(content, fault['loc'])}: {fault['msg']}" for fault in error.errors())
        raise BadInput(f"{path}: {'; '.join(faults)}") from error


def _place(content: Mapping[str, Any], where: tuple[int | str, ...]) -> str:
    """Say "models.3.family of 'openai/gpt-4o'", because nobody counts tables."""
    key = ".".join(str(step) for step in where)
    try:
        return f"{key} of {content[str(where[0])][where[1]]['id']!r}"
    except (LookupError, TypeError):
        return key
