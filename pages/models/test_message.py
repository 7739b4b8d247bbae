"""One message is sent to one model, to see that it answers."""

import asyncio
import time
from collections.abc import Sequence

import streamlit as st

from pages.shared.resources import settings
from pages.shared.text import plain
from swarm.engine.measure import ask_measured
from swarm.models.card import FREE, ModelCard
from swarm.models.catalogue import card_of, open_model, present_keys
from swarm.models.model import Message, Model, Request, likely_tokens
from swarm.written import about, count, lasting, usd, visible

GREETING = "Say in one sentence what you would bring to a team."
REPLY_TOKENS = 300
TIMEOUT_S = 30.0
USUAL = "sim/strong"


def show_test(cards: Sequence[ModelCard]) -> None:
    """Send one message to one model and show its reply."""
    usable = [card.id for card in cards if not card.keys or present_keys(card, settings())]
    usable = [name for name in usable if name != "sim/judge"]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        usual = usable.index(USUAL) if USUAL in usable else 0
        name = st.selectbox(
            "Model", usable, usual, format_func=visible, key="test_model", accept_new_options=True, width=320
        )
        text = st.text_input("Message", GREETING, key="test_message", width=420)
    card = card_of(str(name), settings())
    price = "free" if card.simulated or card.price == FREE else f"at most {usd(_price(card, text or ''))}"
    if st.button(plain(f"Send ({price})"), icon=":material/send:", key="send"):
        model = open_model(card.id, settings(), pace="instant")
        with st.spinner("Waiting for the reply"):
            show_reply(model, text or "", simulated=card.simulated)


def show_reply(model: Model, text: str, *, simulated: bool) -> None:
    """Ask, and frame what comes back as the model's words."""
    request = Request((Message("user", (text,)),), max_tokens=REPLY_TOKENS, timeout_s=TIMEOUT_S)
    asked = time.monotonic()
    reply = asyncio.run(model.complete(request) if simulated else ask_measured(model, request, settings()))
    taken = time.monotonic() - asked
    cost = plain(about(usd(reply.usage.cost_usd), reply.usage.estimated))
    price = f"would cost {cost}" if simulated else cost
    with st.container(border=True):
        st.caption(f"{plain(model.name)} replied:")
        st.text(visible(reply.text))
        st.caption(
            " · ".join(
                [f"{about(count(reply.usage.tokens), reply.usage.estimated)} tokens", price, lasting(taken)]
            )
        )


def _price(card: ModelCard, text: str) -> float | None:
    return card.price and card.price.cost(
        input_tokens=likely_tokens(len(text)) + 50, output_tokens=REPLY_TOKENS
    )
