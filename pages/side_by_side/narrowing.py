"""Runs that must not be compared with each other are told apart: one kind, one judge, one version of the prompts."""

from collections import Counter
from collections.abc import Mapping
from functools import partial

import streamlit as st

from pages.side_by_side.conditions import KINDS
from pages.side_by_side.link import (
    key_of,
    linked,
    write_choice,
)
from swarm.cell import Cell
from swarm.written import plural, visible

NO_JUDGE = "none"


def of_one_kind(cells: list[Cell]) -> list[Cell]:
    """Simulated and real runs are never compared: where there are both, one kind is chosen."""
    counts = Counter[bool]()
    for cell in cells:
        counts[cell.condition.simulated] += cell.runs
    there = [name for name, simulated in KINDS.items() if counts[simulated]]
    if len(there) < 2:
        return cells
    st.session_state[key_of("kind")] = linked("kind", there, there[0])
    kind = st.segmented_control(
        "Models are",
        there,
        required=True,
        format_func=lambda name: f"{name} · {plural(counts[KINDS[name]], 'run')}",
        key=key_of("kind"),
        on_change=partial(write_choice, "kind", ("group", "reference")),
    )
    return [cell for cell in cells if cell.condition.simulated == KINDS[kind or there[0]]]


def of_one_judge(cells: list[Cell]) -> list[Cell]:
    """Scores of different judges do not say the same: where there are several, one is chosen."""
    counts = Counter[str]()
    for cell in cells:
        counts[cell.condition.judge] += cell.runs
    judges = [judge for judge, _ in counts.most_common() if judge != NO_JUDGE]
    if len(judges) < 2:
        return cells
    judge = _choose_one("Judged by", "judge", {judge: counts[judge] for judge in judges})
    return [cell for cell in cells if cell.condition.judge == judge]


def of_one_prompt(cells: list[Cell]) -> list[Cell]:
    """Agents that were asked in other words are not comparable either."""
    counts = Counter[str]()
    for cell in cells:
        counts[cell.condition.prompts] += cell.runs
    if len(counts) < 2:
        return cells
    version = _choose_one("Version of the prompts", "prompts", dict(counts.most_common()))
    return [cell for cell in cells if cell.condition.prompts == version]


def _choose_one(label: str, name: str, counts: Mapping[str, int]) -> str:
    """One of several, at first that with the most runs."""
    st.session_state[key_of(name)] = linked(name, [*counts], next(iter(counts)))
    return st.selectbox(
        label,
        [*counts],
        format_func=lambda it: f"{visible(it or 'unknown')} · {plural(counts[it], 'run')}",
        key=key_of(name),
        on_change=partial(write_choice, name),
    )
