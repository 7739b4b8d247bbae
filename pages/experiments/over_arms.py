"""Size and shocks, arm by arm: what more agents bring, how teams stand a blow."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.picture import draw
from pages.shared.text import plain
from swarm.cell import Cell, kind_as_kept
from swarm.comparison.team_size import curve_in_words, size_curves
from swarm.comparison.withstood import stand_in_words, stands
from swarm.export import no_formula
from swarm.figures.scaling import scaling_figure
from swarm.grid import NO_SHOCK
from swarm.shock import SHOCKS
from swarm.written import UNKNOWN, number


def show_team_sizes(cells: Sequence[Cell], margin: float, alpha: float, final: bool) -> None:
    """Quality and cost over the number of agents; `margin`, `alpha` and `final` are those of the experiment.

    Raises:
        BadInput: when nothing can be compared yet.
    """
    calm = [cell for cell in cells if cell.condition.shock == NO_SHOCK]
    curves = size_curves(calm or cells, margin=margin, alpha=alpha, final=final)
    said = [curve_in_words(curve) for curve in curves]
    st.markdown("\n".join(f"- {plain(line)}" for line in said))
    lines = {curve.name: curve.rows for curve in curves}
    draw(scaling_figure(lines, simulated=curves[0].simulated), alt=" ".join(said), key="team_sizes")
    st.caption(
        "Each doubling of the team is one step to the right; bars are 95 % intervals over missions. Kruskal–Wallis is "
        "the paper's test whether sizes differ; that it finds nothing does not show that they are equal, so flatness "
        "is tested by itself: every two sizes within the margin."
    )
    rows = [
        {
            "Arm": no_formula(curve.name),
            "Agents": point.agents,
            "Quality": row.quality,
            "Gain per doubling": None if point.marginal is None else number(point.marginal, signed=True),
            "Cost of a run, $": row.cost_usd,
            "Missions": point.missions,
        }
        for curve in curves
        for point, row in zip(curve.points, curve.rows, strict=True)
    ]
    column = st.column_config.NumberColumn
    st.dataframe(
        rows,
        hide_index=True,
        column_config={"Quality": column(format="%.3f"), "Cost of a run, $": column(format="%.4f")},
        placeholder=UNKNOWN,
        alt="Quality, gain per doubling and cost by number of agents",
    )


def show_shocks(cells: Sequence[Cell]) -> None:
    """Show the quality that is left after each shock.

    Raises:
        BadInput: when nothing can be compared yet.
    """
    found = stands(cells)
    st.markdown("\n".join(f"- {plain(stand_in_words(stand))}" for stand in found))
    shocks = list(dict.fromkeys(shock for stand in found for shock in stand.kept))
    rows = [
        {
            "Arm": no_formula(stand.name),
            "Resilience": stand.resilience.value if stand.resilience else None,
            **{_head(shock): stand.kept[shock].value if shock in stand.kept else None for shock in shocks},
        }
        for stand in found
    ]
    share = st.column_config.NumberColumn(format="percent")
    st.dataframe(
        rows,
        hide_index=True,
        column_config={"Resilience": share} | {_head(shock): share for shock in shocks},
        placeholder=UNKNOWN,
        alt="Share of quality kept after each shock, by arm",
    )
    kinds = {kind_as_kept(shock) for shock in shocks}
    listed = " ".join(f"{kind.capitalize()}: {SHOCKS[kind]}" for kind in SHOCKS if kind in kinds)
    st.caption(
        "Resilience is mean quality with the shocks over mean quality without: the same missions and seeds, with and "
        "without the shock in the middle of the work. In brackets: its 95 % interval over missions, after Fieller. "
        f"{plain(listed)}"
    )


def _head(shock: str) -> str:
    """A shock as the head of a column; the name of a model stays as it is."""
    return no_formula(shock[:1].upper() + shock[1:])
