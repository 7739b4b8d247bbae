"""An HTML report gets its words: its sections, one after another."""

from collections.abc import Mapping

from swarm.engine.command_line import mission_toml, same_again
from swarm.export.labels import headline, kind_of
from swarm.export.page import Node, node, table
from swarm.narrative.labels import BECAME, DID, models_named, shock_named
from swarm.narrative.story import story
from swarm.organization.graph import SeatNow, seats_of
from swarm.recording.record import RunRecord
from swarm.spec import fingerprint
from swarm.turn import Turn
from swarm.verdict import CRITERIA
from swarm.written import UNKNOWN, plural

LONG_VALUE = 12
"""Longer values of headline numbers are set smaller."""


def opening(record: RunRecord) -> tuple[Node, ...]:
    """Open with the run's name, its story and its headline numbers."""
    spec, marks = record.spec, kind_of(record)
    badges = [node("span", mark, class_="badge mark") for mark in marks]
    badges.append(node("span", record.status.capitalize(), class_="badge"))
    notices = [
        node("p", node("strong", f"{mark}: "), meaning, class_="notice") for mark, meaning in marks.items()
    ]
    what = f"{_words(spec.protocol)}, {plural(len(spec.team), 'agent')} ({models_named(spec.team)}), "
    when = f"{record.started:%Y-%m-%d %H:%M} UTC"
    return (
        node(
            "header",
            node("div", *badges),
            node("h1", spec.mission.title),
            node("p", what + when, class_="quiet"),
        ),
        *notices,
        node(
            "section",
            node("h2", "What happened"),
            node("p", " ".join(story(record)), class_="story"),
        ),
        node("dl", *(_number(name, value) for name, value in headline(record).items()), class_="numbers"),
        *(node("p", warning, class_="quiet") for warning in spec.warnings),
    )


def details(record: RunRecord) -> tuple[Node, ...]:
    """Everything in words: team, deliverable, verdict, transcript, recipe."""
    made = f"Run {record.run_id}, Roleless {record.version}. What agents wrote is shown as they wrote it, unchecked."
    return (
        _team(record),
        _deliverable(record),
        _verdict(record),
        _transcript(record),
        _recipe(record),
        node("footer", made),
    )


def _team(record: RunRecord) -> Node:
    headings = ("Agent", "Role", "What became of it", "Builds on", "Reports to", "Tokens", "Reason")
    rows = [_seat(seat) for seat in seats_of(record)]
    return node("section", node("h2", "Who did what"), table(headings, rows, frozenset({5})))


def _seat(seat: SeatNow) -> tuple[str, ...]:
    return (
        str(seat.number),
        seat.role or UNKNOWN,
        BECAME[seat.standing] + (", leads" if seat.leads else ""),
        ", ".join(map(str, seat.builds_on)) or UNKNOWN,
        ", ".join(map(str, seat.reports_to)) or UNKNOWN,
        f"{seat.tokens:,}",
        seat.reason or UNKNOWN,
    )


def _deliverable(record: RunRecord) -> Node:
    pieces = [_piece(turn) for turn in record.parts]
    nothing = node("p", "Nothing was delivered." if record.ended else "Nothing has been delivered yet.")
    return node("section", node("h2", "Deliverable"), *(pieces or [nothing]))


def _piece(turn: Turn) -> Node:
    title = node("h3", f"Agent {turn.seat} · {turn.role or 'no role'}")
    return node("article", title, node("p", turn.text, class_="text"))


def _verdict(record: RunRecord) -> Node:
    verdict, title = record.verdict, node("h2", "Verdict")
    if verdict is None:
        nobody = "The judge was not asked." if record.spec.judge else "Nobody judged this run."
        return node("section", title, node("p", nobody))
    if verdict.unscored:
        return node("section", title, node("p", f"Unscored: {verdict.unscored}"))
    rows = [
        (f"{_words(score.criterion)}. {CRITERIA[score.criterion]}", f"{score.points} of 4", score.reason)
        for score in verdict.scores
    ]
    judged = f"Judged by {verdict.judge}. Quality is the sum of the first four, divided by 16."
    points = table(("Criterion", "Points", "The judge's reason"), rows)
    return node("section", title, points, node("p", judged, class_="quiet"))


def _transcript(record: RunRecord) -> Node:
    said = [_turn(turn) for turn in record.turns] or [node("p", "Nobody spoke.")]
    return node("section", node("h2", "Transcript"), *said)


def _turn(turn: Turn) -> Node:
    role = f" · {turn.role}" if turn.role else ""
    article = node("article", node("h3", f"Agent {turn.seat}{role} · {DID[turn.action]}"))
    if turn.reason:
        article.append(node("p", turn.reason, class_="quiet"))
    if turn.text:
        article.append(node("p", turn.text, class_="text"))
    article.extend(node("p", f"Agent {job.seat} as {job.role}: {job.job}") for job in turn.assignments)
    article.append(node("p", _links(turn), class_="quiet"))
    return article


def _links(turn: Turn) -> str:
    heard = f"heard {len(turn.heard)} earlier {'turn' if len(turn.heard) == 1 else 'turns'}"
    links = [f"round {turn.round}", heard, f"{turn.usage.tokens:,} tokens"]
    links += [f"builds on {', '.join(map(str, turn.builds_on))}"] if turn.builds_on else []
    links += [f"reports to {turn.reports_to}"] if turn.reports_to else []
    return " · ".join(links)


def _recipe(record: RunRecord) -> Node:
    spec = record.spec
    facts: Mapping[str, str] = {
        "Protocol": spec.protocol,
        "Options": ", ".join(f"{name} = {value}" for name, value in spec.options.items()) or "none",
        "Models": models_named(record.spec.team),
        "Judge": spec.judge or "none",
        "Seed": str(spec.seed),
        "Shock": shock_named(spec.shock),
        "Organization": spec.organization,
        "Prompts": f"version {spec.prompts or 'unknown'}",
        "Recipe": f"fingerprint {fingerprint(spec)}",
    }
    return node(
        "section",
        node("h2", "Recipe"),
        table(("What", "Value"), [*facts.items()]),
        node("p", "The same from a terminal, in the folder of Roleless:"),
        node("pre", same_again(spec)),
        node("p", "The mission as a file:"),
        node("pre", mission_toml(spec.mission)),
    )


def _number(name: str, value: str) -> Node:
    small = {"class_": "long"} if len(value) > LONG_VALUE else {}
    return node("div", node("dt", name), node("dd", value, **small))


def _words(name: str) -> str:
    return name.replace("_", " ").capitalize()
