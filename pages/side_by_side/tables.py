"""A comparison of groups is shown in small pictures and tables, each number with its meaning."""

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import streamlit as st

from pages.shared.labels import level_name
from pages.shared.picture import draw
from pages.shared.text import plain
from pages.side_by_side.conditions import NAMES
from swarm.cell import OWN
from swarm.comparison.contrasts import Comparison
from swarm.comparison.finding import is_simulated
from swarm.comparison.group import Group
from swarm.comparison.levels import means_by_mission
from swarm.comparison.rows import Row, measure_rows, statistic_rows
from swarm.export import no_formula
from swarm.figures import measure_figure
from swarm.narrative.labels import protocol_name
from swarm.recording.measures import COMPARED, MEASURES
from swarm.written import UNKNOWN, visible

DRAWN = tuple(key for key in COMPARED if key not in ("quality", "mission_relevance"))
"""Measures beside the judge's, which have pictures of their own."""


def show_measures(groups: Sequence[Group]) -> None:
    """A small picture for every measure, all groups on one scale; the numbers below."""
    # The time of simulated runs is this machine's, and says nothing of their models.
    drawn = [each for each in DRAWN if each != "duration_s" or not is_simulated(groups[0])]
    rows = dict(zip(drawn, measure_rows(groups, drawn), strict=True))
    with st.grid(3, min_column_width=280, gap="medium"):
        for measure in drawn:
            figure = measure_figure(groups, measure)
            with st.container(gap=None):
                st.markdown(f"**{MEASURES[measure].name}**", help=MEASURES[measure].meaning)
                if figure is None:
                    st.caption("Not known of any of these runs.")
                    continue
                said = zip(groups, rows[measure].values, strict=True)
                alt = f"{MEASURES[measure].name}: " + "; ".join(
                    f"{group.name} {value}" for group, value in said
                )
                draw(figure, alt=alt, key=f"measure_{measure}")
    money = (
        " Money is simulated; time is not drawn, as it is this machine's." if is_simulated(groups[0]) else ""
    )
    st.caption(f"Means over missions with 95 % intervals; every axis begins at 0.{money}")
    with st.expander("In numbers", icon=":material/table:"):
        alt = "The mean of every measure in each group, with its interval"
        show_rows(measure_rows(groups), [group.name for group in groups], alt=alt)


def show_statistics(comparison: Comparison) -> None:
    """Every statistic of every contrast, with a sentence on what it means."""
    reference = comparison.groups[0].name
    st.caption(f"Each group against {plain(reference)}.")
    names = [each.group.name for each in comparison.contrasts]
    show_rows(statistic_rows(comparison), names, alt="Every statistic of each group against the reference")


def show_missions(groups: Sequence[Group], where: Mapping[str, Any]) -> None:
    """Every mission with the mean of each group, what differs from the reference, and a way to its runs."""
    # A group can have the name of a model, and the heads of a table are downloaded with it.
    names = [no_formula(group.name) for group in groups]
    differences = [f"{name} − {visible(groups[0].name)}" for name in names[1:]]
    st.dataframe(
        [
            {
                "Mission": no_formula(row.title),
                "Level": level_name(row.level) if row.level else "own",
                **dict(zip(names, row.means, strict=True)),
                **{name: row.difference(at) for at, name in enumerate(differences, 1)},
                "Runs": _link_to_runs(row.mission, where),
            }
            for row in means_by_mission(groups)
        ],
        hide_index=True,
        column_config={
            "Mission": st.column_config.TextColumn(width=250),
            **dict.fromkeys(names, st.column_config.NumberColumn(format="%.3f")),
            **dict.fromkeys(differences, st.column_config.NumberColumn(format="%+.3f")),
            "Runs": st.column_config.LinkColumn(display_text="See", width="small"),
        },
        placeholder=UNKNOWN,
        height="auto" if len(groups[0].missions) <= 12 else 460,
        alt="Mean quality of every mission in each group",
    )
    st.caption("Mean quality of a mission's repeats. Choose a column's head to sort by it.")


def show_rows(rows: Sequence[Row], names: Sequence[str], *, alt: str, signs: Sequence[str] = ()) -> None:
    """A table with a column for each name, and below it what its lines mean: a telephone has no room beside them.

    Args:
        rows: the lines.
        names: of the columns.
        alt: what it holds, for those who cannot see it.
        signs: one before the name of each line, or none at all.
    """
    heads = [f"{sign} {row.name}".strip() for sign, row in zip(signs or [""] * len(rows), rows, strict=True)]
    st.table(
        {
            " ": [f"**{plain(head)}**" for head in heads],
            **{plain(name): [plain(row.values[at]) for row in rows] for at, name in enumerate(names)},
        },
        border="horizontal",
        hide_index=True,
        alt=alt,
    )
    with st.expander("What these mean", icon=":material/info:"):
        st.markdown(
            "\n".join(f"- **{plain(row.name)}**: {plain(row.meaning)}" for row in rows if row.meaning)
        )


def _link_to_runs(mission: str, where: Mapping[str, Any]) -> str:
    """The history, filtered as the comparison is, and to this mission."""
    kept = {name: where[name] for name in ("kind", "of_model", "experiment", *NAMES) if name in where}
    # A widget that is bound to the address is named there by what it shows.
    kept["of_protocol"] = [protocol_name(protocol) for protocol in where.get("of_protocol", ())]
    return f"/history?{urlencode({**kept, 'find': mission.removeprefix(OWN)}, doseq=True)}"
