"""History: every run; filter, sort, open, delete, export."""

import io

import streamlit as st

from pages.shared import state
from pages.shared.badges import STATUS
from pages.shared.numbers import plural
from pages.shared.resources import history
from pages.shared.text import plain
from pages.shared.words import protocol_name, run_label
from swarm.errors import SwarmError
from swarm.export import no_formula
from swarm.history import RunFilter, RunRow
from swarm.models.catalogue import load_catalogue
from swarm.protocols import PROTOCOLS

PER_PAGE = 50
KINDS = {"All": None, "Simulated": True, "Real": False}
ORDERS = {
    "Newest first": ("started", True),
    "Oldest first": ("started", False),
    "Best quality first": ("quality", True),
    "Dearest first": ("cost_usd", True),
    "Longest first": ("duration_s", True),
    "Most agents first": ("agents", True),
}


def choose_filter() -> RunFilter:
    """Draw the filters."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="medium"):
        text = st.text_input(
            "Search",
            key="find",
            type="search",
            placeholder="Mission or run",
            bind="query-params",
            width=260,
        )
        kind = st.segmented_control(
            "Models are", [*KINDS], default="All", required=True, key="kind", bind="query-params"
        )
    with st.expander("More filters", icon=":material/filter_list:"), st.grid(3, min_column_width=220):
        protocols = st.multiselect(
            "Protocols", [*PROTOCOLS], format_func=protocol_name, key="of_protocol", bind="query-params"
        )
        models = st.multiselect("Models", [*load_catalogue()], key="of_model", bind="query-params")
        statuses = st.multiselect(
            "Status",
            [*STATUS],
            format_func=lambda status: STATUS[status].label,
            key="of_status",
            bind="query-params",
        )
    return RunFilter(text or None, tuple(protocols), tuple(models), tuple(statuses), KINDS[kind or "All"])


def choose_run(rows: list[RunRow]) -> str | None:
    """Draw the table and, for those who prefer it, a list; return the run chosen in either."""
    event = st.dataframe(
        [_cells(row) for row in rows],
        hide_index=True,
        key="runs",
        on_select="rerun",
        selection_mode="single-row",
        height="auto" if len(rows) <= 12 else 460,
        column_config=_columns(),
        alt="Runs, one a line",
    )
    selected = event["selection"]["rows"]
    by_id = {row.run_id: run_label(row) for row in rows}
    picked = st.selectbox(
        "Or choose a run here",
        [*by_id],
        format_func=by_id.__getitem__,
        index=None,
        key="pick",
        placeholder="Run",
    )
    return rows[selected[0]].run_id if selected and selected[0] < len(rows) else picked


def show_choice(row: RunRow) -> None:
    """What can be done with the chosen run."""
    with st.container(horizontal=True, vertical_alignment="center"):
        if st.button("Open", type="primary", icon=":material/open_in_full:", key="open"):
            state.show_run(row.run_id)
        if st.button("Delete", icon=":material/delete:", key="delete"):
            confirm_deletion(row)
        st.markdown(f":gray[{plain(run_label(row))}]")


@st.dialog("Delete this run?", icon=":material/delete:")
def confirm_deletion(row: RunRow) -> None:
    """Delete a run once somebody has said so twice."""
    st.markdown(plain(run_label(row)))
    st.caption("It disappears from every page and export. The journal keeps its events on disk.")
    if st.button("Delete", type="primary", icon=":material/delete:", width="stretch", key="really_delete"):
        history().delete(row.run_id)
        st.rerun()


def show_export(where: RunFilter, runs: int) -> None:
    """Every run of the filter as a file, made when it is asked for."""
    with st.popover(f"Export {plural(runs, 'run')}", icon=":material/download:"):
        st.download_button(
            "CSV", lambda: _csv(where), "runs.csv", "text/csv", width="stretch", on_click="ignore"
        )
        st.download_button(
            "Parquet", lambda: _parquet(where), "runs.parquet", width="stretch", on_click="ignore"
        )


def show_damages() -> None:
    """Say so when journals have lines nobody can read."""
    damages = history().damages()
    if damages:
        files = ", ".join(sorted({damage.journal for damage in damages}))
        st.warning(
            f"{plural(len(damages), 'line')} of the journal cannot be read: {plain(files)}. "
            "Runs in these files may be incomplete.",
            icon=":material/broken_image:",
        )


def _cells(row: RunRow) -> dict[str, object]:
    return {
        "Mission": no_formula(row.mission_title),
        "Started": row.started,
        "Status": STATUS[row.status].label,
        "Quality": row.quality,
        "Protocol": protocol_name(row.protocol),
        "Agents": row.agents,
        "Models": no_formula(row.models),
        "Kind": "SIMULATED" if row.simulated else "real",
        "Level": row.level or "own",
        "Depth": row.depth,
        "Roles": row.distinct_roles,
        "Abstained": row.abstained,
        "Idle by order": row.directed_idle,
        "Unreadable": row.unparsed,
        "No reply": row.failed,
        "Tokens": row.input_tokens + row.output_tokens,
        "Cost, $": row.cost_usd,
        "Time, s": row.duration_s,
    }


def _columns() -> dict[str, object]:
    number = st.column_config.NumberColumn
    return {
        "Started": st.column_config.DatetimeColumn(format="YYYY-MM-DD HH:mm"),
        "Mission": st.column_config.TextColumn(width=250),
        "Quality": st.column_config.ProgressColumn(format="%.2f", min_value=0, max_value=1, width="small"),
        "Tokens": number(format="localized"),
        "Cost, $": number(format="%.4f"),
        "Time, s": number(format="%.1f"),
    }


def _csv(where: RunFilter) -> bytes:
    table = history().frame(where)
    for name in table.select_dtypes(["object", "string"]):
        table[name] = table[name].map(no_formula)
    return table.to_csv(index=False).encode()


def _parquet(where: RunFilter) -> bytes:
    file = io.BytesIO()
    history().frame(where).to_parquet(file, index=False)
    return file.getvalue()


st.title("History", anchor=False)
try:
    show_damages()
    if not history().count():
        st.markdown("No run yet. The demo on the Start page makes the first one, or compose your own.")
        st.page_link("../run/start.py", label="Go to Start", icon=":material/play_circle:")
        st.stop()
    wanted = choose_filter()
    found = history().count(wanted)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        order = st.selectbox("Order", [*ORDERS], key="order", width=220, bind="query-params")
        show_export(wanted, found)
    if not found:
        st.caption("No run matches. Take a filter away.")
        st.stop()
    pages = -(-found // PER_PAGE)
    page = st.pagination(pages, key="history_page") if pages > 1 else 1
    listed = history().runs(wanted, limit=PER_PAGE, offset=(page - 1) * PER_PAGE, order=ORDERS[order])
    chosen = choose_run(listed)
    if chosen:
        show_choice(next(row for row in listed if row.run_id == chosen))
except SwarmError as error:
    st.error(plain(error))
