"""Groups of runs are compared: the verdict in words, then pictures and tables on the same scales."""

import streamlit as st

from pages.shared import state
from pages.shared.badges import kind_badge
from pages.shared.picture import draw
from pages.shared.resources import history, missions, settings
from pages.shared.text import plain, sentence
from pages.side_by_side.example import show_example
from pages.side_by_side.link import Subject, link_to_groups
from pages.side_by_side.selection import choose_cells, choose_factor, choose_groups
from pages.side_by_side.tables import show_measures, show_missions, show_statistics
from swarm.claims.gaps import limited, priced
from swarm.comparison.contrasts import Comparison
from swarm.comparison.finding import finding, findings, remarks
from swarm.comparison.strays import compare_without_strays
from swarm.comparison.tradeoff import balance_in_words, standpoints, weighed
from swarm.comparison.withstood import told_of_shocks
from swarm.errors import BadInput, SwarmError
from swarm.experiment.interleave import apart_in_time, interleaved, missions_played
from swarm.experiment.results import Agreed, agreed
from swarm.figures import by_mission_figure, forest_figure, quality_cost_figure
from swarm.grid import Factor
from swarm.written import plural

FOREST = (
    "Symbol: the difference in quality from {reference}, averaged over missions. Bar: its 95 % interval; the longer, "
    "the less is known. Line: no difference. Band: differences within ±{margin:g}, too small to matter. Small strokes: "
    "single missions."
)
PLANE = (
    "Up is better, left is cheaper; bars are 95 % intervals. Filled discs lie on the Pareto front (the dotted steps): "
    "no other group is both as good and as cheap. Hollow discs are beaten by one that is."
)
BY_MISSION = (
    "A faint line is a mission, the disc the mean with its 95 % interval. Lines that all go the same way: the "
    "difference holds for every mission. Lines that cross: it depends on the mission."
)


def show_groups(subject: Subject) -> None:
    """Groups of runs in columns, after choosing what they are formed by and which take part."""
    cells = choose_cells(subject)
    factor = choose_factor(subject, cells)
    groups = choose_groups(subject, cells, factor)
    try:
        comparison = compare_without_strays(groups, **terms_of(subject))
    except BadInput as error:
        _refuse(error)
        return
    where = link_to_groups(factor, subject.where)
    _show_verdict(comparison, factor)
    _offer_interleaved(comparison)
    _show_pictures(comparison)
    st.subheader("Measures", anchor=False)
    show_measures(comparison.groups)
    st.markdown(plain(balance_in_words(comparison.groups)))
    if withstood := told_of_shocks([cell for group in groups for cell in group.every_cell]):
        st.subheader("Shocks withstood", anchor=False)
        st.markdown("\n".join(f"- {plain(line)}" for line in withstood))
    st.subheader("All statistics", anchor=False)
    show_statistics(comparison)
    st.subheader("Missions", anchor=False)
    show_missions(comparison.groups, where)
    st.subheader("An example of each", anchor=False)
    show_example(subject, comparison, factor)


def terms_of(subject: Subject) -> Agreed:
    """Return what the experiment in view agreed on, so its verdicts are the same here; else the usual."""
    if subject.where.experiment is None:
        return {}
    row, experiment = history().experiment(subject.where.experiment)
    return agreed(experiment, row)


def _refuse(error: BadInput) -> None:
    """One sentence instead of numbers that would look like evidence, and a way on."""
    with st.container(border=True):
        st.markdown(f":material/block: **Nothing can be said: {plain(error)}.**")
        st.caption("Choose other groups above, or let the missing runs be made.")
        with st.container(horizontal=True):
            st.page_link("../history/page.py", label="See the runs", icon=":material/history:")
            st.page_link("../compose/page.py", label="Compose a run", icon=":material/tune:")


def _show_verdict(comparison: Comparison, factor: Factor) -> None:
    with st.container(border=True):
        kind_badge(comparison.simulated)
        st.markdown(f"#### {plain(finding(comparison))}")
        if len(comparison.contrasts) > 1:
            st.markdown("\n".join(f"- {plain(said)}" for said in findings(comparison)))
        for remark in remarks(comparison, factor):
            st.caption(f":material/info: {plain(remark)}")
        meaning = "Quality is the judge's points divided by 16. The unit is the mission: repeats are averaged"
        family = plural(len(comparison.contrasts), "comparison")
        st.caption(f"{meaning}, differences paired by mission, p-values adjusted for the {family} shown.")


def _offer_interleaved(comparison: Comparison) -> None:
    """Lead to an experiment that plays groups together in time; nothing where they were."""
    if not apart_in_time(comparison):
        return
    if st.button(
        "Play them interleaved",
        icon=":material/shuffle:",
        key="interleave",
        help="An experiment of these groups on the same missions, in turns. Its price is shown before it begins.",
    ):
        try:
            played = missions_played(comparison, missions(), history())
            planned = interleaved(comparison, played)
            state.plan_experiment(limited(planned, priced(planned, settings())))
        except SwarmError as error:
            st.error(sentence(error), icon=":material/error:")


def _show_pictures(comparison: Comparison) -> None:
    reference = comparison.groups[0].name
    st.subheader("Difference in quality", anchor=False)
    draw(forest_figure(comparison), alt=" ".join(findings(comparison)), key="forest")
    margin = comparison.contrasts[0].difference.margin
    st.caption(FOREST.format(reference=plain(reference), margin=margin))
    with st.grid(2, min_column_width=420, gap="medium"):
        with st.container(gap="small"):
            st.subheader("Quality by mission", anchor=False)
            draw(by_mission_figure(comparison.groups), alt=_means_in_words(comparison), key="by_mission")
            st.caption(BY_MISSION)
        with st.container(gap="small"):
            st.subheader("Quality and cost", anchor=False)
            _show_plane(comparison)


def _show_plane(comparison: Comparison) -> None:
    points = standpoints(comparison.groups)
    said = weighed(points, comparison.groups)
    if points:
        draw(quality_cost_figure(points, simulated=comparison.simulated), alt=said, key="plane")
    st.markdown(plain(said))
    st.caption(PLANE)


def _means_in_words(comparison: Comparison) -> str:
    means = [(group.name, group.ranged("quality")) for group in comparison.groups]
    known = [f"{name} {each.value:.2f}" for name, each in means if each and each.value is not None]
    return f"Mean quality over {comparison.missions} missions: {', '.join(known)}"
