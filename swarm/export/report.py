"""A run becomes a report that opens anywhere: one HTML file, no network, no server.

The page is built as a tree in which every text is text, and written in one go. A policy in the page lets nothing
run but the page's own style and script, and nothing be fetched.
"""

import base64
import hashlib
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from swarm.export.page import Node, node, written
from swarm.export.sections import details, opening
from swarm.metrics.roles import roles_taken
from swarm.recording.record import RunRecord

if TYPE_CHECKING:
    from swarm.figures.embedded import Figure

_FOLDER = Path(__file__).parent
_STYLES_DRAWN = ("", "font-weight:bold", "font-style:italic")
"""The drawing library styles with an element that it fills rule by rule, and words in bold and italics. Its
style sheet for maps stays out; none is drawn."""
REPLAYED_UP_TO = 64
"""Agents; the frames of 256 who build on many others each take 16 MB."""


class Picture(NamedTuple):
    """A figure of the report."""

    title: str
    caption: str
    draw: "Callable[[RunRecord], Figure]"
    tells: Callable[[RunRecord], object] = lambda record: True
    """Whether it shows anything of a run in which somebody spoke."""


def pictures(record: RunRecord) -> tuple[Picture, ...]:
    """Draw the figures of a run's report; none when nobody spoke."""
    from swarm.figures.hierarchy import org_chart  # costs 0.5 s
    from swarm.figures.idle import idle_figure
    from swarm.figures.replay import replay_figure
    from swarm.figures.role_graph import role_figure
    from swarm.figures.roles import roles_figure
    from swarm.figures.timeline import timeline_figure

    every = (
        Picture(
            "Who built on whom",
            "Size: share of the tokens. One colour, but for green and grey: roles much alike.",
            role_figure,
        ),
        Picture("Which roles there were", "How many agents took each role.", roles_figure, _took_roles),
        Picture("Who stands under whom", "As the agents say: who builds on or reports to whom.", org_chart),
        Picture("Who sat it out", "What became of each agent, in team order.", idle_figure, _was_idle),
        Picture("When it happened", "One row for each agent; bars are calls to its model.", timeline_figure),
        Picture("How it came about", "Play it, or drag the slider.", replay_figure, _is_replayed),
    )
    return tuple(picture for picture in every if record.turns and picture.tells(record))


def as_report(record: RunRecord) -> bytes:
    """One self-contained HTML file; readable without JavaScript, which only draws the figures."""
    shown = pictures(record)
    scripts = _scripts() if shown else ()
    body = node("body", *opening(record))
    body.extend([_show(shown, record)] if shown else [])
    body.extend(details(record))
    body.extend(_data(number, picture, record) for number, picture in enumerate(shown, 1))
    body.extend(node("script", text) for text in scripts)
    mark = "SIMULATED: " if record.simulated else ""
    return as_page(f"{mark}{record.spec.mission.title}", body, scripts)


def as_page(title: str, body: Node, scripts: Iterable[str] = ()) -> bytes:
    """A whole page with our style, under a policy that lets nothing else be fetched or run.

    Args:
        title: of the window.
        body: its body, in which these scripts stand.
        scripts: the texts of all scripts.
    """
    page = node("html", _head(title, scripts), body, lang="en")
    return b"<!doctype html>\n" + written(page).encode("utf-8", "replace")


def picture_scripts() -> tuple[str, ...]:
    """Return the scripts that draw the figures of a page whose data stand in it."""
    return _scripts()


def _took_roles(record: RunRecord) -> bool:
    return bool(roles_taken(record.turns))


def _was_idle(record: RunRecord) -> bool:
    seats = record.participation
    return any((seats.abstained, seats.directed_idle, seats.unparsed, seats.failed))


def _is_replayed(record: RunRecord) -> bool:
    return record.status != "running" and len(record.spec.team) <= REPLAYED_UP_TO


def _show(shown: Iterable[Picture], record: RunRecord) -> Node:
    missing = "The pictures need JavaScript. All they show is told in words below."
    section = node("section", node("h2", "Pictures"), node("noscript", node("p", missing, class_="notice")))
    for number, picture in enumerate(shown, 1):
        alt = f"{picture.title}. {picture.caption}"
        place = node("div", role="img", aria_label=alt, data_figure=f"figure-{number}")
        caption = node("figcaption", node("strong", picture.title), f" {picture.caption}")
        section.append(node("figure", caption, place))
    if len(record.spec.team) > REPLAYED_UP_TO:
        left_out = (
            f"There is no replay: that of more than {REPLAYED_UP_TO} agents can be too large for a mail."
        )
        section.append(node("p", left_out, class_="quiet"))
    return section


def _data(number: int, picture: Picture, record: RunRecord) -> Node:
    from swarm.figures.embedded import drawing

    return node("script", drawing(picture.draw(record)), id=f"figure-{number}", type="application/json")


def _head(title: str, scripts: Iterable[str]) -> Node:
    style = (_FOLDER / "report.css").read_text(encoding="utf-8")
    return node(
        "head",
        node("meta", charset="utf-8"),
        node("meta", http_equiv="Content-Security-Policy", content=_policy(style, scripts)),
        node("meta", name="viewport", content="width=device-width, initial-scale=1"),
        node("meta", name="referrer", content="no-referrer"),
        node("title", title),
        node("style", style),
    )


def _policy(style: str, scripts: Iterable[str]) -> str:
    rules = {
        "default-src": "'none'",
        "style-src": " ".join(["'unsafe-hashes'", *map(_hash, (style, *_STYLES_DRAWN))]),
        "script-src": " ".join(map(_hash, scripts)) or "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {allowed}" for name, allowed in rules.items())


@cache
def _scripts() -> tuple[str, ...]:
    from swarm.figures.embedded import library

    return library(), (_FOLDER / "report.js").read_text(encoding="utf-8")


@cache
def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
