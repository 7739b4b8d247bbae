"""Texts are put together as code would: formatted, joined, taken out of their indentation."""

import inspect
import re
import textwrap
from collections.abc import Callable, Mapping, Sequence

from swarm.teams.python.values import FilePath, Listed, Table, Unknown, as_text, name_of

MAX_TEXT_CHARS = 300_000
_FIELD = re.compile(
    r"\{\{|\}\}|\{([A-Za-z_]\w{0,59}|\d{0,3})(?:\[['\"]?(\w{1,60})['\"]?\]|\.(\w{1,60}))?(?:![rsa])?(?::[^{}]{0,40})?\}"
)
_PERCENT = re.compile(r"%(?:\((\w{1,60})\))?[sd]|%%")
_NOT_IN_A_BLANK = re.compile(r"\W+", re.ASCII)
_CHANGES: Mapping[str, Callable[[str], str]] = {
    "strip": str.strip,
    "lstrip": str.lstrip,
    "rstrip": str.rstrip,
    "lower": str.lower,
    "upper": str.upper,
    "title": str.title,
    "capitalize": str.capitalize,
    "dedent": textwrap.dedent,
    "cleandoc": inspect.cleandoc,
    "str": str,
}


def blank(value: object) -> str:
    """A blank for what only running the code would tell.

    Examples:
        >>> blank(Unknown("topic")), blank(Unknown())
        ('{topic}', '{value}')
    """
    name = _NOT_IN_A_BLANK.sub("_", name_of(value)).strip("_")[:60]
    return f"{{{name if name and not name[0].isdigit() else 'value'}}}"


def shown(value: object) -> str:
    """A value as it stands in a text: itself, or a blank."""
    text = value.path if isinstance(value, FilePath) else as_text(value)
    if text is None and isinstance(value, Listed) and all(as_text(each) for each in value.items):
        text = ", ".join(str(as_text(each)) for each in value.items)
    return blank(value) if text is None else text


def formatted(text: str, given: Sequence[object], said: Mapping[str, object]) -> str:
    """A text with its fields filled, as `str.format` fills them; what is not known stays a blank."""
    counted = iter(range(len(given)))
    room = _Room()

    def value(found: re.Match[str]) -> str:
        name, key, attribute = found.groups()
        if name is None:
            return found[0][0]
        if name.isdigit() or not name:
            place = int(name) if name else next(counted, len(given))
            return room.taken(shown(given[place]), found[0]) if place < len(given) else found[0]
        return room.taken(_of_field(name, key or attribute, said), found[0])

    return _FIELD.sub(value, text)


def _of_field(name: str, inner: str | None, said: Mapping[str, object]) -> str:
    value = said.get(name, Unknown(name))
    if inner:
        value = value.rows.get(inner, Unknown(inner)) if isinstance(value, Table) else Unknown(inner)
    return shown(value)


class _Room:
    """The characters that a text may still grow by."""

    def __init__(self) -> None:
        self._left = MAX_TEXT_CHARS

    def taken(self, text: str, instead: str) -> str:
        """A text that fits, or what stands instead."""
        self._left -= len(text)
        return text if self._left > 0 else instead


def with_percents(text: str, value: object) -> str:
    """A text with its percent signs filled."""
    given = iter(value.items if isinstance(value, Listed) else [value])
    room = _Room()

    def filled(found: re.Match[str]) -> str:
        if found[0] == "%%":
            return "%"
        said = value.rows if isinstance(value, Table) else {}
        return room.taken(
            _of_field(found[1], None, said) if found[1] else shown(next(given, Unknown())), found[0]
        )

    return _PERCENT.sub(filled, text)


def changed(name: str, text: str) -> str | None:
    """What a function or a method without arguments makes of a text; None when it is none of texts."""
    change = _CHANGES.get(name)
    return change(text) if change else None


def joined(separator: str, items: Sequence[object]) -> str | None:
    """Texts put together; None when they would be more than a text may be."""
    texts = [shown(item) for item in items]
    long = sum(map(len, texts)) + len(separator) * len(texts) > MAX_TEXT_CHARS
    return None if long else separator.join(texts)


def replaced(text: str, given: Sequence[object]) -> str | None:
    """A text with one part replaced by another; None where only running the code would tell."""
    old, new = (given[place] if len(given) > place else None for place in (0, 1))
    if isinstance(old, str) and isinstance(new, Unknown):
        new = blank(new)
    if not isinstance(old, str) or not isinstance(new, str) or not old:
        return None
    fits = len(text) + text.count(old) * len(new) <= MAX_TEXT_CHARS
    return text.replace(old, new) if fits else None
