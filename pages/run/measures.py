"""A run's measures are shown, each with its meaning; definitions stand in docs/metrics.md."""

import streamlit as st

from swarm.recording.measures import OF_A_RUN, Measure
from swarm.recording.record import RunRecord
from swarm.written import UNKNOWN, count


def show_measures(record: RunRecord) -> None:
    """Show the measures of the organization, one a line; a dash where there is nothing to measure."""
    st.table(
        {
            "Measure": [f"**{measure.name}**  \n:gray[{measure.meaning}]" for measure in OF_A_RUN],
            "Value": [_value(measure, record) for measure in OF_A_RUN],
        },
        border="horizontal",
        hide_index=True,
    )


def _value(measure: Measure, record: RunRecord) -> str:
    if measure.of is None:
        return measure.tell(record) if measure.tell else UNKNOWN
    value = measure.of(record)
    if value is None or measure.kind == "count":
        return count(value)
    return f"{value:.{measure.digits}f}"
