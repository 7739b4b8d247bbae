"""A model's id becomes a card, and a card a model that can be asked.

LiteLLM takes seconds to import, so it is consulted only about models the catalogue does not list.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import NamedTuple

from swarm.config import LIBRARY, Settings, private
from swarm.errors import REMARKS, BadInput, DataFolderUnusable, MissingKey, UnknownName
from swarm.models.allowance import ProviderLimits
from swarm.models.card import FREE, ModelCard, ServerCard
from swarm.models.catalogue_file import FREE_NOTE, parse_catalogue, read_catalogue, with_limits
from swarm.models.model import Model
from swarm.models.own_file import Slip, read_own_file
from swarm.security.loopback import is_loopback_url
from swarm.security.whole import write_whole
from swarm.spec import Pace
from swarm.text.decode import NotText, decoded

CATALOGUE = LIBRARY / "models.toml"
_SIMULATED = Path(__file__).parent / "simulated"

_SAME_EVERYWHERE = (
    "simulated models are the same everywhere and cannot be changed here; give yours another prefix than sim/"
)
_HINT = " Or give any LiteLLM name, such as openai/gpt-4.1-mini or ollama_chat/llama3.2."
_PLACEHOLDER_KEY = "not-needed"
"""What is sent to a server on this machine when no key is set; clients refuse to send none."""


@cache
def load_catalogue(path: Path = CATALOGUE) -> dict[str, ModelCard]:
    """Read the models of a catalogue file, by id, in the file's order.

    Raises:
        BadInput: names the file and the key at fault.
    """
    return _read_models(path)


def _read_models(path: Path) -> dict[str, ModelCard]:
    cards = [table.card() for table in read_catalogue(path).models]
    for index, card in enumerate(cards):
        if card.id in (other.id for other in cards[:index]):
            raise BadInput(f"{path}: models.{index}.id: {card.id!r} is listed twice")
    return {card.id: card for card in cards}


def known_models(settings: Settings) -> dict[str, ModelCard]:
    """The models of the library and one's own, by id; one's own, in `models.toml` of the data folder, win.

    An entry with a slip is left out, and remarked; the library's model of that id is not put in its place.
    """
    own = _own(settings)
    missed = {slip.id for slip in own.slips}
    library = {name: card for name, card in load_catalogue().items() if name not in missed}
    return {**library, **own.cards}


def slips_in_own_models(settings: Settings) -> tuple[str, ...]:
    """Say, in a sentence each, which entries of one's own models file are left out, and why."""
    return tuple(slip.said for slip in _own(settings).slips)


class _Own(NamedTuple):
    """One's own models, and what was left out."""

    cards: Mapping[str, ModelCard]
    slips: tuple[Slip, ...] = ()


def _own(settings: Settings) -> _Own:
    path = settings.data / CATALOGUE.name
    try:
        status = path.stat()
        if path.samefile(CATALOGUE):
            return _Own({})
    except (FileNotFoundError, NotADirectoryError):
        return _Own({})
    except OSError as error:
        return _Own({}, (Slip(f"cannot read {str(path)!r}: {error.strerror}", None),))
    return _own_models(path, status.st_mtime_ns, status.st_size)


@cache
def _own_models(path: Path, changed_ns: int, size: int) -> _Own:
    """Read one's own models, anew whenever the file has changed."""
    tables, slips = read_own_file(path)
    cards: dict[str, ModelCard] = {}
    told = [*slips]
    for card in (table.card() for table in tables.models):
        if card.simulated:
            told.append(Slip(f"{path}: {card.id!r}: {_SAME_EVERYWHERE}", None))
        elif card.id in cards:
            told.append(Slip(f"{path}: {card.id!r} is listed twice; the first one counts", None))
        else:
            cards[card.id] = card
    if tables.servers:
        told.append(Slip(f"{path}: servers: give your models their api_base instead", None))
    for slip in told:
        REMARKS.warning("%s", slip.said)
    return _Own(cards, tuple(told))


@cache
def load_servers(path: Path = CATALOGUE) -> tuple[ServerCard, ...]:
    """Read which servers on one's own machine are known.

    Raises:
        BadInput: names the file and the key at fault.
    """
    return tuple(table.card() for table in read_catalogue(path).servers)


@cache
def price_table_version() -> str:
    """A short hash of all prices of the catalogue and the days on which they were read."""
    prices = repr([(card.id, card.price, card.priced_on) for card in load_catalogue().values()])
    return hashlib.sha256(prices.encode()).hexdigest()[:12]


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
        BadInput: its entry in one's own models file has a slip.
    """
    catalogue = known_models(settings)
    if model_id in catalogue:
        return catalogue[model_id]
    slip = next((slip for slip in _own(settings).slips if slip.id == model_id), None)
    if slip:
        raise BadInput(slip.said)
    if model_id.startswith("sim/"):
        raise UnknownName(
            "simulated model", model_id, (name for name in catalogue if name.startswith("sim/"))
        )
    from swarm.models.litellm import card_by_litellm  # costs seconds

    card = card_by_litellm(model_id)
    if card is None:
        raise UnknownName("model", model_id, catalogue, _HINT)
    unpriced = card.price is None and _runs_here(card, settings)
    return replace(card, price=FREE, note=FREE_NOTE) if unpriced else card


def cost_nothing(names: Iterable[str], settings: Settings) -> bool:
    """Tell whether asking these models costs nothing: they are simulated, or their price is 0."""
    cards = [card_of(name, settings) for name in names]
    return all(card.simulated or card.price == FREE for card in cards)


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

    address, key = _access(card, settings)
    return LiteLlmModel(
        card,
        api_base=address,
        api_key=key,
        secrets=_secrets(settings),
        limits=limits_of(card, settings),
    )


def known_limits(settings: Settings) -> dict[str, ProviderLimits]:
    """What `models.toml` of the data folder says of providers, by their names or addresses; slips are left out."""
    path = settings.data / CATALOGUE.name
    return read_own_file(path).tables.limits_by_provider() if path.is_file() else {}


def keep_limits(provider: str, limits: ProviderLimits, settings: Settings) -> None:
    """Write into `models.toml` of the data folder what a provider, or the server at an address, allows.

    Raises:
        BadInput: when it allows what cannot be, or the file is no text; it stays as it was then.
        DataFolderUnusable: when it cannot be written.
    """
    path = settings.data / CATALOGUE.name
    try:
        parse_catalogue(path, with_limits("", provider, limits))
        text = with_limits(decoded(path.read_bytes()) if path.exists() else "", provider, limits)
        with private():
            write_whole(path, text.encode())
    except NotText as error:
        raise BadInput(f"{path}: {error}") from error
    except OSError as error:
        raise DataFolderUnusable(f"cannot write {str(path)!r}: {error.strerror}") from error


def limits_of(card: ModelCard, settings: Settings) -> ProviderLimits:
    """What is said of the address that a model is asked at, or else of its provider."""
    known, address = known_limits(settings), address_of(card, settings) or ""
    return known.get(address.rstrip("/")) or known.get(card.provider) or ProviderLimits()


def _access(card: ModelCard, settings: Settings) -> tuple[str | None, str | None]:
    """Address and key to be given to LiteLLM; None leaves it to LiteLLM's own variables."""
    if card.api_base:
        # Never left to LiteLLM, which would send the key of OpenAI there.
        names = present_keys(card, settings)
        key = settings.environment[names[0]].strip() if names else _PLACEHOLDER_KEY
        # Anthropic's clients add the version themselves.
        base = card.api_base.rstrip("/")
        return base.removesuffix("/v1") if card.speaks == "anthropic" else card.api_base, key
    if not _runs_here(card, settings):
        return None, None
    # Said aloud, because what we hold to be here, and so free, must not be asked elsewhere.
    key = None if present_keys(card, settings) or settings.has_key(_key_by_name(card)) else _PLACEHOLDER_KEY
    return address_of(card, settings), key


def _key_by_name(card: ModelCard) -> str:
    """The variable in which LiteLLM looks for the key of servers that may do without one."""
    return f"{card.provider.removesuffix('_chat').upper()}_API_KEY"


def _runs_here(card: ModelCard, settings: Settings) -> bool:
    base = address_of(card, settings)
    return base is not None and is_loopback_url(base)


def address_of(card: ModelCard, settings: Settings) -> str | None:
    """The model's own address, else that of the environment, else the usual one of a local server, else None."""
    if card.api_base:
        return card.api_base
    told = address_told(card.provider, settings)
    return (
        told[1]
        if told
        else next((server.base_url for server in load_servers() if server.prefix == card.provider), None)
    )


def address_told(provider: str, settings: Settings) -> tuple[str, str] | None:
    """The variable that says where a provider is asked, and the address; None when none is set."""
    name = provider.removesuffix("_chat").upper()
    variables = (f"{name}_BASE_URL", f"{name}_API_BASE")
    found = next((variable for variable in variables if settings.has_key(variable)), None)
    return (found, settings.environment[found].strip()) if found else None


def _secrets(settings: Settings) -> tuple[str, ...]:
    """Values that must never show up in a message, whoever repeats them."""
    listed = {variable for card in known_models(settings).values() for variable in card.keys}
    return settings.secret_values(listed)
