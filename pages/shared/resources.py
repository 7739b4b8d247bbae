"""Pages get what they share: settings, the history, missions, estimates."""

import asyncio
from dataclasses import replace

import plotly.graph_objects as go
import streamlit as st

from pages.shared.login import owner_of_session
from pages.shared.picture import Paper
from swarm.cell import Cell
from swarm.config import Settings, read_settings
from swarm.engine.estimate import Estimates, estimate
from swarm.figures import replay_figure
from swarm.history.rows import RunFilter
from swarm.history.store import EVERY_RUN, History
from swarm.mission import Mission, load_library, slips_in_missions
from swarm.models.card import ModelCard
from swarm.models.catalogue import card_of, known_models, slips_in_own_models
from swarm.models.local import LocalServer, find_local_servers, servers_to_ask
from swarm.models.speed import Speed, speed_of
from swarm.recording.record import RunRecord
from swarm.spec import RunSpec, fingerprint


def settings() -> Settings:
    """Read the environment anew on every rerun; runs begin in the name of whoever is logged in."""
    found, owner = read_settings(), owner_of_session()
    if owner is None:
        return found
    return replace(found, environment={**found.environment, "ROLELESS_OWNER": owner})


def history() -> History:
    """The history of the data folder; it holds no file between two questions."""
    return _history(str(settings().data))


def cells(where: RunFilter = EVERY_RUN) -> list[Cell]:
    """Runs that have ended, gathered by mission and condition; asked anew when anything was recorded."""
    return _cells(str(settings().data), history().state(), where, repr(where))


def missions() -> dict[str, Mission]:
    """The library, one's own missions included, by id."""
    return _missions(tuple(map(str, settings().mission_folders)))


def catalogue() -> dict[str, ModelCard]:
    """The models to choose from, by id."""
    return known_models(settings())


def slips() -> tuple[str, ...]:
    """Say what is left out of one's own missions and models, and why, in a sentence each."""
    here = settings()
    return (*slips_in_missions(here.mission_folders[1:]), *slips_in_own_models(here))


def estimates(spec: RunSpec) -> Estimates:
    """Estimate what a run will take."""
    speeds = {name: speed_of(card_of(name, settings()), settings()) for name in spec.models}
    return _estimates(f"{fingerprint(spec)} {speeds}", spec, speeds)


def local_servers() -> tuple[LocalServer, ...]:
    """The model servers that answer now, here and where variables point; takes two thirds of a second at most."""
    return asyncio.run(find_local_servers(servers_to_ask(settings())))


def replay_of(record: RunRecord, moment: int | None, paper: Paper) -> go.Figure:
    """The replay of a run that has ended, made once for each paper; takes half a second for 64 agents."""
    return _replay((record.run_id, record.last_seq, record.status), moment, paper, record)


@st.cache_resource(max_entries=20, show_spinner="Preparing the replay…")
def _replay(key: tuple[str, int, str], moment: int | None, paper: Paper, _record: RunRecord) -> go.Figure:
    return paper.print(replay_figure(_record, moment))


@st.cache_resource(max_entries=4, show_spinner=False)
def _history(folder: str) -> History:
    return History(settings())


@st.cache_resource(max_entries=20, show_spinner=False)
def _cells(folder: str, state: tuple[int, int], _where: RunFilter, key: str) -> list[Cell]:
    return history().cells(_where)


@st.cache_resource(ttl="10s", show_spinner=False)
def _missions(folders: tuple[str, ...]) -> dict[str, Mission]:
    return load_library(settings().mission_folders)


@st.cache_resource(max_entries=200, show_spinner=False)
def _estimates(key: str, _spec: RunSpec, _speeds: dict[str, Speed]) -> Estimates:
    return estimate(_spec, {name: card_of(name, settings()) for name in _spec.models}, _speeds)
