"""Findings about the claims, summed up, for machines and documents."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict

from swarm.claims.evidence import SideRuns
from swarm.claims.file import Claim, ClaimBook
from swarm.claims.judging import VERDICTS, Evidence, Judged, tally
from swarm.claims.measuring import level_of
from swarm.claims.needed import missions_planned
from swarm.claims.sentences import band_words, how_tested, marks_of
from swarm.stats.sample import MIN_MISSIONS_FOR_VERDICT


def summary(judged: Sequence[Judged], *, simulated: bool) -> str:
    """Sum up in a sentence or two what runs of one kind say of all these claims."""
    who = "Simulated" if simulated else "Real"
    counts = tally(judged, simulated=simulated)
    told = [each.of_kind(simulated=simulated) for each in judged]
    if not any(evidence.sides for evidence in told):
        return f"{who} models: no run of what the paper speaks of yet."
    parts = ", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS)
    sentence = f"{who} models: of {len(judged)} claims, {parts}."
    if not simulated:
        return sentence
    known = [each for each in told if each.claim.simulator and each.verdict != "undetermined"]
    beyond = sum(each.is_beyond for each in told)
    return " ".join(filter(None, [sentence, _acquainted(known), _cannot_show(beyond)]))


def more_words(evidence: Evidence) -> str:
    """Say how far it is to a verdict; empty where runs do not say that, or there is one."""
    more = evidence.more
    if more is None:
        return ""
    missions = f"{more:,} more mission{'' if more == 1 else 's'}"
    if evidence.missions < MIN_MISSIONS_FOR_VERDICT:
        return f"At least {missions} to go."
    return f"About {missions} would settle it, if all stays as it is."


def plain(judged: Sequence[Judged]) -> Iterator[dict[str, object]]:
    """Claims and evidence as JSON has them."""
    for each in judged:
        claim = each.claim
        yield {
            **asdict(claim),
            "band": list(claim.band),
            "test": how_tested(claim),
            "missions_planned": missions_planned(claim),
            "marks": marks_of(claim),
            "simulated": _plain(each.simulated),
            "real": _plain(each.real),
        }


def markdown(book: ClaimBook) -> str:
    """Every claim with its source, its figure and its test, and all remarks, for docs/claims.md."""
    lines: list[str] = []
    for group in book.groups:
        lines += [f"### {group}", "", "| Claim | Paper | Test |", "|---|---|---|"]
        lines += [_row(claim) for claim in book.claims if claim.group == group]
        lines.append("")
    remarks = {
        "What cannot be tested here, and why": book.untestable,
        "Where the paper contradicts itself": book.contradictions,
        "What the paper leaves open, and what was decided here": book.undefined,
    }
    for heading, listed in remarks.items():
        lines += [f"## {heading}", "", *(f"- **{each.what}** {each.how}" for each in listed), ""]
    return "\n".join(lines)


def _row(claim: Claim) -> str:
    note = f" {claim.note}" if claim.note else ""
    marks = marks_of(claim)
    known = f" *{', '.join(marks).capitalize()}.*" if marks else ""
    return f"| {claim.statement} `{claim.id}` | {claim.paper}; {claim.source} | {how_tested(claim)}{note}{known} |"


def _acquainted(known: Sequence[Evidence]) -> str:
    if not known:
        return ""
    fitted = sum(evidence.claim.simulator == "fitted" for evidence in known)
    return (
        f"Of these verdicts, {fitted} rest on figures that the simulated models were fitted to, and "
        f"{len(known) - fitted} on figures that their maker knew: they say little about the paper."
    )


def _cannot_show(beyond: int) -> str:
    if not beyond:
        return ""
    return f"Undetermined because the simulated models cannot show what the claim says: {beyond}."


def _plain(evidence: Evidence) -> dict[str, object]:
    ranged, setting = evidence.ranged, evidence.setting
    return {
        "verdict": evidence.verdict,
        "reason": evidence.reason,
        "value": ranged.value if ranged else None,
        "low": ranged.low if ranged else None,
        "high": ranged.high if ranged else None,
        "level": level_of(evidence.claim),
        "predicted": band_words(evidence.claim),
        "missions": evidence.missions,
        "runs": evidence.runs,
        "judge": setting.judge if setting else None,
        "prompts": setting.prompts if setting else None,
        "sides": [
            _plain_side(side) | {"missions_counted": missions, "runs_counted": runs}
            for side, (missions, runs) in zip(evidence.sides, evidence.counted, strict=True)
        ],
        "left_out": evidence.left_out,
        "missions_needed": evidence.needed,
        "more_missions": evidence.more,
        "kruskal_wallis": asdict(evidence.kruskal) if evidence.kruskal else None,
    }


def _plain_side(side: SideRuns) -> dict[str, object]:
    return {
        **asdict(side.side),
        "model": side.model,
        "missions": len(side.sample),
        "runs": side.runs,
        "unmeasured": side.unmeasured,
        "unfinished": side.unfinished,
    }
