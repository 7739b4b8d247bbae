"""One table of what is measured of a run: what it is called and means, how it is computed, kept, compared and written.

Columns of the history, summaries, comparisons, claims and pages are made from it. Pure: no SQL is run here.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from swarm.metrics.hierarchy import visibility_chain
from swarm.metrics.redundancy import redundancy
from swarm.metrics.relay import relays
from swarm.metrics.roles import distinct_roles, evenness, gini
from swarm.recording.record import RunRecord
from swarm.turn import contributions
from swarm.written import UNKNOWN, lasting, number, usd

Kind = Literal["number", "count", "share", "money", "seconds"]
"""A `count` has no digits behind the point, a `share` is of the seats, `money` is in dollars."""
Value: TypeAlias = float | None
"""None when there is nothing to measure or it is unknown; never 0 instead."""
PAPER = "arXiv 2603.28990"


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is measured of a run."""

    name: str = ""
    """As a label; empty for what is only kept, to make others of."""
    meaning: str = ""
    """In a sentence."""
    phrase: str = ""
    """In the sentences of claims."""
    kind: Kind = "count"
    digits: int = 2
    """Behind the point, of a number."""
    low: float = 0.0
    """The least that what is compared can be; without `compared`, the least of a run."""
    high: float | None = None
    """The most, likewise; None where there is no such bound."""
    source: str = "ours"
    of: Callable[[RunRecord], Value] | None = None
    """The value of a run; kept in the column of its key where it stands in MEASURES."""
    compared: str | None = None
    """What comparisons take, in SQL, of the columns of `runs`; None for what they leave out."""
    listed: bool = False
    """Whether lists of one run have it behind what each of them names itself: tables, reports, logs, spans."""
    edition: int = 1
    """Of the definition: where it is raised, histories measure their runs again."""
    tell: Callable[[RunRecord], str] | None = None
    """The value of a run in words, where it is more than a number."""


def roles_of(record: RunRecord) -> list[str]:
    """Roles of each seat's last contribution, as written, in the order of speaking: who revises counts once."""
    return [turn.role for turn in contributions(record.turns) if turn.role]


MEASURES: Mapping[str, Measure] = {
    "quality": Measure(
        "Quality", "The judge's points on four criteria, divided by 16: 0.25 is the worst, 1 the best. Means count a "
        "run that failed by its own team as 0.25.", "quality",
        kind="number", digits=3, low=0.25, high=1.0, source=PAPER,
        of=lambda it: it.verdict.quality if it.verdict else None, compared="as_run"),
    "mission_relevance": Measure(
        "Mission relevance", "The judge's fifth criterion, from 1 to 4; not part of quality.", "mission relevance",
        kind="number", low=1.0, high=4.0, source=PAPER,
        of=lambda it: it.verdict.mission_relevance if it.verdict else None,
        compared="coalesce(mission_relevance, if(as_run IS NULL, NULL, 1))"),
    "depth": Measure(
        "Depth", "Layers of who builds on or reports to whom, as the agents say; 1 is flat.", "hierarchy depth",
        kind="number", low=1.0, source=PAPER, of=lambda it: it.depth, edition=2, compared="depth"),
    "active": Measure(of=lambda it: it.participation.active),
    "abstained": Measure(
        "Abstained", "Share of the team that was asked to work and chose to sit it out.",
        "share of agents that abstain", kind="share", high=1.0, source=PAPER,
        of=lambda it: it.participation.abstained, compared="abstained / agents"),
    "directed_idle": Measure(
        "Idle by order", "Share of the team that was never asked to work.", "share of agents that are idle by order",
        kind="share", high=1.0, source=PAPER,
        of=lambda it: it.participation.directed_idle, compared="directed_idle / agents"),
    "idle": Measure(
        "Idle in all", "Share of the team that did not work, for whatever reason.", "share of agents that are idle",
        kind="share", high=1.0, source=PAPER, compared="(agents - active) / agents"),
    "unparsed": Measure(of=lambda it: it.participation.unparsed),
    "failed": Measure(of=lambda it: it.participation.failed),
    "unusable": Measure(
        "No usable reply", "Share of the team whose reply could not be read, or never came.",
        "share of agents whose reply is unreadable or missing", kind="share", high=1.0,
        compared="(unparsed + failed) / agents"),
    "distinct_roles": Measure(of=lambda it: distinct_roles(roles_of(it)).normalised, edition=2),
    "roles": Measure(
        "Different roles", "Different roles for each agent that worked: 1 when no two are alike.",
        "number of different roles per active agent", kind="number", high=1.0, source=PAPER,
        compared="distinct_roles / nullif(active, 0)"),
    "written_roles": Measure(of=lambda it: distinct_roles(roles_of(it)).as_written),
    "roles_as_written": Measure(
        "Different roles as written", "The same, of roles as the agents wrote them: near-synonyms count as different.",
        "number of different roles, as written, per active agent", kind="number", high=1.0, source=PAPER,
        compared="written_roles / nullif(active, 0)"),
    "team_tokens": Measure(of=lambda it: it.spending.team.tokens),
    "redundancy": Measure(
        "Redundancy", "Mean overlap of words between two contributions, 0 to 1.",
        "mean overlap of words between two contributions", kind="number", high=1.0, source="Jaccard index",
        of=lambda it: redundancy([turn.text for turn in contributions(it.turns)]),
        compared="redundancy", listed=True),
    "input_tokens": Measure(of=lambda it: it.spent.input_tokens),
    "cached_tokens": Measure(of=lambda it: it.spent.cached_tokens),
    "output_tokens": Measure(of=lambda it: it.spent.output_tokens),
    "tokens": Measure(
        "Tokens", "Input and output of a run, the judge's included.", "tokens of a run",
        compared="input_tokens + output_tokens"),
    "cost_usd": Measure(
        "Cost", "Dollars of a run, the judge's included.", "dollars of a run",
        kind="money", of=lambda it: it.spent.cost_usd, compared="cost_usd"),
    "duration_s": Measure(
        "Time", "How long a run took; simulated models need not take their time, so it says nothing of them.",
        "seconds of a run", kind="seconds", of=lambda it: it.duration_s, compared="duration_s"),
    "efficiency": Measure(
        "Quality per 1,000 tokens", "Quality over thousands of tokens of the team, without the judge's.",
        "quality per thousand tokens", kind="number", digits=3, source=PAPER,
        compared="1000 * as_run / nullif(team_tokens, 0)"),
}  # fmt: skip
"""By key, in the order in which they are shown. Tokens and money are of everything, the judge's included."""
COMPARED = tuple(key for key, measure in MEASURES.items() if measure.compared)
"""Keys of what groups of runs are compared by, and claims may speak of."""
LISTED = tuple(key for key, measure in MEASURES.items() if measure.listed)
"""Keys of what lists of one run have behind what each of them names itself."""


def write(key: str, value: float | None) -> str:
    """A value of a measure with its unit; "–" when it is missing.

    Examples:
        >>> write("quality", 0.813), write("idle", 0.13), write("cost_usd", 0.5), write("depth", None)
        ('0.813', '13%', '$0.50', '–')
    """
    if value is None:
        return UNKNOWN
    # Intervals around means do not know where a measure ends.
    measure = MEASURES[key]
    match measure.kind:
        case "share":
            return f"{100 * min(1.0, max(0.0, value)):.0f}%"
        case "seconds":
            return lasting(max(0.0, value))
        case "money":
            return usd(max(0.0, value))
        case "count":
            return f"{value:,.0f}"
        case "number":
            return number(value, measure.digits)


def kept(record: RunRecord) -> dict[str, Any]:
    """Values of a run by key: what stands in columns of the history, and in summaries."""
    return {key: measure.of(record) for key, measure in MEASURES.items() if measure.of}


def listed(record: RunRecord) -> dict[str, str]:
    """Values of the measures in LISTED in words, by name."""
    values = kept(record)
    return {MEASURES[key].name: write(key, values[key]) for key in LISTED}


def summary(record: RunRecord) -> dict[str, Any]:
    """One run as one flat object, the same for `run --json`, `show --json` and exports.

    Quality is None when the run is unscored; shares and counts are of seats; money is None when unknown, and tokens and
    money are estimates where `estimated` is true.
    """
    facts = {
        "run_id": record.run_id,
        "status": record.status,
        "protocol": record.spec.protocol,
        "models": record.spec.team.models,
        "agents": len(record.spec.team),
        "seed": record.spec.seed,
        "shock": record.spec.shock.kind if record.spec.shock else None,
        "simulated": record.simulated,
        "imported": record.imported,
        "owner": record.owner,
    }
    for key, value in kept(record).items():
        facts |= {key: value} | ({"roles": roles_of(record)} if key == "distinct_roles" else {})
    facts["estimated"] = record.spent.estimated
    return facts | {"duration_s": round(record.duration_s, 3), "deliverable": record.deliverable}


def _roles_told(record: RunRecord) -> str:
    found = distinct_roles(roles_of(record))
    return f"{found.as_written} / {found.normalised} / {found.clusters}"


def _passed_on(record: RunRecord) -> str:
    found = relays(record.turns, record.spec.mission)
    return f"{len(found)}, by up to {len(found[0].seats)} agents" if found else "none"


def _inequality(record: RunRecord) -> Value:
    seats, turns = record.spec.team, record.turns
    return gini([sum(turn.usage.tokens for turn in turns if turn.seat == seat.number) for seat in seats])


OF_A_RUN = (
    Measure(
        "Hierarchy depth", "Layers of who builds on or reports to whom; 1 is flat.",
        low=1.0, source=PAPER, of=MEASURES["depth"].of),
    Measure(
        "Visibility chain", "The longest chain of who heard whom, used or not: given by the protocol.",
        low=1.0, of=lambda it: visibility_chain(it.turns)),
    Measure(
        "Inequality of effort",
        "Gini coefficient of tokens over agents: 0 when all use the same, towards 1 when one uses all.",
        kind="number", high=1.0, source="Gini", of=_inequality),
    Measure(
        "Distinct roles", "As written / without case, endings and filler words / as clusters of near-synonyms.",
        source=PAPER, tell=_roles_told),
    Measure(
        "Role evenness", "1 when every role is taken equally often.",
        kind="number", high=1.0, source="Pielou's J", of=lambda it: evenness(roles_of(it))),
    *(MEASURES[key] for key in LISTED),
    Measure(
        "Passed on word for word",
        "Sentences that two agents or more repeated after hearing them, and how many repeated the one that went "
        "farthest: quotations, or a text that asks to be copied.",
        tell=_passed_on),
    Measure(
        "Coordination overhead", "Share of the team's tokens spent on plans and announcements.",
        kind="number", high=1.0, of=lambda it: it.spending.overhead),
    Measure(
        "Quality per 1,000 tokens", "Of the team, without the judge.",
        kind="number", digits=4, source=PAPER, of=lambda it: it.spending.quality_per_1k_tokens),
    Measure(
        "Quality per dollar", "Of the team, without the judge.",
        kind="number", of=lambda it: it.spending.quality_per_usd),
)  # fmt: skip
"""What the page of a run shows of its organization, its roles and its work, in this order."""
