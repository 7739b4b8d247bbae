"""The form of an experiment is filled: from a file, or from the link that led here."""

from collections.abc import Iterator
from dataclasses import replace

import streamlit as st

from pages.experiments.form import CHOOSE_FOR_ME, DEFAULTS
from pages.shared import state
from pages.shared.resources import cells, missions, settings
from pages.shared.team_input import in_lines, option_key
from pages.shared.text import sentence
from swarm.claims.file import claim_book
from swarm.claims.gaps import limited, missing, priced
from swarm.errors import BadInput, SwarmError
from swarm.experiment.asked import asked_of
from swarm.experiment.file import experiment_from_bytes
from swarm.grid import Experiment, Grid
from swarm.narrative.labels import protocol_name
from swarm.protocols import options_of
from swarm.spec import Option
from swarm.written import listed

CLAIM, MODEL = "claim", "model"
"""Names in a link that fills the form with the runs that a claim lacks."""

AS_IN_THE_FILE = (
    "name", "models", "missions", "repeats", "shocks", "seed", "max_usd", "stop_when_clear",
    "may_extend", "margin",
)  # fmt: skip
"""Keys of an experiment file whose widgets hold the value as it is."""


def leads_to_the_form() -> bool:
    """Say whether the link that led here wants the form."""
    return CLAIM in st.query_params


def prefill() -> str | None:
    """Fill the form from what the link names or what is uploaded, once.

    Returns:
        What it was filled from, in words, or why it was not; None when it was left alone.
    """
    with st.popover("Begin with a file", icon=":material/file_open:"):
        upload = st.file_uploader("An experiment file", ["toml"], key="exp_file_upload")
    try:
        if upload and state.is_new("exp_file_upload", upload.file_id):
            experiment = experiment_from_bytes(upload.getvalue(), upload.name, missions())
            fill_experiment(experiment, upload.name)
            return f"Filled from {upload.name}."
        return _from_claim()
    except SwarmError as error:
        st.error(sentence(error), icon=":material/error:")
        return None


def fill_experiment(experiment: Experiment, source: str) -> None:
    """Show an experiment of missions from the library in the form.

    Args:
        experiment: what is to be shown.
        source: where it comes from, for messages.

    Raises:
        BadInput: when the form cannot hold all of it: what it left out would not be played.
    """
    if beyond := [*_beyond_the_form(experiment)]:
        raise BadInput(f"{source}: the form cannot hold {listed(beyond)}: run it by the command line")
    asked = asked_of(experiment)
    widgets = {
        **{key: asked[key] for key in AS_IN_THE_FILE},
        "protocols": [way.protocol for way in experiment.grid.ways],
        "agents": [str(number) for number in asked["agents"]],
        "shock_model": asked["shock_model"] or DEFAULTS["exp_shock_model"],
        "judge": asked["judge"] or CHOOSE_FOR_ME,
        "run_usd": asked["limits"].get("usd"),
    }
    st.session_state.update(_options(experiment.grid))
    st.session_state.update({f"exp_{key}": value for key, value in widgets.items()})


def _options(grid: Grid) -> dict[str, object]:
    """Every option of the protocols by its widget's key: what is not given has its default, whatever stood there."""
    return {
        option_key(way.protocol, name): in_lines(value) if isinstance(value, tuple) else value
        for way in grid.ways
        for name, value in (dict[str, Option](options_of(way.protocol)) | dict(way.options)).items()
    }


def _beyond_the_form(experiment: Experiment) -> Iterator[str]:
    """Name all that the form has no widget for."""
    grid = experiment.grid
    protocols = [way.protocol for way in grid.ways]
    twice = [each for each in dict.fromkeys(protocols) if protocols.count(each) > 1]
    yield from (f"{protocol_name(each)} twice, with different options" for each in twice)
    bounds = {name: getattr(grid.limits, name) for name in ("tokens", "calls", "seconds")}
    yield from (f"a limit of {bound:,} {name}" for name, bound in bounds.items() if bound is not None)
    if grid.pace != "instant":
        yield f"the pace {grid.pace!r}"
    if not grid.equal_tokens and replace(grid, equal_tokens=True).equalises:
        yield "one agent with fewer tokens than the team"
    if grid.extensions:
        yield "missions that extend it"
    if grid.organization is not None:
        yield f"the organization {grid.organization!r}"


def _from_claim() -> str | None:
    claim_id, model = (st.query_params.get(name) for name in (CLAIM, MODEL))
    if claim_id is None:
        return None
    claim = claim_book().claim(claim_id)
    said = f"Filled with the runs that the claim “{claim.statement}” lacks."
    if not state.is_new("exp_claim", (claim_id, model)):
        return said
    experiment = missing(claim, cells(), missions(), model)
    if experiment is None:
        return f"The claim “{claim.statement}” has a verdict already: it lacks nothing."
    fill_experiment(limited(experiment, priced(experiment, settings())), f"the claim {claim.id!r}")
    return said
