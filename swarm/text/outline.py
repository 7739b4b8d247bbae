"""The points of a text are told from its prose: lists as people and their programs write them.

Line by line, each looked at once, so that the longest text is read in time in proportion to its length.
"""

import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

_SPACE = r"[\s\u200b\u2060\ufeff]"
"""No-break, ideographic and zero-width spaces count as spaces."""
_HAN = "一二三四五六七八九十百"
_DOTS = "•●○◦▪▫■□◆◇‣⁃∙⋅·・･►▸▶➢➤❖✓✔☐☑☒✅⬜\uf0a7\uf0b7\uf0d8\uf0fc"
"""Signs that begin nothing but a point, those of Word's symbol fonts at the end."""
_NEVER_SPACED = r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
_MARK = re.compile(
    rf"""
    (?P<mark>
        [-+*–—−‐‑‒―－＊](?={_SPACE})
      | [{_DOTS}](?![{_DOTS}])
      | \d{{1,2}}[.)](?={_SPACE}|{_NEVER_SPACED})
      | \d{{1,2}}[、．）](?!\d)
      | (?P<deep>\d{{1,2}}(?:\.\d{{1,2}}){{1,4}}[.)]?)(?={_SPACE})
      | [(（](?:\d{{1,2}}|[A-Za-z]|[ivxIVX]{{2,4}}|[{_HAN}]{{1,3}})[)）]
      | (?:[A-Za-z]|[ivxIVX]{{2,4}})\)(?={_SPACE})
      | [{_HAN}]{{1,3}}[、．](?![{_HAN}])
      | [①-⒇❶-➓㈠-㈩]
      | o(?=\t)
      | (?=\[[ xX]\]{_SPACE})
    )
    {_SPACE}*+
    """,
    re.VERBOSE,
)
_BOX = re.compile(rf"(?:\[[ xX]?\]|[☐☑☒✅⬜])(?:{_SPACE}++|$)")
_SPACES = re.compile(rf"{_SPACE}*+")
_FENCE = re.compile(r"\s*+(?P<fence>`{3,}+(?=[^`]*+$)|~{3,}+)")
_RULE = re.compile(r"\s*+(?P<sign>[-*_=~+#])(?:\s*+(?P=sign))*+\s*+$")
"""A line of nothing but one sign; it has no words."""
_KEY = re.compile(r"""["']?[A-Za-z][\w .-]{0,80}+["']?\s?[:=](?:\s|$)""")
_TITLE = re.compile(r"""["']?title["']?\s?[:=]\s*+(?P<title>\S.*)""", re.IGNORECASE)
_HEADING = "# \t\u00a0\u3000"
_COLUMNS = {"\t": 4, "\u3000": 2}
"""What is wider than a space."""
_DEEPER = 2
"""By so many columns a point stands below the one before it."""


@dataclass(frozen=True, slots=True)
class Outline:
    """What a text consists of."""

    title: str
    """Of the front matter; else the first line with words, else the first point. Empty when nothing has words."""
    prose: tuple[str, ...]
    """Lines that belong to no point, without blank ones; code between fences as it is."""
    points: tuple[str, ...]
    """Without marks and boxes, each on one line, its sub-points behind a colon."""


class _Line(NamedTuple):
    indent: int
    mark: str
    text: str
    depends: bool
    """Whether it is a point only below another one, as 1.2 is below 1."""


def outline(text: str, *, every_line: bool = False) -> Outline:
    r"""Tell the points of a text from its prose.

    Args:
        text: with line feeds at the ends of its lines.
        every_line: whether a line without a mark is a point as well, unless it is indented below one.

    Examples:
        >>> outline("Open a bakery\n– [ ] Find a site\n– Hire two bakers\n  – one for nights").points
        ('Find a site', 'Hire two bakers: one for nights')
    """
    title, body = _without_front_matter(text.split("\n"))
    reader = _Reader(every_line)
    for line in body:
        reader.take(line)
    points = tuple(_joined(parts) for parts in reader.points)
    code = (line.strip() for line in reader.prose if not _FENCE.match(line) and not _RULE.match(line))
    heads = (title, reader.head, *points, *code)
    return Outline(next((head for head in heads if head), ""), tuple(reader.prose), points)


def unwrapped(text: str) -> str:
    r"""Take out the breaks that only keep the lines of a paragraph short.

    Paragraphs, points and the lines of code between fences keep theirs.

    Examples:
        >>> unwrapped("Sell bread\nby May.\n\n- Warm\n- Fresh")
        'Sell bread by May.\n\n- Warm\n- Fresh'
    """
    lines = text.split("\n")
    kept, fence = [lines[0]], _opens(lines[0])
    for before, line in pairwise(lines):
        fixed = fence or not (before and line) or _FENCE.match(before) or _FENCE.match(line) or is_point(line)
        kept += ["\n" if fixed else " ", line]
        fence = ("" if _closes(line, fence) else fence) if fence else _opens(line)
    return "".join(kept)


def is_point(line: str) -> bool:
    """Say whether a line begins a point of a list."""
    found = _read(line)
    return found is not None and not found.depends and bool(found.text)


@dataclass(slots=True)
class _Reader:
    """Takes a text in, a line at a time."""

    every_line: bool
    prose: list[str] = field(default_factory=list[str])
    head: str = ""
    """The first line of prose that has words."""
    points: list[list[list[str]]] = field(default_factory=list[list[list[str]]])
    """The lines of each one's own text and of those of its sub-points."""
    _fence: str = ""
    """What opened the code that goes on; empty outside of code."""
    _open: _Line | None = None
    """The point that goes on."""
    _last: int = 0
    """Indentation of its latest part."""

    def take(self, line: str) -> None:
        """Take the next line in."""
        if self._fence:
            self._fence = "" if _closes(line, self._fence) else self._fence
            self.prose.append(line)
        elif not self.every_line and (fence := _opens(line)):
            self._fence = fence
            self.prose.append(line)
        elif line.strip():
            self._take_words(line)

    def _take_words(self, line: str) -> None:
        found = _read(line)
        if _RULE.match(line):
            self._take_prose(line, "")
        elif found is not None and self._stands(found):
            self._begin(found)
        elif self._open is not None and _indent(line) >= self._open.indent + _DEEPER:
            self._go_on(line.strip(), _indent(line))
        elif self.every_line:
            self._begin(_Line(_indent(line), "", line.strip(), depends=False))
        else:
            self._take_prose(line, line.strip(_HEADING))

    def _take_prose(self, line: str, words: str) -> None:
        self._open = None
        self.prose.append(line)
        self.head = self.head or words

    def _stands(self, found: _Line) -> bool:
        above = self._open.mark.rstrip(".)") if self._open else ""
        return not found.depends or (bool(above) and found.mark.startswith(f"{above}."))

    def _begin(self, found: _Line) -> None:
        """A point of its own, or one below the point that goes on; one without words is none."""
        if not found.text:
            return
        self._last = found.indent
        below = found.depends or found.mark == "o"
        if self._open is not None and (below or found.indent >= self._open.indent + _DEEPER):
            self.points[-1].append([found.text])
        else:
            self._open = found
            self.points.append([[found.text]])

    def _go_on(self, text: str, indent: int) -> None:
        """More of the latest part, or of the point itself where it stands as far out as its sub-points."""
        if indent > self._last:
            self.points[-1][-1].append(text)
        else:
            self.points[-1].append([text])


def _read(line: str) -> _Line | None:
    """Read a line that begins with a mark."""
    start = _SPACES.match(line)
    assert start is not None
    found = _MARK.match(line, start.end())
    if found is None:
        return None
    rest = line[found.end() :]
    box = _BOX.match(rest)
    text = rest[box.end() :] if box else rest
    return _Line(_indent(line), found["mark"], text.strip(), depends=found["deep"] is not None)


def _indent(line: str) -> int:
    start = _SPACES.match(line)
    assert start is not None
    return sum(_COLUMNS.get(letter, 1) for letter in start[0])


def _opens(line: str) -> str:
    found = _FENCE.match(line)
    return found["fence"] if found else ""


def _closes(line: str, fence: str) -> bool:
    stripped = line.strip()
    return len(stripped) >= len(fence) and not stripped.strip(fence[0])


def _joined(parts: list[list[str]]) -> str:
    head, *below = (" ".join(lines) for lines in parts)
    return f"{head.rstrip(' :.;,')}: {'; '.join(below)}" if below else head


def _without_front_matter(lines: list[str]) -> tuple[str, list[str]]:
    """The title that the front matter gives, or nothing, and the lines behind it."""
    fence = lines[0].rstrip()
    if fence not in ("---", "+++"):
        return "", lines
    ends = (fence, "...") if fence == "---" else (fence,)
    end = next((number for number, line in enumerate(lines[1:], 1) if line.rstrip() in ends), None)
    head = lines[1:end] if end is not None else []
    keys = [line for line in head if _KEY.match(line)]
    if end is None or not keys or not all(_is_front(line, fence) for line in head):
        return "", lines
    titles = (found["title"].strip() for line in keys if (found := _TITLE.match(line)))
    return next((title.strip("\"'") for title in titles if title not in (">", "|", ">-", "|-")), ""), lines[
        end + 1 :
    ]


def _is_front(line: str, fence: str) -> bool:
    return fence == "+++" or not line.strip() or line[0] in " \t#-" or _KEY.match(line) is not None
