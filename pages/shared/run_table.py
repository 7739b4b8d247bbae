"""This file is where runs are listed, one a line, to choose one of them."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.badges import STATUS
from pages.shared.words import protocol_name, run_label
from swarm.export import no_formula
from swarm.history import RunRow


def choose_run(rows: Sequence[RunRow]) -> str | None:
    """Draw the table and, for those who prefer it, a list; return the run chosen in either."""
    event = st.dataframe(
        [_cells(row) for row in rows],
        hide_index=True,
        key="runs",
        on_select="rerun",
        selection_mode="single-row",
        height="auto" if len(rows) <= 12 else 460,
        column_config=_columns(),
        alt="Runs, one a line",
    )
    selected = event["selection"]["rows"]
    by_id = {row.run_id: run_label(row) for row in rows}
    picked = st.selectbox(
        "Or choose a run here",
        [*by_id],
        format_func=by_id.__getitem__,
        index=None,
        key="pick",
        placeholder="Run",
    )
    return rows[selected[0]].run_id if selected and selected[0] < len(rows) else picked


def _cells(row: RunRow) -> dict[str, object]:
    return {
        "Mission": no_formula(row.mission_title),
        "Started": row.started,
        "Status": STATUS[row.status].label,
        "Quality": row.quality,
        "Protocol": protocol_name(row.protocol),
        "Agents": row.agents,
        "Models": no_formula(row.models),
        "Kind": "SIMULATED" if row.simulated else "real",
        "Level": row.level or "own",
        "Depth": row.depth,
        "Roles": row.distinct_roles,
        "Abstained": row.abstained,
        "Idle by order": row.directed_idle,
        "Unreadable": row.unparsed,
        "No reply": row.failed,
        "Tokens": row.input_tokens + row.output_tokens,
        "Cost, $": row.cost_usd,
        "Time, s": row.duration_s,
    }


def _columns() -> dict[str, object]:
    number = st.column_config.NumberColumn
    return {
        "Started": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        "Mission": st.column_config.TextColumn(width=250),
        "Quality": st.column_config.ProgressColumn(format="%.2f", min_value=0, max_value=1, width="small"),
        "Tokens": number(format="localized"),
        "Cost, $": number(format="%.4f"),
        "Time, s": number(format="%.1f"),
    }
