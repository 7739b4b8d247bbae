"""The seats of a run are listed: who is doing what, and what became of everybody."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.text import plain
from swarm.export import no_formula
from swarm.metrics.participation import Participation
from swarm.narrative.labels import BECAME, SAT_OUT
from swarm.organization.graph import SeatNow, Standing
from swarm.recording.record import Status

LISTED = 16
"""More seats become a table one can scroll and sort."""
ICONS: dict[Standing, str] = {
    "active": ":green[:material/check_circle:]",
    "thinking": ":primary[:material/more_horiz:]",
    "abstained": ":gray[:material/do_not_disturb_on:]",
    "directed_idle": ":gray[:material/bedtime:]",
    "unparsed": ":orange[:material/help:]",
    "failed": ":red[:material/error:]",
    "waiting": ":gray[:material/schedule:]",
    "not_reached": ":gray[:material/remove:]",
}
PARTS_EXPLAINED = (
    "Active agents delivered something. Abstained by choice: was asked, and sat it out. Idle by order: never asked "
    "to work, by a plan or the protocol. Unreadable reply: could not be read, even when asked again. "
    "No reply: the model gave none."
)


def list_seats(seats: Sequence[SeatNow]) -> None:
    """List the seats with what they are doing, in seat order."""
    if len(seats) > LISTED:
        _table(seats)
        return
    st.table(
        {
            "": [ICONS[seat.standing] for seat in seats],
            "Agent": [seat.number for seat in seats],
            "What it does": [_sentence(seat) for seat in seats],
        },
        border="horizontal",
        hide_index=True,
        hide_header=True,
        width="content",
    )


def show_participation(seats: Participation, status: Status) -> None:
    """Show the fates of the seats: four kinds of not working, never mixed."""
    counts = {"active": seats.active, **{BECAME[part]: getattr(seats, part) for part in SAT_OUT}}
    if seats.not_reached:
        counts["to come" if status == "running" else BECAME["not_reached"]] = seats.not_reached
    st.caption(" · ".join(f"**{number}** {what}" for what, number in counts.items()))


def _sentence(seat: SeatNow) -> str:
    role = f"**{plain(seat.role, 80)}**" if seat.role else ""
    if seat.standing == "active":
        lead = " :gray[· leads]" if seat.leads else ""
        builds = f" :gray[· builds on {', '.join(map(str, seat.builds_on))}]" if seat.builds_on else ""
        return f"{role or 'contributed'}{lead}{builds}"
    why = (
        f": {plain(seat.reason, 140)}"
        if seat.reason and seat.standing in ("abstained", "unparsed", "failed")
        else ""
    )
    return f":gray[{BECAME[seat.standing]}{why}]"


def _table(seats: Sequence[SeatNow]) -> None:
    st.dataframe(
        {
            "Agent": [seat.number for seat in seats],
            "Doing": [BECAME[seat.standing] for seat in seats],
            "Role": [no_formula(seat.role or "") for seat in seats],
            "Tokens": [seat.tokens for seat in seats],
        },
        hide_index=True,
        height=470,
        column_config={"Tokens": st.column_config.NumberColumn(format="localized")},
        alt="What every agent is doing",
    )
