"""Limits of a provider are shown and set: requests and tokens a minute, calls in flight, the deadline of a reply."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.resources import settings
from pages.shared.text import plain
from swarm.models.allowance import ProviderLimits
from swarm.models.card import ModelCard
from swarm.models.catalogue import keep_limits, known_limits

EXPLAINED = (
    "Not needed as a rule: what a provider states of its limits is heeded, and a refused call is waited for. Set them "
    "where others use the same key, or for a server of your own. Kept in models.toml of the data folder."
)


def show_limits(cards: Sequence[ModelCard]) -> None:
    """The limits of one provider, or of the server at an address, to be changed."""
    known = known_limits(settings())
    names = [*known, *(card.api_base or card.provider for card in cards)]
    st.caption(EXPLAINED)
    name = st.selectbox(
        "Provider, or address of a server", [*dict.fromkeys(names)], key="limits_of", accept_new_options=True
    )
    if name:
        show_form(name.strip().rstrip("/"), known.get(name.strip().rstrip("/")) or ProviderLimits())


def show_form(name: str, limits: ProviderLimits) -> None:
    """Four numbers, each of which may be left out."""
    with st.form(f"limits {name}", border=False):
        with st.container(horizontal=True):
            requests = st.number_input(
                "Requests a minute", 1, None, limits.requests_per_minute, placeholder="any"
            )
            tokens = st.number_input("Tokens a minute", 1, None, limits.tokens_per_minute, placeholder="any")
            flying = st.number_input("Calls in flight", 1, 1_000, limits.max_in_flight, placeholder="usual")
            seconds = st.number_input("Seconds a reply", 1.0, 86_400.0, limits.timeout_s, placeholder="120")
        if st.form_submit_button("Keep these limits", icon=":material/save:"):
            keep_limits(name, ProviderLimits(requests, tokens, flying, seconds), settings())
            st.caption(f"Kept for {plain(name)}; runs that begin from now on heed it.")
