"""A team's files are handed over, and where earlier tests are found again."""

import io
import zipfile
from collections.abc import Sequence

import streamlit as st

from pages.experiments.status import STATUS
from pages.shared import state
from pages.shared.labels import zone
from pages.shared.resources import history, settings
from pages.shared.text import plain, sentence
from swarm.config import LIBRARY
from swarm.errors import SwarmError
from swarm.teams.formats import FORMATS
from swarm.teams.inputs import TABLE_SUFFIXES
from swarm.teams.reading.choice import SeveralTeams
from swarm.teams.reading.files import MAX_UPLOAD_BYTES, SUFFIXES
from swarm.teams.storage import keep_team
from swarm.teams.trial.arms import is_team_test, team_name
from swarm.teams.uploads import read_uploads
from swarm.written import moment

EXAMPLE = LIBRARY / "teams" / "museum-guide"
WHAT_TO_BRING = {
    "CrewAI": "agents.yaml, tasks.yaml and crew.py; or crew.jsonc with its agents; or a flow",
    "AutoGen": "a team exported from AutoGen Studio as JSON",
    "Microsoft Agent Framework": "the YAML of a workflow and its agents",
    "ChatDev": "the three JSON files of version 1, or a YAML of version 2",
    "MetaGPT": "team.json, or the Python files of the roles",
    "OpenClaw": "openclaw.json and the Markdown of the workspaces, or their SOUL.md alone",
    "Claude subagents": "the Markdown files of .claude/agents",
    "Roleless": "a team file taken home from here",
}
TESTS_LISTED = 12


def choose_files() -> None:
    """Draw the upload and the example; go to the team that was read."""
    with st.container(border=True):
        uploads = st.file_uploader(
            "The team's files, or its folder as a zip",
            [*(suffix.removeprefix(".") for suffix in (*SUFFIXES, *TABLE_SUFFIXES)), "zip"],
            accept_multiple_files=True,
            max_upload_size=MAX_UPLOAD_BYTES // 1_000_000,
            key="team_files",
        )
        st.caption(
            "Files are read, never run: nothing in them is executed, imported or fetched. Keys are dropped. Nothing is "
            "sent anywhere before you press the button that tests the team."
        )
        chosen = _choose_one() if uploads else None
        with st.container(horizontal=True):
            if st.button(
                "Read these files",
                type="primary",
                icon=":material/upload_file:",
                disabled=not uploads,
                key="team_read",
            ):
                _take_in([(each.name, each.getvalue()) for each in uploads], chosen)
            if st.button("Try it with an example", icon=":material/museum:", key="team_example"):
                _take_in_example()
    with st.expander("Which files each framework has", icon=":material/help:"):
        st.markdown("\n".join(f"- **{name}**: {WHAT_TO_BRING[name]}" for name in FORMATS))


def show_earlier_tests() -> None:
    """Tests of teams, newest first; nothing when there is none."""
    tests = [
        (row, team_name(experiment.grid))
        for row in history().experiments()
        if row.arms > 1 and is_team_test((experiment := history().experiment(row.experiment_id)[1]).grid)
    ][:TESTS_LISTED]
    if not tests:
        return
    st.subheader("Earlier tests", anchor=False)
    for row, name in tests:
        look = STATUS[row.status]
        kind = " · SIMULATED" if row.simulated else ""
        st.page_link(
            "../drop_my_roles/page.py",
            label=f"{plain(name)} · {moment(row.started, zone())} · {look.label}{kind}",
            icon=look.icon,
            query_params={"experiment": row.experiment_id},
        )


def _choose_one() -> str | None:
    """Ask which of several teams is meant, once the files are known to hold several."""
    choices = state.team_choices()
    if not choices:
        return None
    return st.selectbox("Which of the teams in these files", choices, index=None, key="team_choice")


def _take_in(uploads: Sequence[tuple[str, bytes]], chosen: str | None = None) -> None:
    """Read a team with the values that lie beside it, and keep it."""
    try:
        with st.spinner("Reading the files…"):
            team, sets = read_uploads(uploads, chosen)
        team_id = keep_team(settings(), team)
    except SeveralTeams as error:
        if error.choices == state.team_choices():
            st.error(sentence(error), icon=":material/error:")
        else:
            state.keep_team_choices(error.choices)
            st.rerun()
    except SwarmError as error:
        st.error(sentence(error), icon=":material/error:")
    else:
        state.keep_team_choices(())
        state.keep_input_sets(sets)
        state.show_team(team_id)


def _take_in_example() -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for path in sorted(EXAMPLE.rglob("*.*")):
            archive.write(path, path.relative_to(EXAMPLE))
    _take_in([("example.zip", packed.getvalue()), ("inputs.csv", (EXAMPLE / "inputs.csv").read_bytes())])
