"""Runs are listed, one a line, to choose some of them."""

from collections import Counter
from collections.abc import Sequence
from zlib import crc32

import streamlit as st

from pages.shared import state
from pages.shared.badges import STATUS
from pages.shared.labels import level_name, run_label, started_column
from swarm.export import no_formula
from swarm.history.rows import RunRow
from swarm.narrative.labels import protocol_name
from swarm.recording.measures import LISTED, MEASURES
from swarm.written import UNKNOWN, quality, visible

ORDERS: dict[str, tuple[str, bool]] = {
    "Newest first": ("started", True),
    "Oldest first": ("started", False),
    "Best quality first": ("quality", True),
    "Dearest first": ("cost_usd", True),
    "Longest first": ("duration_s", True),
    "Most agents first": ("agents", True),
}
"""Orders of a list of runs: the column, and whether the greatest comes first."""


def choose_runs(rows: Sequence[RunRow]) -> list[RunRow]:
    """Draw the table and, for those who prefer it, a list; return the runs chosen in either, in their order."""
    number = st.column_config.NumberColumn
    event = st.dataframe(
        [_cells(row) for row in rows],
        hide_index=True,
        key=f"runs_{state.deletions()}_{crc32(repr([row.run_id for row in rows]).encode())}",
        on_select="rerun",
        selection_mode="multi-row",
        height="auto" if len(rows) <= 12 else 460,
        column_config={
            "Started": started_column(),
            "Mission": st.column_config.TextColumn(width=230),
            "Quality": number(format="%.2f"),
            **{MEASURES[key].name: number(format=f"%.{MEASURES[key].digits}f") for key in LISTED},
            "Tokens": number(format="localized"),
            "Cost, $": number(format="%.4f"),
            "Time, s": number(format="%.1f"),
        },
        placeholder=UNKNOWN,
        alt="Runs, one a line",
    )
    selected = event["selection"]["rows"]
    by_id = labels_of(rows)
    picked = st.multiselect(
        "Choose by keyboard",
        [*by_id],
        format_func=lambda run_id: visible(by_id[run_id]),
        key=f"pick_{state.deletions()}",
        placeholder="Runs",
        select_all=False,
    )
    chosen = {rows[place].run_id for place in selected if place < len(rows)}
    return [row for row in rows if row.run_id in chosen | {*picked}]


def labels_of(rows: Sequence[RunRow]) -> dict[str, str]:
    """Runs in a line each, by id; those of the same minute and make have their id too, as a list tells by its words."""
    labels = {row.run_id: run_label(row) for row in rows}
    often = Counter(labels.values())
    return {run_id: said if often[said] == 1 else f"{said} · {run_id}" for run_id, said in labels.items()}


def _cells(row: RunRow) -> dict[str, object]:
    return {
        "Mission": no_formula(row.mission_title),
        "Protocol": protocol_name(row.protocol),
        "Agents": row.agents,
        "Quality": None if row.quality is None else float(quality(row.quality)),
        "Status": STATUS[row.status].label,
        "Started": row.started,
        "Models": no_formula(row.models),
        "Kind": "SIMULATED" if row.simulated else "real",
        "Shock": no_formula(row.shock),
        "Owner": no_formula(row.owner),
        "Origin": "imported" if row.imported else "here",
        "Level": level_name(row.level) if row.level else "own",
        "Depth": row.depth,
        "Roles": row.distinct_roles,
        "Abstained": row.abstained,
        "Idle by order": row.directed_idle,
        "Unreadable": row.unparsed,
        "No reply": row.failed,
        **{MEASURES[key].name: row.more.get(key) for key in LISTED},
        "Tokens": row.input_tokens + row.output_tokens,
        "Cost, $": row.cost_usd,
        "Time, s": row.duration_s,
    }
