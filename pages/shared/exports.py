"""This file is where a run is handed out as a file, made when it is asked for."""

from functools import partial

import streamlit as st

from swarm.export import FORMATS, export_run
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
