"""Models: the catalogue, keys that are present, servers on this machine, a test message."""

import streamlit as st

from pages.models.catalogue import show_catalogue, show_keys
from pages.models.limits import show_limits
from pages.models.test_message import show_test
from pages.shared import state
from pages.shared.resources import local_servers, settings, slips
from pages.shared.text import plain, sentence
from swarm.errors import SwarmError
from swarm.models.catalogue import known_models
from swarm.models.local import LocalServer
from swarm.written import visible


def show_servers() -> None:
    """Model servers on this machine."""
    if st.button("Look for servers", icon=":material/search:", key="look"):
        state.keep_servers(local_servers())
    found = state.found_servers()
    if found is None:
        st.caption(
            "Ollama, LM Studio, vLLM and llama.cpp are looked for at their usual addresses on this machine, and where "
            "variables such as OLLAMA_API_BASE and models.toml point."
        )
        return
    if not found:
        st.caption("None answered. Start one, for instance with `ollama serve`, and look again.")
    for server in found:
        show_server(server)


def show_server(server: LocalServer) -> None:
    """A server, its models with what they hold, and a button that leads to a team of one of them."""
    st.markdown(f"**{plain(server.name)}** at {plain(server.base_url)}")
    if server.loading:
        st.caption(":material/hourglass: It is loading its model. A run waits for that; or look again.")
    lines = [
        f"{model} · {server.contexts[model]:,} tokens" if model in server.contexts else model
        for model in server.models
    ]
    st.code(visible("\n".join(lines)) or "no model loaded", language=None)
    if server.instead:
        st.caption(f"Models of these names are asked at {plain(server.instead)} instead.")
    elif server.models:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            model = st.selectbox(
                "Model",
                server.models,
                format_func=visible,
                key=f"of {server.base_url} {server.name}",
                width=320,
            )
            if st.button(
                "Compose with this", icon=":material/groups:", key=f"with {server.base_url} {server.name}"
            ):
                state.compose_with(model)


st.title("Models", anchor=False)
try:
    catalogue = [*known_models(settings()).values()]
    simulated = [card for card in catalogue if card.simulated]
    real = [card for card in catalogue if not card.simulated]
    for slip in slips():
        st.warning(plain(slip), icon=":material/warning:")
    st.subheader("Keys", anchor=False)
    show_keys(real)
    st.subheader("Real models", anchor=False)
    st.caption(
        "Prices in US dollars per million tokens. Any other LiteLLM model works by its name; servers of your own, "
        "and whole agents, get an entry in models.toml of the data folder (docs/models.md)."
    )
    show_catalogue(real)
    st.subheader("Simulated models", anchor=False)
    st.caption(
        "They run on this machine, cost nothing and need no key. Their prices are of the class they imitate."
    )
    show_catalogue(simulated)
    st.subheader("On this machine", anchor=False)
    show_servers()
    st.subheader("Limits", anchor=False)
    show_limits(real)
    st.subheader("Send a test message", anchor=False)
    show_test(catalogue)
except SwarmError as error:
    st.error(sentence(error), icon=":material/error:")
