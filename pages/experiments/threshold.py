"""Advice, model by model, whether to drop the roles."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.picture import draw
from pages.shared.text import plain
from swarm.cell import Cell
from swarm.comparison.threshold import advice_in_words, model_cases, threshold_in_words
from swarm.figures.threshold import threshold_figure
from swarm.grid import NO_SHOCK

_ICONS = {"drop": ":material/person_off:", "keep": ":material/badge:", "either": ":material/balance:"}
NOT_KNOWN = ":material/help:"


def _of_one_size(cells: Sequence[Cell]) -> list[Cell]:
    """Runs of one team size, without a shock where there are such: so that a mark is a model and nothing else."""
    calm = [cell for cell in cells if cell.condition.shock == NO_SHOCK] or [*cells]
    sizes = sorted({cell.condition.agents for cell in calm})
    if len(sizes) < 2:
        return calm
    size = st.segmented_control(
        "Number of agents",
        sizes,
        default=8 if 8 in sizes else sizes[0],
        required=True,
        key="threshold_agents",
        bind="query-params",
    )
    return [cell for cell in calm if cell.condition.agents == size]


def show_threshold(cells: Sequence[Cell], margin: float, alpha: float, final: bool) -> None:
    """Show where self-organization starts to beat given roles, and what to do with each model.

    Raises:
        BadInput: when nothing can be compared yet.
    """
    cases = model_cases(_of_one_size(cells), margin=margin, alpha=alpha, final=final)
    st.markdown(f"**{plain(threshold_in_words(cases))}**")
    draw(
        threshold_figure(cases, margin=margin),
        alt=" ".join(advice_in_words(case) for case in cases),
        key="threshold",
    )
    st.caption(
        "One mark a model: to the right, what its teams score with given roles; upwards, what changes when they choose "
        f"their own; without a shock. The grey band is the margin, ±{margin:g}: a difference within it counts as none."
    )
    for case in cases:
        icon = _ICONS.get(case.advice, NOT_KNOWN)
        st.markdown(f"{icon} {plain(advice_in_words(case))}")
