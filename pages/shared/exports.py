"""Runs are handed out as files, made when they are asked for."""

import io
from datetime import datetime
from functools import partial

import pyarrow
import streamlit as st
from pyarrow import parquet

from pages.shared import state
from pages.shared.resources import history
from swarm.export import FORMATS, export_run, file_name, no_formula
from swarm.history.rows import RunFilter
from swarm.recording.record import RunRecord
from swarm.written import plural, visible

GROUPS = {
    "For people: to read, print or calculate": True,
    "For programs: Roleless, notebooks, other tools": False,
}
"""Headings, and whether formats for people stand below."""


def export_menu(record: RunRecord) -> None:
    """Offer a run in every format there is; a file is made when it is asked for."""
    with (
        st.popover("Export", icon=":material/download:"),
        st.container(width=300, gap="xsmall", key="export_menu"),
    ):
        for group, for_people in GROUPS.items():
            st.caption(group)
            for name, offered in FORMATS.items():
                if offered.for_people is for_people:
                    _offer(record, name)
        st.caption("Pictures: the camera in the corner of each figure saves it as")
        chosen = st.segmented_control(
            "Pictures",
            ["png", "svg"],
            default=state.picture_format(),
            required=True,
            format_func=str.upper,
            key="picture_format",
            label_visibility="collapsed",
            width="stretch",
        )
        if chosen and chosen != state.picture_format():
            state.keep_picture_format(chosen)
            st.rerun()
        if record.simulated:
            st.caption("Files and pictures say that this run was simulated.")


def _offer(record: RunRecord, name: str) -> None:
    st.download_button(
        FORMATS[name].label,
        partial(export_run, record, name),
        file_name(record, name),
        "application/octet-stream",
        help=FORMATS[name].purpose,
        width="stretch",
        on_click="ignore",
        key=f"export_{name}",
    )


def export_runs(where: RunFilter, runs: int) -> None:
    """Every run of the filter as a file, made when it is asked for."""
    with st.popover(f"Export {plural(runs, 'run')}", icon=":material/download:"):
        st.download_button(
            "CSV", partial(runs_csv, where), "runs.csv", "text/csv", width="stretch", on_click="ignore"
        )
        st.download_button(
            "Parquet", partial(runs_parquet, where), "runs.parquet", width="stretch", on_click="ignore"
        )


def runs_csv(where: RunFilter) -> bytes:
    """One line for every run; no cell becomes a formula in a spreadsheet."""
    table = history().frame(where)
    for name in table.select_dtypes(["object", "string"]).columns:
        table[name] = table[name].map(no_formula)
    table["started"] = table["started"].map(datetime.isoformat)
    # With the mark, Excel knows the encoding.
    return table.to_csv(index=False).encode("utf-8-sig", "replace")


def runs_parquet(where: RunFilter) -> bytes:
    """One row for every run; the types of the columns are the same whatever the runs contain."""
    file, table = io.BytesIO(), history().table(where)
    for place, column in enumerate(table.columns):
        if column.type == pyarrow.string():
            shown = [text and visible(text) for text in column.to_pylist()]
            table = table.set_column(place, table.field(place), pyarrow.array(shown, column.type))
    parquet.write_table(table, file)
    return file.getvalue()
