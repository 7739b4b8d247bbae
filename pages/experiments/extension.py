"""An experiment that may be extended goes on, on more missions: the price first, then one more look."""

import streamlit as st

from pages.shared.resources import missions, settings
from pages.shared.text import plain, sentence
from swarm.errors import SwarmError
from swarm.experiment.launch import launch_experiment
from swarm.experiment.looks import added_by, extended, further_alpha_of
from swarm.experiment.plan import plan
from swarm.experiment.recipe import Recipes, checked
from swarm.grid import Experiment
from swarm.history.experiments import ExperimentRow
from swarm.written import plural, usd


def may_be_extended(row: ExperimentRow, experiment: Experiment) -> bool:
    """Tell if it came to its planned end and has kept a level for another look."""
    return row.status == "finished" and further_alpha_of(experiment) is not None


@st.dialog("Extend the experiment", icon=":material/add_chart:")
def extend(experiment: Experiment) -> None:
    """Choose missions that are added, see what they cost, and begin."""
    st.markdown(
        f"More missions, and one more look: p < {further_alpha_of(experiment):g} is asked for then, because verdicts "
        "were given before."
    )
    played, library = {mission.content for mission in experiment.grid.missions}, missions()
    fresh = {name: mission for name, mission in library.items() if mission.content not in played}
    chosen = st.multiselect(
        "Missions to add", [*fresh], format_func=lambda name: fresh[name].title, key="exp_added"
    )
    try:
        if chosen:
            _offer(extended(experiment, [fresh[name] for name in chosen]))
    except SwarmError as error:
        st.error(sentence(error), icon=":material/error:")


def _offer(experiment: Experiment) -> None:
    recipes = Recipes(added_by(experiment.grid), settings())
    foretold = plan(recipes, checked(recipes, None))
    kind = "simulated money" if foretold.simulated else "real money"
    low, likely, high = (
        plain(usd(each.cost_usd)) for each in (foretold.low, foretold.expected, foretold.high)
    )
    st.markdown(
        f"**{plural(foretold.runs, 'run')}**: about **{likely}** of {kind}, between {low} and {high}."
    )
    if experiment.terms.max_usd is not None:
        st.caption(
            f"All runs of the experiment together stop before they pass {plain(usd(experiment.terms.max_usd))}; when "
            "that is reached, it is resumed with a higher limit."
        )
    if st.button(
        "Extend", type="primary", icon=":material/play_arrow:", width="stretch", key="exp_extend_go"
    ):
        launch_experiment(experiment, settings(), resumed=True)
        st.rerun()
