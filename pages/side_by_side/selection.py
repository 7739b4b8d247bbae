"""The choice of runs that are compared, the groups they form, and the reference group."""

from collections.abc import Mapping, Sequence
from functools import partial

import streamlit as st

from pages.shared.resources import cells as stored_cells
from pages.shared.resources import history
from pages.shared.text import plain
from pages.side_by_side.link import (
    FACTOR_NAMES,
    Subject,
    key_of,
    linked,
    linked_all,
    start_over,
    write_choice,
)
from pages.side_by_side.narrowing import of_one_judge, of_one_kind, of_one_prompt
from swarm.cell import Cell
from swarm.comparison.group import Group, groups_by
from swarm.comparison.levels import cells_by_level
from swarm.comparison.strays import usual_reference
from swarm.errors import BadInput
from swarm.experiment.results import reference_of
from swarm.grid import FACTORS, Factor
from swarm.written import plural, visible

MOST_GROUPS = 4


def choose_cells(subject: Subject) -> tuple[Cell, ...]:
    """The cells that may be compared: of one kind, one judge, one version of the prompts; draws what chooses these.

    Raises:
        BadInput: when no finished run is meant.
    """
    _show_limits(subject)
    cells = [cell for cell in stored_cells(subject.where) if cell.runs or cell.unfinished]
    if not any(cell.runs for cell in cells):
        raise BadInput("no finished run matches: take a filter away, or run something")
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium", key="which_runs"):
        cells = of_one_kind(cells)
        cells = of_one_judge(cells)
        return tuple(of_one_prompt(cells))


def choose_factor(subject: Subject, cells: Sequence[Cell]) -> Factor:
    """Choose the factor that forms groups; by default the address's, else the experiment's."""
    usual = subject.by or _asked_about(subject) or (*_varying(cells), *FACTORS)[0]
    key = key_of("by")
    st.session_state[key] = linked("by", FACTORS, usual)
    chosen = st.segmented_control(
        "Compare",
        FACTORS,
        required=True,
        format_func=FACTOR_NAMES.__getitem__,
        key=key,
        on_change=partial(write_choice, "by", ("group", "reference")),
    )
    return chosen or usual


def choose_groups(subject: Subject, cells: Sequence[Cell], factor: Factor) -> tuple[Group, ...]:
    """Up to four groups, the reference first."""
    levels = {
        name: found for name, found in cells_by_level(cells, factor).items() if any(it.runs for it in found)
    }
    runs = {name: sum(cell.runs for cell in found) for name, found in levels.items()}
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        chosen = _choose_levels(runs)
        cells = [cell for name in chosen for cell in levels[name]]
        groups = {group.name: group for group in groups_by(cells, factor)[0]}
        usual = _usual_reference(subject) or usual_reference([groups[name] for name in chosen])
        reference = _choose_reference(chosen, usual)
    return groups_by(cells, factor, reference)[0]


def _choose_levels(runs: Mapping[str, int]) -> list[str]:
    """Of many, those with the most runs are chosen at first."""
    most = sorted(runs, key=lambda name: -runs[name])[:MOST_GROUPS]
    st.session_state[key_of("group")] = linked_all("group", [*runs], [name for name in runs if name in most])
    return st.multiselect(
        "Groups",
        [*runs],
        format_func=lambda name: f"{visible(name)} · {plural(runs[name], 'run')}",
        max_selections=MOST_GROUPS,
        select_all=False,
        key=key_of("group"),
        on_change=partial(write_choice, "group"),
        help=f"Two to {MOST_GROUPS}. Each is set against the reference by the missions and conditions that both have.",
    )


def _usual_reference(subject: Subject) -> str | None:
    """Return the arm that an experiment measures the others against; None for runs of no experiment."""
    if subject.experiment is None:
        return None
    return reference_of(history().experiment(subject.experiment)[1].grid)


def _choose_reference(chosen: Sequence[str], usual: str | None) -> str:
    at_first = usual if usual is not None and usual in chosen else chosen[0]
    st.session_state[key_of("reference")] = linked("reference", chosen, at_first)
    return st.selectbox(
        "Reference",
        chosen,
        format_func=visible,
        key=key_of("reference"),
        on_change=partial(write_choice, "reference"),
        help="What all others are set against.",
        width=240,
    )


def _show_limits(subject: Subject) -> None:
    """Show what keeps runs out, and a way to be rid of it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if subject.experiment:
            row, _ = history().experiment(subject.experiment)
            st.markdown(
                f"Experiment **{plain(row.name)}**, {row.finished:,} of {plural(row.runs, 'run')} played"
            )
            st.page_link(
                "../experiments/page.py",
                label="Its own page",
                icon=":material/open_in_new:",
                query_params={"experiment": subject.experiment},
            )
        if subject.limits:
            st.markdown(f"Only runs with {plain('; '.join(subject.limits))}.")
        if st.button(
            "Compare something else", icon=":material/restart_alt:", type="tertiary", key="start_over"
        ):
            start_over()


def _asked_about(subject: Subject) -> Factor | None:
    return history().experiment(subject.experiment)[1].grid.factor if subject.experiment else None


def _varying(cells: Sequence[Cell]) -> list[Factor]:
    return [factor for factor in FACTORS if len(cells_by_level(cells, factor)) > 1]
