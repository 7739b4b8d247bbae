"""A run that was exported elsewhere is taken in."""

from contextlib import suppress
from dataclasses import replace

import streamlit as st

from pages.shared import state
from pages.shared.resources import settings
from pages.shared.text import sentence
from swarm.errors import SwarmError
from swarm.export.bundle import MAX_BUNDLE_BYTES
from swarm.export.intake import import_run
from swarm.history.catching_up import catch_up
from swarm.security.aside import read_aside


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
    here = settings()
    owned = replace(here, environment={"ROLELESS_OWNER": here.owner})  # No keys for whom they do not concern.
    try:
        with st.spinner("Reading the run…"):
            run_id = read_aside(import_run, owned, content, source="the file", size=len(content))
        # Its measures take longer than reading it; where that is too much, the next question takes it in.
        with st.spinner("Measuring the run…"), suppress(SwarmError):
            read_aside(catch_up, owned, source="the history", size=len(content))
    except SwarmError as error:
        st.error(sentence(error), icon=":material/error:")
    else:
        state.show_run(run_id)
