"""The catalogue is shown: prices, context sizes, and which keys are present."""

from collections.abc import Sequence

import streamlit as st

from pages.shared.resources import settings
from pages.shared.text import plain
from swarm.export import no_formula
from swarm.models.card import ModelCard
from swarm.models.catalogue import present_keys
from swarm.written import UNKNOWN


def show_catalogue(cards: Sequence[ModelCard]) -> None:
    """Models with prices and context sizes."""
    dollars = st.column_config.NumberColumn(format="%.3g", width="small")
    st.dataframe(
        [
            {
                "Model": no_formula(card.label),
                "Id": no_formula(card.id),
                "Input, $": card.price.input if card.price else None,
                "Cached, $": card.price.cached if card.price else None,
                "Output, $": card.price.output if card.price else None,
                "Context, tokens": card.context,
                "Key": key_words(card),
                "Priced on": card.priced_on,
                "Asked at": card.api_base or UNKNOWN,
                "Note": no_formula(" ".join((*([card.note] if card.note else []), *card.cautions))),
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
        placeholder="unknown",
        alt="Models with prices per million tokens",
    )


def key_words(card: ModelCard) -> str:
    """Say whether a model's key is there, by name only."""
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
