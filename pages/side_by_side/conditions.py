"""The address says under which conditions runs took place, for whatever page lists or compares them.

Widgets exist for the filters that are chosen most; these are led to by links, such as those of the paper's claims.
"""

from typing import Any, cast, get_args

import streamlit as st

from swarm.errors import BadInput, UnknownName
from swarm.grid import NO_SHOCK
from swarm.history.rows import RunFilter
from swarm.mission import Level
from swarm.shock import SHOCKS

NAMES = ("agents", "level", "shock", "usual", "judge", "prompts")
"""Of the parameters."""
YES = "yes"


def conditions_of_address() -> RunFilter:
    """The conditions that the address names; all other runs are kept out.

    Raises:
        BadInput: when it names something that is not.
    """
    query = st.query_params
    return RunFilter(
        agents=tuple(_number(each) for each in query.get_all("agents")),
        levels=cast("tuple[Level, ...]", _known("level", get_args(Level))),
        shocks=_known("shock", (NO_SHOCK, *SHOCKS)),
        usual=query.get("usual") == YES,
        judge=query.get("judge") or None,
        prompts=query.get("prompts") or None,
    )


def link_to_conditions(where: RunFilter) -> dict[str, Any]:
    """The parameters of an address that names the conditions of a filter."""
    named = {
        "agents": [str(number) for number in where.agents],
        "level": [*where.levels],
        "shock": [*where.shocks],
        "usual": YES if where.usual else None,
        "judge": where.judge,
        "prompts": where.prompts,
    }
    return {name: value for name, value in named.items() if value}


def conditions_in_words(where: RunFilter) -> list[str]:
    """What the conditions of a filter ask of runs, a few words each; empty when they ask nothing."""
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


def _known(name: str, known: tuple[str, ...]) -> tuple[str, ...]:
    said = tuple(st.query_params.get_all(name))
    for each in said:
        if each not in known:
            raise UnknownName(name, each, known)
    return said


def _number(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) < 6):
        raise BadInput(f"{said!r} is no number of agents")
    return int(said)


def _shocks(shocks: tuple[str, ...]) -> str:
    struck = [shock for shock in shocks if shock != NO_SHOCK]
    none = ["no shock"] if NO_SHOCK in shocks else []
    return _either([*none, *([f"the shock {_either(struck)}"] if struck else [])])


def _either(words: list[str]) -> str:
    return " or ".join(filter(None, [", ".join(words[:-1]), words[-1]]))
