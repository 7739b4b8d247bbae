"""The test of a team is shown: how far it is, the verdict card, and what to take home."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from pages.experiments.view import watch
from pages.shared.picture import draw
from pages.shared.resources import cells, history, settings
from pages.shared.text import plain, sentence
from pages.side_by_side.tables import show_rows
from swarm.comparison.finding import remarks
from swarm.comparison.rows import measure_rows, statistic_rows
from swarm.errors import BadInput
from swarm.experiment.recipe import Recipes
from swarm.experiment.results import is_final
from swarm.figures import forest_figure
from swarm.grid import Experiment
from swarm.history.rows import RunFilter
from swarm.teams.export import TARGETS, as_download, export_team
from swarm.teams.reading.given import GivenTeam
from swarm.teams.storage import team_of
from swarm.teams.trial.arms import ARM_NAMES, Arm
from swarm.teams.trial.described import about_the_arms, arms_in_words
from swarm.teams.trial.report import as_report
from swarm.teams.trial.sentences import (
    EMULATION,
    advice,
    further,
    rehearsal,
    unsettled,
    winners,
)
from swarm.teams.trial.sentences import (
    sentence as verdict_sentence,
)
from swarm.teams.trial.verdict import TeamVerdict, team_verdict

ON_THE_CARD = ("Verdict", "Difference", "d of mission means", "Cost", "Time")


def show_team_test(experiment_id: str) -> None:
    """One test; asked for again every second while it goes on, its verdict when it has ended or is asked for."""
    _, of = history().experiment(experiment_id)
    row, experiment = watch(experiment_id, arms_in_words(of.grid))
    if row.status == "running" and not st.toggle("Show the verdict so far", key="team_so_far"):
        return
    try:
        show_verdict(experiment, final=is_final(row))
    except BadInput as error:
        st.info(sentence(error), icon=":material/hourglass_empty:")


def show_verdict(experiment: Experiment, *, final: bool) -> None:
    """The card, then all it rests upon, then what to take home.

    Raises:
        BadInput: when nothing can be compared yet.
    """
    found = team_verdict(experiment, cells(RunFilter(experiment=experiment.grid.id)), final=final)
    kin = Recipes(experiment.grid, settings()).warnings_later
    _show_card(found, kin)
    _show_take_home(found, experiment, kin)
    _show_numbers(found)
    with st.expander("What each arm played", icon=":material/description:"):
        st.markdown("\n".join(f"- {plain(line)}" for line in about_the_arms(experiment.grid)))
        st.page_link(
            "../experiments/page.py",
            label="See it as an experiment, with all its runs",
            icon=":material/science:",
            query_params={"experiment": experiment.grid.id},
        )


def _show_card(found: TeamVerdict, warnings: Sequence[str] = ()) -> None:
    with st.container(border=True):
        st.subheader("Rehearsal" if found.simulated else plain(advice(found)), anchor=False)
        if found.simulated:
            st.markdown(plain(rehearsal(found)))
        st.markdown(f"**{plain(verdict_sentence(found))}**")
        for line in winners(found):
            st.markdown(f":material/emoji_events: {plain(line)}")
        for line in unsettled(found):
            st.markdown(f":material/hourglass_top: {plain(line)}")
        for line in further(found):
            st.markdown(f":material/group_remove: {plain(line)}")
        names = [each.group.name for each in found.comparison.contrasts]
        wanted = ON_THE_CARD[:-1] if found.simulated else ON_THE_CARD
        rows = [row for row in statistic_rows(found.comparison) if row.name in wanted]
        show_rows(rows, names, alt="The differences from your roles in quality, cost and time")
        for line in (*remarks(found.comparison), *warnings):
            st.caption(f":material/info: {plain(line)}")
        st.caption(f":material/theater_comedy: {plain(EMULATION)}")
    alt = verdict_sentence(found)
    draw(forest_figure(found.comparison), alt=alt, key="team_forest")
    st.caption(
        "Difference in quality from your roles: right of the line is better. Bars are 95 % intervals; the band is the "
        f"margin of ±{found.comparison.contrasts[0].difference.margin:g}; each tick is a mission."
    )


def _show_numbers(found: TeamVerdict) -> None:
    groups = found.comparison.groups
    with st.expander("The arms in numbers", icon=":material/table:", expanded=True):
        show_rows(
            measure_rows(groups, found.measures),
            [group.name for group in groups],
            alt="Every measure of the arms",
        )
    with st.expander("All statistics, against your roles", icon=":material/functions:"):
        names = [each.group.name for each in found.comparison.contrasts]
        show_rows(statistic_rows(found.comparison), names, alt="Every statistic against your roles")


def _show_take_home(found: TeamVerdict, experiment: Experiment, kin: Sequence[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.download_button(
            "Report (HTML)",
            partial(as_report, found, experiment, kin),
            f"{experiment.grid.id}.html",
            "application/octet-stream",
            icon=":material/description:",
            on_click="ignore",
            key="team_report",
            help="One file that opens anywhere, without a network.",
        )
        team = team_of(settings(), experiment.grid)
        if team is None:
            st.caption("The team's file is not kept here, so its set-up cannot be taken home from here.")
        else:
            _show_set_ups(team, found)


def _show_set_ups(team: GivenTeam, found: TeamVerdict) -> None:
    with st.popover("Take a set-up home", icon=":material/download:"), st.container(width=320):
        arms: list[Arm] = [*ARM_NAMES]
        recommended = found.recommended or "given"
        arm = st.radio(
            "Set-up",
            arms,
            arms.index(recommended),
            format_func=lambda each: (
                ARM_NAMES[each] + (" (recommended)" if each == found.recommended else "")
            ),
            key="team_arm",
        )
        for name, target in TARGETS.items():
            file_name, _ = as_download(export_team(team, arm, name))
            st.download_button(
                target.label,
                partial(_content, team, arm, name),
                f"{name}-{arm}-{file_name}",
                "application/octet-stream",
                help=target.purpose,
                width="stretch",
                on_click="ignore",
                key=f"team_take_{name}",
            )


def _content(team: GivenTeam, arm: Arm, target: str) -> bytes:
    return as_download(export_team(team, arm, target))[1]
