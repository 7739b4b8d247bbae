"""This file is where a run's measures are shown, each with its meaning; definitions stand in docs/metrics.md."""

import streamlit as st

from pages.shared.numbers import count
from swarm.metrics.hierarchy import visibility_chain
from swarm.metrics.redundancy import redundancy
from swarm.metrics.relay import relays
from swarm.metrics.roles import distinct_roles, evenness, gini
from swarm.record import RunRecord
from swarm.turn import contributions


def show_measures(record: RunRecord) -> None:
    """What is measured of the organization, one measure a line; a dash where there is nothing to measure."""
    rows = [*_organization(record), *_roles(record), *_work(record)]
    st.table(
        {
            "Measure": [f"**{name}**  \n:gray[{meaning}]" for name, _, meaning in rows],
            "Value": [value for _, value, _ in rows],
        },
        border="horizontal",
        hide_index=True,
    )


def _organization(record: RunRecord) -> list[tuple[str, str, str]]:
    tokens = [
        sum(turn.usage.tokens for turn in record.turns if turn.seat == seat.number)
        for seat in record.spec.team
    ]
    return [
        ("Hierarchy depth", count(record.depth), "Layers of who builds on or reports to whom; 1 is flat."),
        (
            "Visibility chain",
            count(visibility_chain(record.turns)),
            "The longest chain of who heard whom, used or not: given by the protocol.",
        ),
        (
            "Inequality of effort",
            _share(gini(tokens)),
            "Gini coefficient of tokens over agents: 0 when all use the same, towards 1 when one uses all.",
        ),
    ]


def _roles(record: RunRecord) -> list[tuple[str, str, str]]:
    roles = [turn.role for turn in contributions(record.turns) if turn.role]
    found = distinct_roles(roles)
    return [
        (
            "Distinct roles",
            f"{found.as_written} / {found.normalised} / {found.clusters}",
            "As written / without case, endings and filler words / as clusters of near-synonyms.",
        ),
        ("Role evenness", _share(evenness(roles)), "1 when every role is taken equally often."),
    ]


def _work(record: RunRecord) -> list[tuple[str, str, str]]:
    spent = record.spending
    texts = [turn.text for turn in contributions(record.turns)]
    return [
        ("Redundancy", _share(redundancy(texts)), "Mean overlap of words between two contributions, 0 to 1."),
        (
            "Passed on word for word",
            _passed_on(record),
            "Sentences that two agents or more repeated after hearing them, and how many repeated the one that went "
            "farthest: quotations, or a text that asks to be copied.",
        ),
        (
            "Coordination overhead",
            _share(spent.overhead),
            "Share of the team's tokens spent on plans and announcements.",
        ),
        (
            "Quality per 1,000 tokens",
            _share(spent.quality_per_1k_tokens, 4),
            "Of the team, without the judge.",
        ),
        ("Quality per dollar", _share(spent.quality_per_usd, 2), "Of the team, without the judge."),
    ]


def _passed_on(record: RunRecord) -> str:
    found = relays(record.turns, record.spec.mission)
    return f"{len(found)}, by up to {len(found[0].seats)} agents" if found else "none"


def _share(value: float | None, digits: int = 2) -> str:
    return "–" if value is None else f"{value:.{digits}f}"
