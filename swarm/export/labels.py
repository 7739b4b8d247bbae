"""Reports for people get their labels, and values with units."""

from swarm.narrative.labels import BECAME, SAT_OUT, models_named
from swarm.recording.measures import listed
from swarm.recording.record import RunRecord
from swarm.verdict import SIMULATED_JUDGE
from swarm.written import UNKNOWN, lasting, usd


def kind_of(record: RunRecord) -> dict[str, str]:
    """Name the kind of run, which a reader must know before anything else: a mark, and what it means."""
    marks = (
        {"SIMULATED": f"the agents and the judge are simulated models. {SIMULATED_JUDGE}"}
        if record.simulated
        else {}
    )
    if record.imported:
        marks["IMPORTED"] = f"performed elsewhere, as run {record.imported}; nobody here can vouch for it."
    return marks


def headline(record: RunRecord) -> dict[str, str]:
    """The numbers one looks at first."""
    verdict, spent = record.verdict, record.spent
    quality = verdict.quality if verdict else None
    return {
        "Quality": UNKNOWN if quality is None else f"{quality:.2f}",
        "Depth": UNKNOWN if record.depth is None else str(record.depth),
        "Active agents": f"{record.participation.active} of {len(record.spec.team)}",
        "Tokens": f"{spent.tokens:,}",
        "Cost, simulated" if record.simulated else "Cost": usd(spent.cost_usd),
        "Time": lasting(record.duration_s),
    }


def facts_of(record: RunRecord) -> dict[str, str]:
    """The run in labels and values, for a list."""
    spec, seats = record.spec, record.participation
    relevance = record.verdict.mission_relevance if record.verdict else None
    return {
        "Run": record.run_id,
        "Status": record.status,
        "Protocol": spec.protocol,
        "Models": models_named(spec.team),
        "Agents": str(len(spec.team)),
        "Seed": str(spec.seed),
        **headline(record),
        "Mission relevance": UNKNOWN if relevance is None else f"{relevance} of 4",
        **{BECAME[part].capitalize(): str(getattr(seats, part)) for part in SAT_OUT},
        **listed(record),
        "Input tokens": f"{record.spent.input_tokens:,}",
        "Output tokens": f"{record.spent.output_tokens:,}",
    }
