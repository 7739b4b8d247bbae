"""A run that was exported elsewhere is taken in."""

import streamlit as st

from pages.shared import state
from pages.shared.resources import settings
from pages.shared.text import sentence
from swarm.errors import SwarmError
from swarm.export.bundle import MAX_BUNDLE_BYTES
from swarm.export.intake import import_run


def show_import() -> None:
    """A button that asks for a file, and leads to the run that was in it."""
    with st.popover("Import a run", icon=":material/upload_file:"), st.container(width=360):
        file = st.file_uploader(
            "A run exported from Roleless as “Everything (JSON)”",
            type="json",
            max_upload_size=MAX_BUNDLE_BYTES // 1_000_000,
            key="import_file",
        )
        st.caption(
            "It is kept under a new id and marked as imported. It cannot be resumed, and no organization "
            "remembers its roles. Nothing here is overwritten."
        )
        imported = st.button(
            "Import",
            type="primary",
            key="import",
            icon=":material/upload_file:",
            disabled=file is None,
            width="stretch",
        )
        if imported and file is not None:
            _take_in(file.getvalue())


def _take_in(content: bytes) -> None:
    try:
        run_id = import_run(settings(), content)
    except SwarmError as error:
        st.error(sentence(error), icon=":material/error:")
    else:
        state.show_run(run_id)
