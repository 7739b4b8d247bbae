"""The text of one object becomes a value. It knows nothing of answers.

Strict JSON is read as it is. Otherwise the usual slips are rewritten as strict JSON, token by token, and
read by the same decoder, so that repeated keys and absurd numbers are noticed always.
Nothing missing is ever supplied.
"""

import json
import math
import re
from collections.abc import Callable, Iterator
from typing import NoReturn, TypeAlias

from swarm.errors import MalformedReply
from swarm.reply.scan import COMMENT, CURLY, DOUBLE, SINGLE, TRIPLE

MAX_DIGITS = 300
"""The longest number; the largest float has 309 digits."""
MAX_MENDED_CHARS = 250_000
"""The longest object that is mended: mending takes up to a second for a million characters."""
MAX_REBUILT_CHARS = 60_000
"""The longest object in which missing commas and unescaped quotes are looked for."""
INVISIBLE = "\ufeff\u200b\u200c\u200d\u200e\u200f\u2060"
"""Characters that may stand around an object without being seen; within strings they are kept."""

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | float | bool | None"


def parse(text: str) -> tuple[Json, list[str]]:
    """Read a balanced object, strict JSON or nearly.

    Returns:
        The value, and the repairs it took in words; a repair may be named twice.

    Raises:
        MalformedReply: when it is no object even then, or holds a number that is none.
    """
    repairs: list[str] = []
    value = _decoded(text, repairs)
    sound = _sound(value)
    if sound != value:
        repairs.append("replaced a broken character")
    return sound, repairs


def _decoded(text: str, repairs: list[str]) -> Json:
    def last_wins(pairs: list[tuple[str, Json]]) -> Json:
        if len(dict(pairs)) < len(pairs):
            repairs.append("kept the last of a repeated key")
        return dict(pairs)

    decoder = json.JSONDecoder(
        object_pairs_hook=last_wins, parse_int=_integer, parse_float=_decimal, parse_constant=_no_number
    )
    problem = ""
    for strict, slips in _readings(text):
        repairs[:] = slips
        try:
            return decoder.decode(strict)
        except json.JSONDecodeError as error:
            problem = f"{error.msg[0].lower()}{error.msg[1:]}"
    raise MalformedReply(f"the object is not JSON: {problem}")


def _readings(text: str) -> Iterator[tuple[str, list[str]]]:
    """The object as it is, and then mended ever more boldly, with the repairs that each reading takes."""
    yield text, []
    slips: list[str] = []
    mended = _mended(text, slips)
    yield mended, slips
    if len(text) > MAX_REBUILT_CHARS:
        return
    yield _joined(mended, joined := [*slips]), joined
    if (quoted := _quoted_within(text)) != text:
        slips = ["escaped quotes within a string"]
        yield _joined(_mended(quoted, slips), slips), slips
    if doubled := _DOUBLED.fullmatch(text):
        slips = ["took the object out of doubled braces"]
        yield _joined(_mended(doubled[1], slips), slips), slips


def _integer(digits: str) -> int:
    return int(_of_sane_length(digits))


def _decimal(digits: str) -> float:
    number = float(_of_sane_length(digits))
    return number if math.isfinite(number) else _no_number(digits)


def _of_sane_length(digits: str) -> str:
    return digits if len(digits) <= MAX_DIGITS else _no_number(digits)


def _no_number(name: str) -> NoReturn:
    shown = name if len(name) <= 12 else f"{name[:10]}…"
    raise MalformedReply(f"{shown} is out of the range of numbers")


def _sound(value: Json) -> Json:
    """Replace lone surrogates, which no file, database or provider takes, and give TeX its backslashes back."""
    if isinstance(value, str):
        whole = re.sub("[\ud800-\udfff]", "\ufffd", value)
        return _TEX.sub(lambda eaten: _EATEN[eaten[0]], whole)
    if isinstance(value, list):
        return [_sound(item) for item in value]
    if isinstance(value, dict):
        return {str(_sound(key)): _sound(item) for key, item in value.items()}
    return value


# Slips. A token that is fine is rewritten as itself.

_NAME = r"[^\W\d][\w$]*+"
_TOKEN = re.compile(
    rf"""(?P<triple>{TRIPLE}) | (?P<double>{DOUBLE}) | (?P<single>{SINGLE}) | (?P<curly>{CURLY})
    | (?P<comment>{COMMENT}) | (?P<comma>,(?=(?:\s|{COMMENT})*+[}}\]])) | (?P<key>{_NAME}(?=\s*+[:：]))
    | (?P<word>{_NAME}) | (?P<wide>[，：]) | (?P<space>[^\S \t\r\n]|[{INVISIBLE}]|\\[nrt](?![\w\\]))""",
    re.VERBOSE | re.DOTALL,
)
_IN_STRING = re.compile(r'\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\.|\\|["\x00-\x1f]', re.DOTALL)
_CONTROLS = {chr(code): f"\\u{code:04x}" for code in range(32)}
_AS_IN_JSON = {'"': '\\"', "\\'": "'"} | _CONTROLS
_ESCAPES = frozenset('"\\/bfnrtu')
_WORDS = {"true": "true", "false": "false", "none": "null", "null": "null", "undefined": "null"}
_TEX = re.compile(r"\x0c(?=rac\b|rac\{|orall\b)|\x08(?=eta\b|egin\{|inom\{|oxed\{|ar\{|ullet\b)")
"""Commands of TeX that begin with an escape of JSON, as in "\\frac"."""
_EATEN = {"\x0c": "\\f", "\x08": "\\b"}
_DOUBLED = re.compile(r"\{\s*+(\{.*\})\s*\}", re.DOTALL)


def _escaped(part: re.Match[str]) -> str:
    """A character of a string as JSON has it; a backslash that begins no escape stands for itself."""
    token = part[0]
    if token in _AS_IN_JSON:
        return _AS_IN_JSON[token]
    if token[0] != "\\" or len(token) == 6 or (len(token) == 2 and token[1] in _ESCAPES - {"u"}):
        return token
    if len(token) == 4:
        return f"\\u00{token[2:]}"
    return "\\\\" + _CONTROLS.get(token[1:], token[1:])


def _string(token: str, mark: int = 1) -> str:
    return f'"{_IN_STRING.sub(_escaped, token[mark:-mark])}"'


_SLIPS: dict[str, tuple[str, Callable[[str], str]]] = {
    "triple": ("put one quote for three", lambda token: _string(token, 3)),
    "double": ("escaped what must be escaped in a string", _string),
    "single": ("put double quotes for single ones", _string),
    "curly": ("put straight quotes for curly ones", _string),
    "comment": ("removed a comment", lambda _: " "),
    "comma": ("removed a trailing comma", lambda _: ""),
    "key": ("put quotes around a key", lambda name: f'"{name}"'),
    "word": ("wrote True, False or None as in JSON", lambda word: _WORDS.get(word.lower(), word)),
    "wide": ("put ASCII marks for full-width ones", lambda mark: "," if mark == "，" else ":"),
    "space": ("removed an invisible character", lambda _: " "),
}


def _mended(text: str, repairs: list[str]) -> str:
    if len(text) > MAX_MENDED_CHARS:
        raise MalformedReply(f"the object is not JSON, and longer than {MAX_MENDED_CHARS} characters")

    def rewrite(token: re.Match[str]) -> str:
        repair, strict = _SLIPS[token.lastgroup or ""]
        rewritten = strict(token[0])
        if rewritten != token[0]:
            repairs.append(repair)
        return rewritten

    return _TOKEN.sub(rewrite, text)


# What is missing or too much between values, and quotes that nobody escaped.

_PART = re.compile(
    r'(?P<string>"[^"\\]*+(?:\\.[^"\\]*+)*+")|(?P<mark>[{}\[\],:])|(?P<word>[^\s"{}\[\],:]++)', re.DOTALL
)
_QUOTE = re.compile(r'\\.|"', re.DOTALL)
_ENDS_STRING = re.compile(r"\s*+(?:[:}\]]|,\s*+[\"'}\]{\[\w]|\Z)")


def _joined(text: str, repairs: list[str]) -> str:
    """Put commas between values where one is missing, and leave out the second of two."""
    parts = [(str(part.lastgroup), part[0]) for part in _PART.finditer(text)]
    kept: list[str] = []
    for place, (kind, part) in enumerate(parts):
        before = kept[-1] if kept else ""
        after = parts[place + 1 : place + 2]
        if part == "," and (before in (",", "{", "[") or after in ([("mark", "}")], [("mark", "]")])):
            repairs.append("removed a needless comma")
            continue
        is_key = kind == "string" and after == [("mark", ":")]
        if (is_key and before not in ("{", ",", "")) or (part == "{" and before == "}"):
            kept.append(",")
            repairs.append("put a comma between two values")
        kept.append(part)
    return " ".join(kept)


def _quoted_within(text: str) -> str:
    """Escape quotes that stand within a string: those that nothing follows which could follow its end.

    Raises:
        MalformedReply: when they do not come in pairs, so that nobody can tell where the string ends.
    """
    written: list[str] = []
    place, inner, inside = 0, 0, False
    for quote in _QUOTE.finditer(text):
        if quote[0] != '"':
            continue
        if not inside:
            inside, inner = True, 0
        elif _ENDS_STRING.match(text, quote.end()):
            inside = False
            if inner % 2:
                raise MalformedReply("the object is not JSON: quotes within a string are not escaped")
        else:
            inner += 1
            written += (text[place : quote.start()], '\\"')
            place = quote.end()
    return "".join((*written, text[place:]))
