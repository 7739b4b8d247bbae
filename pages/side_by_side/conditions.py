"""The address says which runs are meant, for whatever page lists or compares them.

Widgets exist for the filters that are chosen most; to the others, which are the conditions under which runs took
place, one is led by links, such as those of the paper's claims.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import streamlit as st

from swarm.errors import BadInput, UnknownName
from swarm.grid import NO_SHOCK
from swarm.history.rows import RunFilter
from swarm.history.store import EVERY_RUN
from swarm.mission import LEVELS
from swarm.shock import SHOCKS
from swarm.text.numbers import is_whole

KINDS = {"Simulated": True, "Real": False}


def _number(said: str) -> int:
    if not (is_whole(said) and len(said) < 6):
        raise BadInput(f"{said!r} is no number of agents")
    return int(said)


def _one_of(name: str, known: Iterable[str]) -> Callable[[str], str]:
    def read(said: str) -> str:
        if said not in known:
            raise UnknownName(name, said, known)
        return said

    return read


def _some(said: str) -> str | None:
    return said or None


class Part(NamedTuple):
    """A part of a filter that an address can name: several times where `RunFilter` has a tuple."""

    name: str
    read: Callable[[str], Any] = str
    """Raises BadInput for what is not known."""
    words: Mapping[object, str] = {}
    """The words for a switch."""


PARTS = {
    "kind": Part("simulated", KINDS.get, {meant: word for word, meant in KINDS.items()}),
    "find": Part("text", _some),
    "experiment": Part("experiment"),
    "of_protocol": Part("protocols"),
    "of_model": Part("models"),
    "run": Part("run_ids"),
    "agents": Part("agents", _number),
    "level": Part("levels", _one_of("level", LEVELS)),
    "shock": Part("shocks", _one_of("shock", (NO_SHOCK, *SHOCKS))),
    "usual": Part("usual", "yes".__eq__, {True: "yes"}),
    "judge": Part("judge", _some),
    "prompts": Part("prompts", _some),
}
"""By their names in an address."""
NAMES = ("agents", "level", "shock", "usual", "judge", "prompts")
"""Of the conditions, for which there is no widget."""


def conditions_of_address(names: Iterable[str] = NAMES) -> RunFilter:
    """Read the parts of a filter that the address names; of the others, every run is meant.

    Raises:
        BadInput: when it names something that is not.
    """
    return RunFilter(**{PARTS[name].name: _said(name) for name in names})


def link_to_conditions(where: RunFilter, names: Iterable[str] = NAMES) -> dict[str, Any]:
    """Return the parameters of an address that names these parts of a filter; what means every run is left out."""
    return {name: said for name in names if (said := _written(PARTS[name], where))}


def conditions_in_words(where: RunFilter) -> list[str]:
    """Tell the conditions of a filter, a few words each; empty when they ask nothing."""
    levels = [level.removeprefix("L") for level in where.levels]
    return [
        *([f"level {_either(levels)}"] if levels else []),
        *([f"{_either([str(number) for number in where.agents])} agents"] if where.agents else []),
        *([_shocks(where.shocks)] if where.shocks else []),
        *(["one model on all seats and a protocol's usual settings, made here"] if where.usual else []),
        *([f"judge {where.judge}"] if where.judge else []),
        *([f"version {where.prompts} of the prompts"] if where.prompts else []),
    ]


def forget_conditions() -> None:
    """Take them out of the address."""
    for name in NAMES:
        st.query_params.pop(name, None)


def _said(name: str) -> Any:
    said = [PARTS[name].read(text) for text in st.query_params.get_all(name)]
    usual = getattr(EVERY_RUN, PARTS[name].name)
    return tuple(said) if isinstance(usual, tuple) else [usual, *said][-1]


def _written(part: Part, where: RunFilter) -> str | list[str] | None:
    value: str | tuple[object, ...] | bool | None = getattr(where, part.name)
    if isinstance(value, tuple):
        return [str(each) for each in value]
    return value if isinstance(value, str) else part.words.get(value)


def _shocks(shocks: tuple[str, ...]) -> str:
    struck = [shock for shock in shocks if shock != NO_SHOCK]
    none = ["no shock"] if NO_SHOCK in shocks else []
    return _either([*none, *([f"the shock {_either(struck)}"] if struck else [])])


def _either(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
