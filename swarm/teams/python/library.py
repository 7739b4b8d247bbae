"""What well-known functions and methods of Python give, as far as texts, lists, tables and paths go."""

import posixpath
from collections.abc import Callable, Mapping
from typing import TypeAlias

from swarm.teams.python.texts import changed, formatted, joined, replaced
from swarm.teams.python.values import (
    External,
    FilePath,
    Listed,
    Made,
    Method,
    Table,
    Unknown,
    as_text,
    name_of,
    truth,
)

MAX_RANGE = 300
Given: TypeAlias = "list[object]"
Said: TypeAlias = "Mapping[str, object]"
_SETTINGS = {"getenv", "environ.get", "secrets.get", "env.get", "config"}
_SAME = {
    "copy",
    "deepcopy",
    "cast",
    "run",
    "list",
    "tuple",
    "set",
    "sorted",
    "reversed",
    "frozenset",
    "iter",
    "wrap",
    "SecretStr",
}
_READERS = {"safe_load", "full_load", "yaml.load", "unsafe_load", "json.load", "json.loads"}
OF_ANYTHING = {
    "get",
    "strip",
    "lower",
    "upper",
    "title",
    "capitalize",
    "format",
    "replace",
    "items",
    "keys",
    "values",
    "copy",
}
"""Methods of texts and tables by which a value that is not known keeps its name."""
_STARTS = {"kickoff", "kickoff_async", "akickoff", "kickoff_for_each"}


def called(function: External, given: Given, said: Said) -> object:
    """What a function of a library gives; Unknown when it is not well-known here."""
    two = ".".join(function.name.split(".")[-2:])
    if function.last in _SETTINGS or two in _SETTINGS:
        return _setting(given, said)
    found = _CALLS.get(two) or _CALLS.get(function.last)
    if found is not None:
        return found(given, said)
    if function.last in _SAME and given:
        last = given[-1] if function.last == "cast" else given[0]
        return Listed([*_items(last)]) if isinstance(last, Table) else last
    if (
        isinstance(first := given[0] if given else None, str)
        and (text := changed(function.last, first)) is not None
    ):
        return text
    return Unknown(function.last, of_a_call=True)


def reads(function: External) -> bool:
    """Say whether a function makes values of a file's text."""
    return function.last in _READERS or any(function.name.endswith(name) for name in _READERS)


def opens(function: External) -> bool:
    """Say whether a function opens a file or names one."""
    return function.last in ("open", "Path", "abspath", "realpath", "PurePath")


def method(found: Method, given: Given, said: Said) -> object:
    """What a method gives; Unknown when it is not well-known here."""
    match found.receiver:
        case str():
            return _of_text(found.receiver, found.name, given, said)
        case Table():
            return _of_table(found.receiver, found.name, given, said)
        case Listed():
            return _of_list(found.receiver, found.name, given)
        case Made():
            return _of_made(found.receiver, found.name, given, said)
        case FilePath():
            return _of_path(found.receiver, found.name, given)
        case Unknown():
            return _of_unknown(found.receiver, found.name, given)
        case _:
            return Unknown(found.name)


def _of_unknown(value: Unknown, name: str, given: Given) -> object:
    key = given[0] if given else None
    if name == "get":
        return Unknown(key, (*value.keys, key)) if isinstance(key, str) else Unknown(value.name)
    return Unknown() if name in ("items", "keys", "values") else value


def items(value: object) -> list[object] | None:
    """What a loop over a value goes through; None when only running the code would tell."""
    if isinstance(value, Table | Listed):
        return _items(value)
    return None


def _items(value: object) -> list[object]:
    return (
        list(value.rows)
        if isinstance(value, Table)
        else list(value.items)
        if isinstance(value, Listed)
        else []
    )


def _setting(given: Given, said: Said) -> object:
    """A setting of whoever starts the code: its default, never its name."""
    default = said.get("default", given[1] if len(given) > 1 else None)
    # An empty default is there to be filled: code that looks at it would end.
    return default if truth(default) else Unknown(str(as_text(given[0]) or "").lower() if given else "")


def _join_paths(given: Given, said: Said) -> object:
    parts = [each.path if isinstance(each, FilePath) else each for each in given]
    texts = [part for part in parts if isinstance(part, str)]
    return FilePath(posixpath.join(*texts)) if texts else Unknown()


def _dict(given: Given, said: Said) -> object:
    rows = dict(given[0].rows) if given and isinstance(given[0], Table) else {}
    return Table({**rows, **said})


def _enumerate(given: Given, said: Said) -> object:
    first = given[0] if given else None
    return (
        Listed([Listed([number, each]) for number, each in enumerate(_items(first))])
        if isinstance(first, Listed | Table)
        else Unknown()
    )


def _zip(given: Given, said: Said) -> object:
    if not all(isinstance(each, Listed | Table) for each in given):
        return Unknown()
    return Listed([Listed(list(row)) for row in zip(*map(_items, given), strict=False)])


def _range(given: Given, said: Said) -> object:
    numbers = [each for each in given if isinstance(each, int)]
    if len(numbers) != len(given) or not 1 <= len(numbers) <= 2:
        return Unknown()
    start, stop = (0, numbers[0]) if len(numbers) == 1 else (numbers[0], numbers[1])
    return Listed([*range(start, min(stop, start + MAX_RANGE))])


def _len(given: Given, said: Said) -> object:
    return len(_items(given[0])) if given and isinstance(given[0], Listed | Table) else Unknown("len")


def _partial(given: Given, said: Said) -> object:
    return Unknown(name_of(given[0]) if given else "")


_CALLS: Mapping[str, Callable[[Given, Said], object]] = {
    "path.join": _join_paths,
    "path.dirname": lambda given, said: (
        _of_path(given[0], "parent", []) if given and isinstance(given[0], FilePath) else Unknown()
    ),
    "dict": _dict,
    "enumerate": _enumerate,
    "zip": _zip,
    "range": _range,
    "len": _len,
    "partial": _partial,
    "Field": lambda given, said: said.get("default", given[0] if given else Unknown()),
    "input": lambda given, said: Unknown(),
}


def _of_text(text: str, name: str, given: Given, said: Said) -> object:
    if name == "format":
        return formatted(text, given, said)
    if name == "join" and given and isinstance(given[0], Listed):
        return _or_unknown(joined(text, given[0].items), name)
    if name == "replace":
        return _or_unknown(replaced(text, given), name)
    if name in ("split", "splitlines") and (not given or (isinstance(given[0], str) and given[0])):
        parts = text.splitlines() if name == "splitlines" else text.split(given[0] if given else None)  # pyright: ignore[reportArgumentType]
        return Listed([*parts])
    if name in ("startswith", "endswith") and given and isinstance(given[0], str):
        return text.startswith(given[0]) if name == "startswith" else text.endswith(given[0])
    return Unknown(name) if given else _or_unknown(changed(name, text), name)


def _or_unknown(text: str | None, name: str) -> object:
    return Unknown(name) if text is None else text


def _of_table(table: Table, name: str, given: Given, said: Said) -> object:
    key = given[0] if given else None
    match name:
        case "get" | "pop" | "setdefault" if isinstance(key, str):
            return _got(table, key, given)
        case "items":
            return Listed([Listed([key, value]) for key, value in table.rows.items()])
        case "keys":
            return Listed([*table.rows])
        case "values":
            return Listed([*table.rows.values()])
        case "copy" | "model_dump" | "dict":
            return Table(dict(table.rows), table.key, table.path)
        case "update":
            table.rows.update(key.rows if isinstance(key, Table) else {}, **said)
            return None
        case _:
            return Unknown(name)


def _got(table: Table, key: str, given: Given) -> object:
    if key in table.rows:
        return table.rows[key]
    default = given[1] if len(given) > 1 else None
    return Unknown(key, (key,)) if default is None or truth(default) is False else default


def _of_list(listed: Listed, name: str, given: Given) -> object:
    match name:
        case "append" if given:
            listed.items.append(given[0])
        case "insert" if len(given) == 2 and isinstance(given[0], int):
            listed.items.insert(given[0], given[1])
        case "extend" if given and isinstance(given[0], Listed):
            listed.items.extend(given[0].items[:10_000])
        case "copy":
            return Listed([*listed.items])
        case _:
            return Unknown(name)
    return None


def _of_made(made: Made, name: str, given: Given, said: Said) -> object:
    inputs = said.get("inputs", given[0] if given else None)
    if name in _STARTS and isinstance(inputs, Table):
        made.inputs |= {
            key: text for key, value in inputs.rows.items() if (text := as_text(value)) is not None
        }
    return Unknown(name)


def _of_path(path: object, name: str, given: Given) -> object:
    if not isinstance(path, FilePath):
        return Unknown(name)
    match name:
        case "parent":
            return FilePath(posixpath.dirname(path.path))
        case "joinpath":
            return _join_paths([path, *given], {})
        case "resolve" | "absolute" | "expanduser" | "as_posix" | "open" | "__enter__":
            return path
        case _:
            return Unknown(name)
