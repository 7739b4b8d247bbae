"""The state of a run is shown in a word, an icon and a colour."""

from typing import Literal, NamedTuple, TypeAlias

import streamlit as st

from pages.shared.text import plain
from swarm.recording.record import Status
from swarm.shock import SHOCKS, Shock
from swarm.verdict import SIMULATED_JUDGE

Colour: TypeAlias = Literal["primary", "blue", "green", "gray", "orange", "red"]


class Look(NamedTuple):
    """The looks of a status."""

    label: str
    icon: str
    colour: Colour
    meaning: str
    here: str = ""
    """A further sentence on a run that was performed here, which can be resumed."""


STATUS: dict[Status, Look] = {
    "running": Look("Running", ":material/play_circle:", "primary", "Agents are at work."),
    "finished": Look("Finished", ":material/check_circle:", "green", "The run came to its end."),
    "stopped": Look(
        "Stopped",
        ":material/stop_circle:",
        "gray",
        "It ended early.",
        "Somebody stopped it; it can be resumed.",
    ),
    "limited": Look(
        "Limit reached", ":material/speed:", "orange", "The next call would have passed a limit."
    ),
    "failed": Look(
        "Failed",
        ":material/error:",
        "red",
        "It could not go on, or delivered nothing.",
        "It can be resumed while somebody has not had a turn.",
    ),
    "interrupted": Look(
        "Interrupted",
        ":material/power_off:",
        "orange",
        "Its process ended in the middle.",
        "It can be resumed.",
    ),
}


def status_badge(status: Status, imported: str | None = None) -> None:
    """Show a run's status; `imported` as in its record: what came from a file cannot be resumed."""
    look = STATUS[status]
    meaning = look.meaning if imported else f"{look.meaning} {look.here}".strip()
    st.badge(look.label, icon=look.icon, color=look.colour, help=meaning)


def kind_badge(simulated: bool) -> None:
    """Show whether a run's models were simulated."""
    if simulated:
        st.badge(
            "SIMULATED",
            icon=":material/science:",
            color="violet",
            help=f"Simulated models wrote this: they run on this machine and cost nothing. {SIMULATED_JUDGE}",
        )
    else:
        st.badge("Real models", icon=":material/public:", color="gray")


def shock_badge(shock: Shock | None) -> None:
    """Show that a run has a shock; nothing for those without."""
    if shock:
        st.badge(
            f"Shock: {shock.kind}",
            icon=":material/bolt:",
            color="orange",
            help=f"In the middle of the work. {SHOCKS[shock.kind]}",
        )


def origin_badge(imported: str | None) -> None:
    """Show that a run came from a file; nothing for those performed here."""
    if imported:
        st.badge(
            "Imported",
            icon=":material/file_open:",
            color="blue",
            help=f"Performed elsewhere, as {plain(imported)}, and taken from a file: nobody here can vouch for it.",
        )
