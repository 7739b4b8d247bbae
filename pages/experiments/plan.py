"""An experiment's plan: what it would take and could show; it is started here."""

from collections.abc import Callable
from typing import TypeAlias

import streamlit as st

from pages.shared import state
from pages.shared.resources import cells, settings
from pages.shared.text import plain, sentence
from swarm.engine.command_line import python
from swarm.errors import BadInput, SwarmError
from swarm.experiment.file import experiment_toml
from swarm.experiment.launch import launch_experiment
from swarm.experiment.plan import Plan, plan
from swarm.experiment.recipe import Recipes, checked
from swarm.experiment.results import resolution, resolution_in_words
from swarm.experiment.tokens import unequal_tokens
from swarm.grid import Experiment, Grid
from swarm.written import count, lasting, plural, usd

Go: TypeAlias = Callable[[str], None]


def show_plan(experiment: Experiment, *, label: str = "Start", go: Go = state.show_experiment) -> None:
    """Show its price and its resolution, the same as a file and a command, and the button.

    Args:
        experiment: what is planned.
        label: of the button.
        go: leads to where it is watched, by its id.

    Raises:
        SwarmError: when it cannot be played.
    """
    grid = experiment.grid
    foretold = _plan(grid.id, grid)
    st.markdown(
        f"**{plural(foretold.runs, 'run')}**: {plural(foretold.arms, 'arm')} × "
        f"{plural(foretold.missions, 'mission')} × {plural(foretold.repeats, 'repeat')}"
    )
    _show_price(foretold)
    _show_resolution(experiment)
    if st.button(label, type="primary", icon=":material/play_arrow:", width="stretch", key="exp_start"):
        checked(Recipes(grid, settings()), experiment.terms)
        start(experiment, go) if foretold.free else confirm(experiment, foretold, go)
    _show_file(experiment)


def start(experiment: Experiment, go: Go) -> None:
    """Start it, and go to see it."""
    go(launch_experiment(experiment, settings()))


@st.dialog("Spend real money?", icon=":material/payments:")
def confirm(experiment: Experiment, foretold: Plan, go: Go) -> None:
    """Show the price once more before anything is paid for."""
    low, likely, high = foretold.low, foretold.expected, foretold.high
    st.markdown(
        f"**About {plain(usd(likely.cost_usd))}** (between {plain(usd(low.cost_usd))} and {plain(usd(high.cost_usd))}) "
        f"for {plural(foretold.runs, 'run')} and {plural(likely.calls, 'call')}."
    )
    st.markdown(
        f"It stops before it passes **{plain(usd(experiment.terms.max_usd))}**, and after the first 1 % of the runs "
        "if they cost more than twice what is expected."
    )
    if st.button(
        "Start and pay", type="primary", icon=":material/play_arrow:", width="stretch", key="exp_pay"
    ):
        try:
            start(experiment, go)
        except SwarmError as error:
            st.error(sentence(error), icon=":material/error:")


@st.cache_resource(max_entries=50, show_spinner="Adding up…")
def _plan(key: str, _grid: Grid) -> Plan:
    recipes = Recipes(_grid, settings())
    return plan(recipes, checked(recipes, None))


@st.cache_resource(max_entries=50, show_spinner=False)
def _unequal(key: str, _recipes: Recipes) -> tuple[str, ...]:
    return unequal_tokens(_recipes)


def _show_price(foretold: Plan) -> None:
    unpaid = foretold.free and not foretold.simulated
    columns = {"Low": foretold.low, "**Expected**": foretold.expected, "High": foretold.high}
    rows = {
        name: [
            count(each.calls),
            count(each.input_tokens + each.output_tokens),
            lasting(each.seconds),
            *([] if unpaid else [plain(usd(each.cost_usd))]),
        ]
        for name, each in columns.items()
    }
    heads = ["Calls", "Tokens", "Time", *([] if unpaid else ["Price"])]
    st.table({"": heads, **rows}, border="horizontal", hide_index=True)
    if foretold.expected.seconds is None:
        st.caption(
            "How fast its models answer on this machine is not known yet: send one a test message on Models."
        )
    if foretold.simulated:
        st.caption("Simulated agents are free. The price is what models of their class would cost.")


def _show_resolution(experiment: Experiment) -> None:
    """Show the differences it could see, and what a wanted one would need."""
    st.markdown("##### What it can show")
    wanted = st.number_input(
        "A difference you would care about",
        0.005,
        0.5,
        value=0.05,
        step=0.005,
        format="%.3f",
        key="exp_wanted",
        help="In quality, which lies between 0.25 and 1. One point on one of the four criteria is 0.0625.",
        persist_state="session",
    )
    sees = resolution(experiment, cells())
    recipes = Recipes(experiment.grid, settings())
    for line in (
        *resolution_in_words(sees, wanted),
        *recipes.warnings,
        *_unequal(experiment.grid.id, recipes),
    ):
        st.markdown(plain(line))
    if sees.smallest is not None and sees.smallest > wanted:
        st.warning(
            "It would probably miss that: take more missions, or expect “undetermined”.",
            icon=":material/info:",
        )


def _show_file(experiment: Experiment) -> None:
    with st.expander("The same as a file", icon=":material/terminal:"):
        try:
            text = experiment_toml(experiment)
        except BadInput as error:
            st.caption(sentence(error))
            return
        name = f"{experiment.grid.id.rpartition('-')[0]}.toml"
        st.code(text, language="toml", wrap_lines=True)
        st.code(f"{python()} -m swarm experiment run {name}", language="bash", wrap_lines=True)
        st.download_button("Download", text, name, icon=":material/download:", key="exp_file")
