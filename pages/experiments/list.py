"""Experiments are listed, one a line, to choose one of them."""

from collections.abc import Sequence

import streamlit as st

from pages.experiments.status import STATUS
from pages.shared import state
from pages.shared.labels import started_column, zone
from swarm.export import no_formula
from swarm.history.experiments import ExperimentRow
from swarm.written import UNKNOWN, moment, visible


def choose_from_list(rows: Sequence[ExperimentRow]) -> None:
    """Draw the table and, for those who prefer it, a list; go to the experiment chosen in either."""
    event = st.dataframe(
        [_cells(row) for row in rows],
        hide_index=True,
        key=f"experiments_{len(rows)}_{rows[0].experiment_id}",
        on_select="rerun",
        selection_mode="single-row",
        column_config={
            "Experiment": st.column_config.TextColumn(width=280),
            "Played": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1),
            "Runs": st.column_config.NumberColumn(format="localized"),
            "Spent, $": st.column_config.NumberColumn(format="%.2f"),
            "Of unknown cost": st.column_config.NumberColumn(
                help="Runs of which it is not known what they cost: at least what is shown was spent.",
            ),
            "Started": started_column(),
        },
        placeholder=UNKNOWN,
        alt="Experiments, one a line",
    )
    by_id = {row.experiment_id: f"{moment(row.started, zone())} · {row.name}" for row in rows}
    picked = st.selectbox(
        "Choose by keyboard",
        [*by_id],
        format_func=lambda experiment_id: visible(by_id[experiment_id]),
        index=None,
        key="pick_experiment",
        placeholder="Experiment",
    )
    selected = event["selection"]["rows"]
    if selected and selected[0] < len(rows):
        state.show_experiment(rows[selected[0]].experiment_id)
    if picked:
        state.show_experiment(picked)


def _cells(row: ExperimentRow) -> dict[str, object]:
    return {
        "Experiment": no_formula(row.name),
        "Status": STATUS[row.status].label,
        "Played": row.finished / row.runs,
        "Runs": row.runs,
        "Arms": row.arms,
        "Cut short": row.failed,
        "Not played": row.not_played,
        "Spent, $": row.spent_usd,
        "Of unknown cost": row.unpriced,
        "Kind": "SIMULATED" if row.simulated else "real",
        "Started": row.started,
    }
