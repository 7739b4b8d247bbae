"""One experiment is shown, live or ended: how far it is, and what it shows so far."""

import streamlit as st

from pages.experiments.over_arms import show_shocks, show_team_sizes
from pages.experiments.results import show_results
from pages.experiments.status import STATUS, experiment_badge, show_actions
from pages.experiments.threshold import show_threshold
from pages.shared.badges import kind_badge
from pages.shared.resources import cells, history
from pages.shared.text import plain, sentence
from pages.shared.views import choose_view
from swarm.claims.gaps import claim_of
from swarm.comparison.threshold import tells_threshold
from swarm.errors import BadInput, SwarmError
from swarm.experiment.file import experiment_toml
from swarm.experiment.looks import alpha_of
from swarm.experiment.results import is_final
from swarm.experiment.sentences import STILL_GOING_ON, experiment_in_words, spent_in_words
from swarm.grid import NO_SHOCK, Experiment
from swarm.history.experiments import ExperimentRow
from swarm.history.rows import RunFilter
from swarm.written import count, lasting, plural, usd

POLL_S = 1.0
ANSWER, THRESHOLD, RECIPE = "What it shows", "Capability threshold", "What was played"
SIZES, SHOCKS = "Team size", "Shocks"


def show_experiment(experiment_id: str) -> None:
    """One experiment; its state is asked for again every second while it goes on, its answer when somebody wants it.

    Drawing an answer takes seconds: drawn again and again, it would keep Stop from being heard.
    """
    row, experiment = watch(experiment_id)
    show_so_far(experiment_id) if row.status == "running" else show_views(row, experiment)


def watch(experiment_id: str, about: str | None = None) -> tuple[ExperimentRow, Experiment]:
    """Show how it stands, again and again while it goes on; returns it as it was at first.

    Args:
        experiment_id: of it.
        about: what it is, in other words than its own.
    """
    row, experiment = history().experiment(experiment_id)
    running = row.status == "running"

    @st.fragment(run_every=POLL_S if running else None)
    def live() -> None:
        try:
            now, _ = history().experiment(experiment_id)
            if running and now.status != "running":
                st.rerun()
            show_heading(now, experiment, about)
            show_progress(now)
        except SwarmError as error:
            st.error(sentence(error), icon=":material/error:")

    live()
    return row, experiment


@st.fragment
def show_so_far(experiment_id: str) -> None:
    """Show the findings by now of an experiment that goes on, when asked."""
    if st.toggle("Show what it shows so far", key="exp_so_far"):
        show_views(*history().experiment(experiment_id))


def show_heading(row: ExperimentRow, experiment: Experiment, about: str | None = None) -> None:
    """Show the experiment in its own words or these, its status and what can be done about it."""
    with st.container(horizontal=True, vertical_alignment="center"):
        experiment_badge(row.status)
        kind_badge(row.simulated)
        st.space("stretch")
        show_actions(row, experiment)
    st.title(plain(row.name), anchor=False)
    st.markdown(plain(about or experiment_in_words(experiment)))
    if row.reason:
        look = STATUS[row.status]
        banner = {"clear": st.success, "failed": st.error}.get(row.status, st.warning)
        banner(plain(f"{look.label}: {row.reason}"), icon=look.icon)


def show_progress(row: ExperimentRow) -> None:
    """Runs played and cut short, dollars, time left."""
    share = row.finished / row.runs
    if row.status == "running":
        left = "" if row.left_s is None else f" · about {lasting(row.left_s)} left"
        st.progress(share, f"{row.finished:,} of {plural(row.runs, 'run')}{left}")
    with st.grid(4, min_column_width=140):
        st.metric("Runs played", f"{row.finished:,} of {row.runs:,}", border=True, height="stretch")
        st.metric(
            "Cut short",
            count(row.failed),
            border=True,
            height="stretch",
            help="Stopped, limited, or without an answer of the provider; left out of all numbers.",
        )
        st.metric(
            "Without a score",
            count(row.unscored),
            border=True,
            height="stretch",
            help="Left out of quality, never counted as 0.",
        )
        expected = None if row.expected_usd is None else f"{plain(usd(row.expected_usd))} expected"
        st.metric(
            "Simulated cost" if row.simulated else "Spent",
            plain(spent_in_words(row)),
            expected,
            delta_color="off",
            delta_arrow="off",
            border=True,
            height="stretch",
            help=_about_money(row),
        )
    if row.nothing:
        failed = plural(row.nothing, "run")
        st.caption(f"{failed} failed by their own team, which is a result: counted with a quality of 0.25.")
    if row.not_played and row.status != "running":
        st.caption(f"{plural(row.not_played, 'run')} not played.")


def views_of(experiment: Experiment) -> list[str]:
    """List the views: the answer, what only some grids can tell, and the recipe."""
    grid = experiment.grid
    return [
        ANSWER,
        *([THRESHOLD] if tells_threshold(grid) else []),
        *([SIZES] if len(grid.agents) > 1 else []),
        *([SHOCKS] if len(grid.shocks) > 1 and NO_SHOCK in grid.shocks else []),
        RECIPE,
    ]


def show_views(row: ExperimentRow, experiment: Experiment) -> None:
    """One way to look at the experiment."""
    view = choose_view(views_of(experiment), "experiment_view", ANSWER)
    played, margin = RunFilter(experiment=row.experiment_id), experiment.terms.margin
    try:
        match view:
            case "Capability threshold":
                show_threshold(cells(played), margin, alpha_of(experiment), is_final(row))
            case "Team size":
                show_team_sizes(cells(played), margin, alpha_of(experiment), is_final(row))
            case "Shocks":
                show_shocks(cells(played))
            case "What was played":
                show_recipe(experiment)
            case _:
                show_answer(row, experiment)
    except BadInput as error:
        st.info(sentence(error), icon=":material/hourglass_empty:")


def show_answer(row: ExperimentRow, experiment: Experiment) -> None:
    """Show the findings so far; while it goes on, that they may change."""
    if not row.finished:
        raise BadInput("no run has been played to its end yet")
    if row.status == "running":
        st.caption(STILL_GOING_ON)
    show_claim(experiment)
    show_results(row, experiment)


def show_claim(experiment: Experiment) -> None:
    """The way back to the claim whose missing runs were played; nothing for other experiments."""
    if claim := claim_of(experiment.grid):
        st.markdown(f"These runs complete what the claim “{plain(claim.statement)}” lacked.")
        st.page_link(
            "../claims/page.py",
            label="See what the claim says now",
            icon=":material/fact_check:",
            query_params={"claim": claim.id},
        )


def show_recipe(experiment: Experiment) -> None:
    """The file that does the same."""
    try:
        st.code(experiment_toml(experiment), language="toml", wrap_lines=True)
    except BadInput as error:
        st.caption(sentence(error))


def _about_money(row: ExperimentRow) -> str | None:
    if row.unpriced:
        return f"{plural(row.unpriced, 'run')} of unknown cost: what is shown is what is known."
    return "Simulated money: what models of this class would cost." if row.simulated else None
