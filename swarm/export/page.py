"""Elements of an HTML page are made. Texts stay texts: they are escaped when it is written."""

from collections.abc import Iterable, Sequence
from typing import TypeAlias
from xml.etree import ElementTree as etree

from swarm.written import visible

Node: TypeAlias = "etree.Element[str]"
_CODE = ("script", "style")
"""What stands in them is read by programs, to the letter; the policy of a page knows their digests."""


def node(tag: str, *content: "Node | str", **attributes: str) -> "Node":
    """Make an element.

    Args:
        tag: its name.
        content: texts and elements, in order.
        attributes: by name; `class_` is class, other underscores are hyphens.

    Examples:
        >>> written(node("p", "a < b, ", node("b", "c"), class_="x"))
        '<p class="x">a &lt; b, <b>c</b></p>'
    """
    shown = str if tag in _CODE else visible
    named = {name.rstrip("_").replace("_", "-"): visible(value) for name, value in attributes.items()}
    made = etree.Element(tag, named)
    last: Node | None = None
    for piece in content:
        if not isinstance(piece, str):
            made.append(piece)
            last = piece
        elif last is None:
            made.text = (made.text or "") + shown(piece)
        else:
            last.tail = (last.tail or "") + shown(piece)
    return made


def table(
    headings: Sequence[str], rows: Iterable[Sequence[str]], numbers: frozenset[int] = frozenset()
) -> "Node":
    """Make a table that scrolls by itself when it is too wide; `numbers` are columns aligned to the right."""
    titles = [node("th", name, scope="col", **_aligned(at in numbers)) for at, name in enumerate(headings)]
    body = node("tbody", *(_row(cells, numbers) for cells in rows))
    found = node("table", node("thead", node("tr", *titles)), body)
    return node("div", found, class_="wide", tabindex="0")


def written(page: "Node") -> str:
    """An element and all within as HTML."""
    return etree.tostring(page, encoding="unicode", method="html")


def _row(cells: Sequence[str], numbers: frozenset[int]) -> "Node":
    return node("tr", *(node("td", cell, **_aligned(at in numbers)) for at, cell in enumerate(cells)))


def _aligned(number: bool) -> dict[str, str]:
    return {"class_": "number"} if number else {}
