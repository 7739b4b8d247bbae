"""An experiment's results so far: findings in words, pictures, then the numbers."""

import streamlit as st

from pages.shared.picture import draw
from pages.shared.resources import cells, settings
from pages.shared.text import plain
from pages.side_by_side.groups import FOREST, PLANE
from pages.side_by_side.link import link_to_groups
from pages.side_by_side.tables import show_statistics
from swarm.comparison.contrasts import Comparison
from swarm.comparison.finding import finding, findings, remarks
from swarm.comparison.tradeoff import balance_in_words, standpoints, weighed
from swarm.experiment.looks import looks_in_words
from swarm.experiment.recipe import Recipes
from swarm.experiment.results import is_final, results
from swarm.figures import forest_figure, quality_cost_figure
from swarm.grid import Experiment
from swarm.history.experiments import ExperimentRow
from swarm.history.rows import RunFilter

EARLY_STOP = (
    "It might have ended early, so at the end a smaller p is asked for; of a difference that ended it early, size and "
    "interval flatter: it is seen too large on average, and its interval too narrow."
)


def show_results(row: ExperimentRow, experiment: Experiment) -> None:
    """Show the outcome so far by what its runs are compared in, context by context.

    Raises:
        BadInput: when nothing can be compared yet; says why.
    """
    where = RunFilter(experiment=row.experiment_id)
    found = results(experiment, cells(where), final=is_final(row))
    for number, (context, comparison) in enumerate(found.found):
        if context:
            st.subheader(plain(context), anchor=False)
        _show_comparison(comparison, f"{number}")
    for each in found.refused:
        st.subheader(plain(each.name), anchor=False)
        st.markdown(f":material/block: Nothing can be said here: {plain(each.why)}.")
    factor = experiment.grid.factor
    assert factor is not None
    with st.container(horizontal=True, vertical_alignment="center"):
        st.page_link(
            "../side_by_side/page.py",
            label="Look at it side by side",
            icon=":material/view_column:",
            query_params=link_to_groups(factor, where),
        )
        st.page_link(
            "../history/page.py",
            label="See its runs",
            icon=":material/history:",
            query_params={"find": row.experiment_id},
        )
    for line in Recipes(experiment.grid, settings()).warnings_later:
        st.caption(f":material/gavel: {plain(line)}")
    if looked := looks_in_words(experiment):
        st.caption(f":material/visibility: {plain(looked)}")
    if experiment.terms.stop_when_clear:
        st.caption(EARLY_STOP)


def _show_comparison(comparison: Comparison, key: str) -> None:
    said = findings(comparison)
    st.markdown(f"**{plain(finding(comparison))}**")
    if len(said) > 1:
        st.markdown("\n".join(f"- {plain(line)}" for line in said))
    for remark in remarks(comparison):
        st.caption(f":material/info: {plain(remark)}")
    draw(forest_figure(comparison), alt=" ".join(said), key=f"exp_forest_{key}")
    margin = comparison.contrasts[0].difference.margin
    st.caption(FOREST.format(reference=plain(comparison.groups[0].name), margin=margin))
    with st.expander("Quality and cost", icon=":material/payments:"):
        points = standpoints(comparison.groups)
        weight = weighed(points, comparison.groups)
        if points:
            draw(
                quality_cost_figure(points, simulated=comparison.simulated),
                alt=weight,
                key=f"exp_plane_{key}",
            )
        st.markdown(plain(weight))
        st.caption(PLANE)
        st.markdown(plain(balance_in_words(comparison.groups)))
    with st.expander("All statistics", icon=":material/table:"):
        show_statistics(comparison)
