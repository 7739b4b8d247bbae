"""A run's recipe is shown: everything one needs to do the same again."""

from dataclasses import asdict

import streamlit as st

from pages.shared.text import plain
from swarm.engine.command_line import mission_toml, same_again
from swarm.engine.compose import NO_JUDGE
from swarm.narrative.labels import protocol_name, shock_named
from swarm.recording.record import RunRecord
from swarm.spec import fingerprint
from swarm.written import visible


def show_recipe(record: RunRecord) -> None:
    """Everything one needs to do the same again."""
    spec = record.spec
    limits = [
        f"{value:g} {'dollars' if name == 'usd' else name}"
        for name, value in asdict(spec.limits).items()
        if value is not None
    ]
    facts = {
        "Mission": plain(spec.mission.title),
        "Protocol": plain(protocol_name(spec.protocol)),
        "Options": plain(", ".join(f"{name} = {value}" for name, value in spec.options.items()) or "none"),
        "Models": plain(", ".join(f"{seated} × {model}" for model, seated in spec.team.models.items())),
        "Judge": plain(spec.judge or NO_JUDGE),
        "Limits": ", ".join(limits) or "none",
        "Seed": str(spec.seed),
        "Shock": plain(shock_named(spec.shock)),
        "Organization": plain(spec.organization),
        "Roles remembered from earlier missions": str(len(spec.memory)),
        "Prompts": f"version {plain(spec.prompts)}",
        "Recipe": f"fingerprint {fingerprint(spec)}",
        "Roleless": f"version {plain(record.version)}",
    }
    st.table(facts, border="horizontal", width="content")
    st.caption("The same from a terminal:")
    st.code(visible(same_again(spec)), language="bash", wrap_lines=True)
    st.caption("The mission as a file:")
    with st.expander("mission.toml", icon=":material/description:"):
        st.code(mission_toml(spec.mission), language="toml", wrap_lines=True)
