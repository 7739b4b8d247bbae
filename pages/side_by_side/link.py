"""The address of Side by side is read: which runs, or which groups of runs, it is about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import streamlit as st

from pages.side_by_side.conditions import (
    PARTS,
    conditions_in_words,
    conditions_of_address,
    link_to_conditions,
)
from swarm.errors import BadInput, UnknownName
from swarm.grid import FACTORS, Factor
from swarm.history.rows import RunFilter, RunRow

FACTOR_NAMES: dict[Factor, str] = {
    "protocol": "Protocols",
    "models": "Models",
    "agents": "Numbers of agents",
    "shock": "Shocks",
}
"""The factors that groups can be formed by, as labels."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The subject of the page: single runs when `by` is None, else groups of all that the filter means."""

    runs: tuple[str, ...]
    by: Factor | None
    where: RunFilter
    """But for its kind, its judge and its version of the prompts, which are chosen on the page."""

    @property
    def experiment(self) -> str | None:
        """The experiment it is about."""
        return self.where.experiment

    @property
    def empty(self) -> bool:
        """Say whether the address names nothing."""
        return not self.runs and self.by is None and self.experiment is None

    @property
    def limits(self) -> list[str]:
        """Name all that keeps runs out; empty when all there are may take part."""
        where = self.where
        return [
            *([f"“{where.text}” in mission or run"] if where.text else []),
            *([f"protocol {', '.join(where.protocols)}"] if where.protocols else []),
            *([f"model {', '.join(where.models)}"] if where.models else []),
            *conditions_in_words(where),
            *([f"{len(where.run_ids)} chosen runs"] if where.run_ids else []),
        ]


def read_subject() -> Subject:
    """Read the subject that the address names.

    Raises:
        BadInput: when it names something that is not.
    """
    by = st.query_params.get("by")
    if by is not None and by not in FACTORS:
        raise UnknownName("way to form groups", by, FACTORS)
    where = conditions_of_address(name for name in PARTS if name not in ("judge", "prompts"))
    return Subject(where.run_ids, by, where if by else replace(where, run_ids=()))


def link_to_groups(by: Factor, where: RunFilter) -> dict[str, Any]:
    """The parameters of the address that compares all runs a filter means by one factor."""
    return {"by": by, **link_to_conditions(where, PARTS)}


def differing_in(rows: Sequence[RunRow]) -> Factor:
    """The first thing in which some runs differ; the protocol when they differ in none."""
    levels: dict[Factor, set[tuple[object, ...]]] = {
        "protocol": {(row.protocol, row.options) for row in rows},
        "models": {(row.models.replace(f" ×{row.agents}", ""),) for row in rows},
        "agents": {(row.agents,) for row in rows},
        "shock": {(row.shock,) for row in rows},
    }
    for factor in FACTORS:
        if len(levels[factor]) > 1:
            return factor
    return "protocol"


def show_side_by_side_of(**parameters: Any) -> None:
    """Go to the page with another address."""
    st.switch_page("../side_by_side/page.py", query_params=parameters)


def start_over() -> None:
    """Forget what the address names."""
    st.query_params.clear()
    st.rerun()


def check_number(runs: tuple[str, ...]) -> None:
    """Refuse what cannot stand side by side as single runs."""
    if not 2 <= len(runs) <= 4:
        raise BadInput(f"two to four runs stand side by side, and the link names {len(runs)}")
    twice = next((run_id for run_id in runs if runs.count(run_id) > 1), None)
    if twice:
        raise BadInput(f"the link names run {twice!r} twice")


def linked(name: str, offered: Sequence[str], usual: str) -> str:
    """Return the choice that the address has under a name; the usual one when it names none that is offered.

    The address is master here, and widgets are set by it: a view stays the same when there are more runs to choose
    from, which a widget's own default would not allow.
    """
    said = st.query_params.get(name)
    return said if said is not None and said in offered else usual


def linked_all(name: str, offered: Sequence[str], usual: Sequence[str]) -> list[str]:
    """The same for several choices."""
    said = [value for value in st.query_params.get_all(name) if value in offered]
    return said or [*usual]


def write_choice(name: str, forget: Sequence[str] = ()) -> None:
    """Write what was just chosen in the widget of that name into the address, and forget what hangs on it."""
    chosen = st.session_state[key_of(name)]
    for other in forget:
        st.query_params.pop(other, None)
    if chosen is not None:
        st.query_params[name] = chosen


def key_of(name: str) -> str:
    """The key of the widget that chooses what the address has under a name."""
    return f"compared_{name}"
