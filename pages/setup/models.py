"""Models: the catalogue, keys that are present, servers on this machine, a test message."""

import asyncio
import time
from collections.abc import Sequence

import streamlit as st

from pages.shared.numbers import count, seconds, usd
from pages.shared.resources import local_servers, settings
from pages.shared.text import plain
from swarm.errors import SwarmError
from swarm.models.card import ModelCard
from swarm.models.catalogue import card_of, load_catalogue, open_model, present_keys
from swarm.models.model import Message, Model, Request, likely_tokens

GREETING = "Say in one sentence what you would bring to a team."
REPLY_TOKENS = 300


def show_catalogue(cards: Sequence[ModelCard]) -> None:
    """Models with prices and context sizes."""
    dollars = st.column_config.NumberColumn(format="%.3g", width="small")
    st.dataframe(
        [
            {
                "Model": card.label,
                "Id": card.id,
                "Input, $": card.price.input if card.price else None,
                "Cached, $": card.price.cached if card.price else None,
                "Output, $": card.price.output if card.price else None,
                "Context, tokens": card.context,
                "Key": key_words(card),
                "Priced on": card.priced_on,
                "Note": card.note,
            }
            for card in cards
        ],
        hide_index=True,
        height="content",
        column_config={
            "Input, $": dollars,
            "Cached, $": dollars,
            "Output, $": dollars,
            "Context, tokens": st.column_config.NumberColumn(format="localized"),
            "Note": st.column_config.TextColumn(width="large"),
        },
        alt="Models with prices per million tokens",
    )


def key_words(card: ModelCard) -> str:
    """Whether a model's key is there, by name only."""
    if not card.keys:
        return "none needed"
    return "present" if present_keys(card, settings()) else "missing"


def show_keys(cards: Sequence[ModelCard]) -> None:
    """Every key variable, present or missing; never a value."""
    names = sorted({name for card in cards for name in card.keys})
    with st.container(horizontal=True):
        for name in names:
            here = settings().has_key(name)
            icon = ":material/check_circle:" if here else ":material/radio_button_unchecked:"
            st.badge(
                f"{plain(name)}: {'present' if here else 'missing'}",
                icon=icon,
                color="green" if here else "gray",
            )
    st.caption(
        "Keys are read from the environment Roleless starts in. Their values are never shown or stored."
    )


def show_servers() -> None:
    """Model servers on this machine."""
    if not st.button("Look for servers", icon=":material/search:", key="look"):
        st.caption(
            "Ollama, LM Studio, vLLM and llama.cpp are looked for at their usual addresses on this machine."
        )
        return
    found = local_servers()
    if not found:
        st.caption("None answered. Start one, for instance with `ollama serve`, and look again.")
    for server in found:
        st.markdown(f"**{plain(server.name)}** at {plain(server.base_url)}")
        st.code("\n".join(server.models) or "no model loaded", language=None)


def show_test(cards: Sequence[ModelCard]) -> None:
    """Send one message to one model and show its reply."""
    usable = [card.id for card in cards if not card.keys or present_keys(card, settings())]
    usable = [name for name in usable if name != "sim/judge"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        name = st.selectbox("Model", usable, key="test_model", accept_new_options=True, width=320)
        text = st.text_input("Message", GREETING, key="test_message", width=420)
    card = card_of(str(name), settings())
    price = "free" if card.simulated else f"at most {usd(_price(card, text or ''))}"
    if st.button(plain(f"Send ({price})"), icon=":material/send:", key="send"):
        model = open_model(card.id, settings(), pace="instant")
        with st.spinner("Waiting for the reply"):
            show_reply(model, text or "")


def show_reply(model: Model, text: str) -> None:
    """Ask, and frame what comes back as the model's words."""
    request = Request((Message("user", (text,)),), max_tokens=REPLY_TOKENS, timeout_s=30.0)
    asked = time.monotonic()
    reply = asyncio.run(model.complete(request))
    taken = time.monotonic() - asked
    with st.container(border=True):
        st.caption(f"{plain(model.name)} replied:")
        st.text(reply.text)
        st.caption(
            " · ".join(
                [f"{count(reply.usage.tokens)} tokens", plain(usd(reply.usage.cost_usd)), seconds(taken)]
            )
        )


def _price(card: ModelCard, text: str) -> float | None:
    return card.price and card.price.cost(
        input_tokens=likely_tokens(len(text)) + 50, output_tokens=REPLY_TOKENS
    )


st.title("Models", anchor=False)
try:
    catalogue = [*load_catalogue().values()]
    simulated = [card for card in catalogue if card.simulated]
    real = [card for card in catalogue if not card.simulated]
    st.subheader("Keys", anchor=False)
    show_keys(real)
    st.subheader("Real models", anchor=False)
    st.caption("Prices in US dollars per million tokens. Any other LiteLLM model works by its name.")
    show_catalogue(real)
    st.subheader("Simulated models", anchor=False)
    st.caption(
        "They run on this machine, cost nothing and need no key. Their prices are of the class they imitate."
    )
    show_catalogue(simulated)
    st.subheader("On this machine", anchor=False)
    show_servers()
    st.subheader("Send a test message", anchor=False)
    show_test(catalogue)
except SwarmError as error:
    st.error(plain(error))
