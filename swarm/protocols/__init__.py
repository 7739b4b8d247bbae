"""Coordination protocols: who speaks, in what order, and what each speaker hears. Nothing else.

A protocol is an async generator over turns. It is handed `speak` and cannot reach a model, a prompt, a limit, a
file or the clock, so all of these hold for every protocol, yours included:

    PROTOCOLS["mine"] = my_protocol

Its first docstring line is shown to people; keyword-only parameters with defaults are its options.
"""

import inspect
from collections.abc import AsyncIterator, Callable, Mapping
from functools import partial
from typing import Any, TypeAlias, get_type_hints

from pydantic import TypeAdapter, ValidationError

from swarm.errors import BadInput, UnknownName
from swarm.protocols.batched import batched
from swarm.protocols.broadcast import broadcast
from swarm.protocols.coordinator import coordinator
from swarm.protocols.fixed_roles import fixed_roles
from swarm.protocols.given_team import given_team
from swarm.protocols.sequential import sequential
from swarm.protocols.shared import shared
from swarm.protocols.solo import solo
from swarm.text.numbers import is_whole
from swarm.turn import Turn

CoordinationProtocol: TypeAlias = Callable[..., AsyncIterator[Turn]]

PROTOCOLS: dict[str, CoordinationProtocol] = {
    "sequential": sequential,
    "coordinator": coordinator,
    "broadcast": broadcast,
    "shared": shared,
    "fixed_roles": fixed_roles,
    "given_team": given_team,
    "solo": solo,
    "batched": batched,
}

MAX_OPTION = 1_000_000
"""Largest number an option may have."""

REMEMBERING = {"shared"}
"""Protocols whose agents are told who had which role in earlier missions of their organization."""


def find_protocol(name: str, options: Mapping[str, Any] | None = None) -> CoordinationProtocol:
    """Look a protocol up and set its options.

    Raises:
        UnknownName: when there is no such protocol.
        BadInput: when an option is unknown or has a value of the wrong type or below 0.
    """
    checked = check_options(name, options or {})
    return partial(PROTOCOLS[name], **checked)


def check_options(name: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """Return options in the types that the protocol declares, such as a tuple for a list.

    Raises:
        UnknownName: when there is no such protocol.
        BadInput: when an option is unknown or has a value of the wrong type or below 0.
    """
    if name not in PROTOCOLS:
        raise UnknownName("protocol", name, PROTOCOLS)
    return {key: _check_option(name, key, value) for key, value in options.items()}


def options_of(name: str) -> dict[str, Any]:
    """The options of a protocol with their defaults; empty when it has none."""
    return {
        parameter.name: parameter.default
        for parameter in inspect.signature(PROTOCOLS[name]).parameters.values()
        if parameter.kind is parameter.KEYWORD_ONLY
    }


def in_a_sentence(name: str) -> str:
    """Describe a protocol: the first line of its docstring; empty when it has none."""
    return (inspect.getdoc(PROTOCOLS[name]) or "").partition("\n")[0]


def _check_option(protocol: str, key: str, value: Any) -> Any:
    known = options_of(protocol)
    if key not in known:
        raise UnknownName(f"option of {protocol}", key, known)
    wanted = get_type_hints(PROTOCOLS[protocol])[key]
    if wanted is int and isinstance(value, str) and not is_whole(value):
        raise BadInput(
            f"option {key} of {protocol}: {value[:40]!r}: give a whole number in the digits 0 to 9"
        )
    try:
        checked = TypeAdapter(wanted).validate_python(value)
    except ValidationError as error:
        raise BadInput(
            f"option {key} of {protocol}: {value!r}: {error.errors()[0]['msg'].lower()}"
        ) from error
    default = known[key]
    # A switch is an int to Python, and an option of one's own may have no default to go by.
    if type(default) is int and not min(1, default) <= checked <= MAX_OPTION:
        raise BadInput(
            f"option {key} of {protocol}: {value!r}: must be at least {min(1, default)}, at most {MAX_OPTION:,}"
        )
    return checked
