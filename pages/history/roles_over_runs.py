"""Roles are followed over many runs: kept or changed, new or known, and who keeps abstaining."""

from collections.abc import Mapping, Sequence

import streamlit as st

from pages.shared.labels import started_column, zone
from pages.shared.picture import draw
from pages.shared.resources import history
from swarm.export import no_formula
from swarm.figures.over_runs import abstention_figure, role_history_figure
from swarm.history.rows import RunFilter
from swarm.metrics.over_runs import (
    Abstention,
    Circumstances,
    RoleStep,
    RunRoles,
    abstention_by_position,
    mean_stability,
    role_story,
    sequences,
)
from swarm.narrative.labels import protocol_name
from swarm.written import UNKNOWN, plural, visible

NEWEST = 200
"""So many finished runs are looked at."""
REPEATS = {
    False: ("the mission changed from one run to the next", "change"),
    True: ("the same mission was run again", "repeat"),
}
"""By whether a run repeats the mission of the run before: how that is told, and what it is called."""
EXPLAINED = (
    "**Agents that kept their role**: of the agents that contributed in this run and in the one before, the share "
    "whose role is the same, compared without case, endings and filler words. 100 %: fixed specialists. 0 %: everybody "
    "finds a new role for every mission. A hollow dot repeats the mission of the run before, so it tells how "
    "repeatable roles are, not how they change with the mission.\n\n"
    "**New roles**: different roles that no earlier run of this sequence had. "
    "**Different roles so far**: all of them added up; a curve that flattens means that the organization has found "
    "its roles.\n\n"
    "**Abstained**: share of the runs in which the agent chose to sit it out. Agents that a plan or the protocol "
    "never asked did not abstain."
)


def show_roles_over_runs(where: RunFilter) -> None:
    """Follow the roles of one sequence of finished runs among those that a filter means."""
    runs = history().roles(where, limit=NEWEST)
    found = {_name(circumstances): sequence for circumstances, sequence in sequences(runs).items()}
    if not any(len(sequence) > 1 for sequence in found.values()):
        st.markdown(
            "Roles can be followed once two runs have finished under the same protocol, with the same models and as "
            "many agents. Run the same team on another mission, or take a filter away."
        )
        st.page_link("../compose/page.py", label="Compose a run", icon=":material/tune:")
        return
    _show_sequence(found[_choose(found)])
    if len(runs) == NEWEST:
        st.caption(f"The newest {NEWEST} finished runs that match are looked at.")


def _choose(found: Mapping[str, Sequence[RunRoles]]) -> str:
    """Let one sequence be chosen, by its name; the URL names it too."""
    names, linked = [*found], st.query_params.get("sequence", "")
    # Bound to the URL, the widget would write the number of runs there, and the link would break with the next run.
    chosen = st.selectbox(
        "Runs that can be compared",
        names,
        index=names.index(linked) if linked in found else 0,
        format_func=lambda name: f"{visible(name)} · {plural(len(found[name]), 'run')}",
        key="role_sequence",
        help="Only runs of the same protocol, models and number of agents, all simulated or all real, follow each "
        "other. Imported runs are left out.",
    )
    st.query_params["sequence"] = chosen
    return chosen


def forget_sequence() -> None:
    """Take the sequence out of the URL, where no roles are followed."""
    st.query_params.pop("sequence", None)


def _show_sequence(runs: Sequence[RunRoles]) -> None:
    if len(runs) < 2:
        st.markdown("Only one run so far: run the same team on another mission to see which roles it keeps.")
        return
    story, positions = role_story(runs), abstention_by_position(runs)
    simulated = runs[0].simulated
    st.markdown(_sentence(story))
    key = f"{runs[-1].run_id}_{len(runs)}"
    draw(
        role_history_figure(story, simulated=simulated, zone=zone()),
        alt=f"Roles over {len(story)} runs: {story[-1].cumulative} different roles in the end",
        key=f"roles_kept_{key}",
    )
    if any(step.repeats for step in story):
        st.caption("A hollow dot: the mission of the run before, once more.")
    st.markdown("##### Who abstains")
    st.markdown(_who_abstains(positions))
    if any(each.abstained for each in positions):
        alt = "How often each agent abstained, in seat order"
        draw(abstention_figure(positions, simulated=simulated), alt=alt, key=f"abstained_{key}")
    with st.expander("What the measures mean", icon=":material/info:"):
        st.markdown(EXPLAINED)
    _list_runs(story)


def _name(shared: Circumstances) -> str:
    parts = [
        protocol_name(shared.protocol),
        plural(shared.agents, "agent"),
        shared.models,
        "SIMULATED" if shared.simulated else "real models",
    ]
    if shared.organization != "default":
        parts.append(f"organization {shared.organization}")
    return " · ".join(parts)


def _sentence(story: Sequence[RoleStep]) -> str:
    count = (
        f"**{plural(story[-1].cumulative, 'different role')}** in {plural(len(story), 'run')}, "
        f"{story[-1].new or 'none'} of them new in the last."
    )
    kept = [*filter(None, (_kept(story, repeats=repeats) for repeats in REPEATS))]
    unknown = "No agent contributed to two runs in a row, so nothing can be said of roles kept."
    return " ".join([count, *(kept or [unknown])])


def _kept(story: Sequence[RoleStep], *, repeats: bool) -> str | None:
    """Count those who kept their role when the mission changed, or did not; None when that is unknown."""
    share, times = mean_stability(story, repeats=repeats)
    if share is None:
        return None
    when, each = REPEATS[repeats]
    mean = "mean of " if times > 1 else ""
    return (
        f"When {when}, **{share:.0%}** of the agents that contributed to both runs kept their role "
        f"({mean}{plural(times, each)})."
    )


def _who_abstains(positions: Sequence[Abstention]) -> str:
    runs, most = positions[0].runs, max(each.abstained for each in positions)
    if not most:
        return f"Nobody abstained in any of these {runs} runs."
    ever = sum(each.abstained > 0 for each in positions)
    mean = sum(each.abstained for each in positions) / runs
    often = [each.position for each in positions if each.abstained == most]
    who = f"agent {often[0]}" if len(often) == 1 else f"{len(often)} of them"
    return (
        f"{ever} of {plural(len(positions), 'agent')} abstained at least once, {mean:.1f} a run on average; most often "
        f"{who}, in {most} of {runs} runs."
    )


def _list_runs(story: Sequence[RoleStep]) -> None:
    rows = [_cells(number, step) for number, step in enumerate(story, 1)]
    st.dataframe(
        rows[::-1],
        hide_index=True,
        height="auto" if len(rows) <= 12 else 460,
        column_config={
            "Mission": st.column_config.TextColumn(width=250),
            "Started": started_column(),
            "Kept their role": st.column_config.NumberColumn(format="percent"),
            "of agents": st.column_config.NumberColumn(help="Contributed in this run and in the one before."),
            "Open": st.column_config.LinkColumn(display_text="Open", width="small"),
        },
        placeholder=UNKNOWN,
        alt="Roles of every run, the latest first",
    )


def _cells(number: int, step: RoleStep) -> dict[str, object]:
    return {
        "Run": number,
        "Mission": no_formula(step.run.mission_title),
        "Started": step.run.started,
        "Kept their role": step.stability,
        "of agents": step.both or None,
        "New roles": step.new,
        "So far": step.cumulative,
        "Abstained": len(step.run.abstained),
        "Open": f"/run?run={step.run.run_id}",
    }
