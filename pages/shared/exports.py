"""This file is where runs are handed out as files, made when they are asked for."""

import io
from functools import partial

import streamlit as st

from pages.shared.numbers import plural
from pages.shared.resources import history
from swarm.export import FORMATS, export_run, no_formula
from swarm.history import RunFilter
from swarm.record import RunRecord

LABELS = {
    "json": "Everything (JSON)",
    "csv": "Turns (CSV)",
    "parquet": "Turns (Parquet)",
    "graphml": "Role graph (GraphML)",
    "md": "Report (Markdown)",
}


def export_menu(record: RunRecord) -> None:
    """Offer a run in every format there is."""
    with st.popover("Export", icon=":material/download:"):
        for name in FORMATS:
            st.download_button(
                LABELS.get(name, name),
                partial(export_run, record, name),
                f"roleless-{record.run_id}.{name}",
                width="stretch",
                on_click="ignore",
                key=f"export_{name}",
            )
        if record.simulated:
            st.caption("The files say that this run was simulated.")


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
    for name in table.select_dtypes(["object", "string"]):
        table[name] = table[name].map(no_formula)
    return table.to_csv(index=False).encode()


def runs_parquet(where: RunFilter) -> bytes:
    """One row for every run."""
    file = io.BytesIO()
    history().frame(where).to_parquet(file, index=False)
    return file.getvalue()
