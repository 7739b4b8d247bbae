"""This file is where a model's id becomes a card, and a card a model that can be asked.

LiteLLM takes seconds to import, so it is consulted only about models the catalogue does not list.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic_core import PydanticCustomError

from swarm.config import LIBRARY, Settings
from swarm.errors import BadInput, MissingKey, UnknownName
from swarm.models.card import FREE, Cache, ModelCard, Price, ServerCard, Structured
from swarm.models.loopback import address_fault, is_loopback_url
from swarm.models.model import Model
from swarm.spec import Pace

CATALOGUE = LIBRARY / "models.toml"
_SIMULATED = Path(__file__).parent / "simulated"

_HINT = " Or give any LiteLLM name, such as openai/gpt-4.1-mini or ollama_chat/llama3.2."
_PLACEHOLDER_KEY = "not-needed"
"""What is sent to a server on this machine when no key is set; clients refuse to send none."""
_FREE_NOTE = "local server"

Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Tokens = Annotated[int, Field(gt=0)]
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
    remote: bool = False

    @model_validator(mode="after")
    def _check_address(self) -> Self:
        fault = None
        if self.api_base is not None:
            fault = address_fault(self.api_base, remote=self.remote)
        elif self.served_as or self.remote:
            fault = "served_as and remote say how api_base is asked, and there is none"
        if fault:
            # Not ValueError, of which Pydantic says that it is one.
            raise PydanticCustomError("address", "{fault}", {"fault": fault})
        return self

    def card(self) -> ModelCard:
        own = ("keys", "price", "note", "remote")
        rest = {name: getattr(self, name) for name in type(self).model_fields if name not in own}
        price, note = self._price_and_note()
        return ModelCard(**rest, keys=tuple(self.keys), price=price, note=self.note or note)

    def _price_and_note(self) -> tuple[Price | None, str]:
        """The price, and what to say of it where the entry says nothing."""
        if self.price:
            return self.price.price(), ""
        if self.api_base is None:
            return None, ""
        # A server that wants a key may well pass the question on to somebody who wants money.
        free = is_loopback_url(self.api_base) and not self.keys
        return (FREE, _FREE_NOTE) if free else (None, "Its cost is not known to Roleless.")


class _ServerTable(_Table):
    name: str
    prefix: str
    base_url: Annotated[str, Field(pattern=r"^http://\S+$")]


class _CatalogueFile(_Table):
    models: list[_ModelTable]
    servers: list[_ServerTable] = []


@cache
def load_catalogue(path: Path = CATALOGUE) -> dict[str, ModelCard]:
    """Read the models of a catalogue file, by id, in the file's order.

    Raises:
        BadInput: names the file and the key at fault.
    """
    cards = [table.card() for table in _read(path).models]
    for index, card in enumerate(cards):
        if card.id in (other.id for other in cards[:index]):
            raise BadInput(f"{path}: models.{index}.id: {card.id!r} is listed twice")
    return {card.id: card for card in cards}


def known_models(settings: Settings) -> dict[str, ModelCard]:
    """The models of the library and one's own, by id; one's own, in `models.toml` of the data folder, win.

    Raises:
        BadInput: names the file and the key at fault.
    """
    path = settings.data / CATALOGUE.name
    try:
        status = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return load_catalogue()
    if path.samefile(CATALOGUE):
        return load_catalogue()
    return load_catalogue() | _own_models(path, status.st_mtime_ns, status.st_size)


@cache
def _own_models(path: Path, changed_ns: int, size: int) -> dict[str, ModelCard]:
    """Read one's own models, anew whenever the file has changed."""
    cards = load_catalogue.__wrapped__(path)
    simulated = next((card.id for card in cards.values() if card.simulated), None)
    if simulated:
        raise BadInput(
            f"{path}: {simulated!r}: simulated models are the same everywhere and cannot be changed here; "
            "give yours another prefix than sim/"
        )
    if _read(path).servers:
        raise BadInput(f"{path}: servers: give your models their api_base instead")
    return cards


@cache
def load_servers(path: Path = CATALOGUE) -> tuple[ServerCard, ...]:
    """Read which servers on one's own machine are known.

    Raises:
        BadInput: names the file and the key at fault.
    """
    return tuple(ServerCard(table.name, table.prefix, table.base_url) for table in _read(path).servers)


@cache
def simulated_version() -> str:
    """A short hash of the simulated models, of their sources and traits: equal ones answer the same."""
    sources = b"".join(path.read_bytes() for path in sorted(_SIMULATED.glob("*.py")))
    traits = repr([(card.id, dict(card.traits)) for card in load_catalogue().values() if card.simulated])
    return hashlib.sha256(sources + traits.encode()).hexdigest()[:12]


def card_of(model_id: str, settings: Settings) -> ModelCard:
    """Describe a model: from the catalogue or one's own models, or as far as LiteLLM knows it.

    A model on a server of one's own whose price nobody knows is free; any other has no price.

    Raises:
        UnknownName: neither the catalogue nor LiteLLM knows it.
    """
    catalogue = known_models(settings)
    if model_id in catalogue:
        return catalogue[model_id]
    if model_id.startswith("sim/"):
        raise UnknownName(
            "simulated model", model_id, (name for name in catalogue if name.startswith("sim/"))
        )
    from swarm.models.litellm import card_by_litellm  # costs seconds

    card = card_by_litellm(model_id)
    if card is None:
        raise UnknownName("model", model_id, catalogue, _HINT)
    unpriced = card.price is None and _runs_here(card, settings)
    return replace(card, price=FREE, note=_FREE_NOTE) if unpriced else card


def present_keys(card: ModelCard, settings: Settings) -> list[str]:
    """Name the variables of the card that are set. Never their values."""
    return [variable for variable in card.keys if settings.has_key(variable)]


def check_key(card: ModelCard, settings: Settings) -> None:
    """Make sure that the model can be asked.

    Raises:
        MissingKey: none of the variables is set, and the model is not on a server that asks for none.
    """
    keyless = card.api_base is None and _runs_here(card, settings)
    if not card.keys or present_keys(card, settings) or keyless:
        return
    raise MissingKey(
        f"{card.id} needs a key, and {' or '.join(card.keys)} is not set. Set it in the environment "
        "Roleless starts in, or take a simulated model such as sim/strong, which needs none."
    )


def open_model(model_id: str, settings: Settings, *, pace: Pace) -> Model:
    """Make a model that can be asked.

    Args:
        model_id: any id `card_of` knows.
        settings: where keys and addresses are looked up.
        pace: how fast a simulated mind answers; others answer as fast as they can.

    Raises:
        UnknownName: nobody knows the model.
        MissingKey: its key is not set.
    """
    card = card_of(model_id, settings)
    check_key(card, settings)
    if card.simulated:
        from swarm.models.simulated import open_simulated  # needless for the others

        return open_simulated(card, pace)
    from swarm.models.litellm import LiteLlmModel  # needless for simulated ones

    return LiteLlmModel(card, **_access(card, settings), secrets=_secrets(settings))


def _access(card: ModelCard, settings: Settings) -> Mapping[str, str | None]:
    """Address and key to be given to LiteLLM; None leaves it to LiteLLM's own variables."""
    if card.api_base:
        # Never left to LiteLLM, which would send the key of OpenAI there.
        names = present_keys(card, settings)
        key = settings.environment[names[0]].strip() if names else _PLACEHOLDER_KEY
        return {"api_base": card.api_base, "api_key": key}
    if not _runs_here(card, settings):
        return {"api_base": None, "api_key": None}
    # Said aloud, because what we hold to be here, and so free, must not be asked elsewhere.
    key = None if present_keys(card, settings) else _PLACEHOLDER_KEY
    return {"api_base": _base(card, settings), "api_key": key}


def _runs_here(card: ModelCard, settings: Settings) -> bool:
    base = _base(card, settings)
    return base is not None and is_loopback_url(base)


def _base(card: ModelCard, settings: Settings) -> str | None:
    """The model's own address, else that of the environment, else the usual one of a local server, else None."""
    if card.api_base:
        return card.api_base
    name = card.provider.removesuffix("_chat").upper()
    for variable in (f"{name}_BASE_URL", f"{name}_API_BASE"):
        if settings.has_key(variable):
            return settings.environment[variable].strip()
    return next((server.base_url for server in load_servers() if server.prefix == card.provider), None)


def _secrets(settings: Settings) -> tuple[str, ...]:
    """Values that must never show up in a message, whoever repeats them."""
    listed = {variable for card in known_models(settings).values() for variable in card.keys}
    endings = ("_KEY", "_TOKEN", "_SECRET", "_CREDENTIALS", "_PASSWORD")
    return tuple(
        value.strip()
        for variable, value in settings.environment.items()
        if variable in listed or variable.upper().endswith(endings)
    )


def _read(path: Path) -> _CatalogueFile:
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise BadInput(f"{path}: {error}") from error
    try:
        return _CatalogueFile.model_validate(content)
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
