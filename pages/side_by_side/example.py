"""One run of each group is shown: the same mission and seed, so that organizations can be seen."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import streamlit as st

from pages.shared.picture import draw
from pages.shared.resources import history
from pages.shared.text import plain
from pages.side_by_side.link import Subject
from swarm.cell import OWN, Cell, Condition
from swarm.comparison.contrasts import Comparison
from swarm.comparison.group import Group
from swarm.comparison.levels import MissionMeans, means_by_mission
from swarm.figures import role_figure
from swarm.grid import Factor
from swarm.history.rows import RunFilter, RunRow
from swarm.narrative.contrast import CAVEAT
from swarm.narrative.story import story
from swarm.organization.graph import seats_of
from swarm.recording.record import RunRecord
from swarm.written import quality, visible

LOOKED_AT = 5_000
"""Most runs of a mission among which the example is sought."""


def show_example(subject: Subject, comparison: Comparison, factor: Factor) -> None:
    """A run of each group on one mission with one seed; the mission can be chosen."""
    groups = comparison.groups
    rows = {row.mission: row for row in means_by_mission(groups)}
    if not rows:
        st.caption("No mission was run by all of these groups under the same conditions.")
        return
    usual = typical(comparison, [*rows.values()])
    mission = st.selectbox(
        "Mission",
        [*rows],
        index=[*rows].index(usual),
        format_func=lambda it: visible(rows[it].title),
        key="example_mission",
        help="At first the mission whose differences are nearest to the mean ones: it was not chosen to impress.",
    )
    records = _runs_alike(subject, groups, mission)
    if not records:
        st.caption("No seed of this mission was run by all of these groups under the same conditions.")
        return
    _show_columns(groups, records)
    st.caption(f"Seed {records[0].spec.seed}, the first that all have. {CAVEAT}")
    st.page_link(
        "../side_by_side/page.py",
        label="Compare these runs singly",
        icon=":material/splitscreen_vertical_add:",
        query_params={"run": [record.run_id for record in records]},
    )


def typical(comparison: Comparison, rows: Sequence[MissionMeans]) -> str:
    """The mission whose differences are nearest to the mean differences."""
    wanted = [each.difference.difference for each in comparison.contrasts]

    def distance(row: MissionMeans) -> float:
        found = [row.difference(at) for at in range(1, len(comparison.groups))]
        return sum(
            1.0 if difference is None else abs(difference - mean)
            for difference, mean in zip(found, wanted, strict=True)
        )

    return min(rows, key=distance).mission


def alike(groups: Sequence[Group], mission: str) -> tuple[tuple[Cell, ...], int] | None:
    """A cell of each group on a mission, all in one context, and the first seed that they share.

    Returns:
        Of the first context in which there is such a seed; None when there is none.
    """
    by_key = [{group.key(cell): cell for cell in group.cells if cell.mission == mission} for group in groups]
    for key in sorted(by_key[0], key=str):
        cells = tuple(found[key] for found in by_key if key in found)
        seeds = set[int].intersection(*({*cell.seeds} for cell in cells))
        if len(cells) == len(groups) and seeds:
            return cells, min(seeds)
    return None


def _runs_alike(subject: Subject, groups: Sequence[Group], mission: str) -> list[RunRecord]:
    """One run of each group on a mission, under the same conditions and of one seed; empty when there is none."""
    chosen = alike(groups, mission)
    if chosen is None:
        return []
    cells, seed = chosen
    found = _rows_of(subject.where, cells, mission)
    ids = [found.get((cell.condition, seed)) for cell in cells]
    return [history().run(run_id) for run_id in ids if run_id] if all(ids) else []


def _rows_of(where: RunFilter, cells: Sequence[Cell], mission: str) -> Mapping[tuple[Condition, int], str]:
    """Ids of runs of a mission that came to their end, by condition and seed."""
    wanted = replace(
        where,
        text=where.text if where.text else mission.removeprefix(OWN),
        protocols=tuple({cell.condition.protocol for cell in cells}),
        statuses=("finished", "failed"),
        simulated=cells[0].condition.simulated,
    )
    rows = history().runs(wanted, limit=LOOKED_AT, order=("run_id", True))
    named = {mission, mission.removeprefix(OWN)}
    return {
        (_condition(row), row.seed): row.run_id
        for row in rows
        if not row.imported
        and (row.status == "finished" or row.shortfall == "own")
        and named & {row.mission_id, row.mission_title}
    }


def _condition(row: RunRow) -> Condition:
    return Condition(
        row.simulated,
        row.protocol,
        row.options,
        row.models,
        row.agents,
        row.shock or "none",
        row.judge or "none",
        row.prompts,
    )


def _show_columns(groups: Sequence[Group], records: Sequence[RunRecord]) -> None:
    most = max((seat.tokens for record in records for seat in seats_of(record)), default=0)
    with st.grid(2 if len(groups) == 4 else len(groups), min_column_width=290, gap="medium"):
        for group, record in zip(groups, records, strict=True):
            with st.container(gap="xsmall"):
                scored = quality(record.verdict.quality if record.verdict else None)
                seats = record.participation
                st.markdown(
                    f"**{plain(group.name)}** · quality {scored} · depth {record.depth or '–'} · "
                    f"{seats.active} of {len(record.spec.team)} active"
                )
                figure = role_figure(record, height=400, most_tokens=most or None)
                draw(figure, alt=" ".join(story(record)), key=f"example_{record.run_id}")
