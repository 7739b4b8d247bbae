"""The text of one object becomes a value. It knows nothing of answers.

Strict JSON is read as it is. Otherwise the usual slips are rewritten as strict JSON, token by token, and
read by the same decoder, so that repeated keys and absurd numbers are noticed always.
Nothing missing is ever supplied.
"""

import json
import math
import re
from collections.abc import Callable
from typing import NoReturn, TypeAlias

from swarm.errors import MalformedReply
from swarm.reply.scan import COMMENT, CURLY, DOUBLE, SINGLE

MAX_DIGITS = 300
"""The longest number; the largest float has 309 digits."""
MAX_MENDED_CHARS = 250_000
"""The longest object that is mended: mending takes up to a second for a million characters."""
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
    try:
        return decoder.decode(text)
    except json.JSONDecodeError:
        strict = _mended(text, repairs)
    try:
        return decoder.decode(strict)
    except json.JSONDecodeError as error:
        raise MalformedReply(f"the object is not JSON: {error.msg[0].lower()}{error.msg[1:]}") from error


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
    """Replace lone surrogates, which no file, database or provider takes."""
    if isinstance(value, str):
        return re.sub("[\ud800-\udfff]", "\ufffd", value)
    if isinstance(value, list):
        return [_sound(item) for item in value]
    if isinstance(value, dict):
        return {str(_sound(key)): _sound(item) for key, item in value.items()}
    return value


# Slips. A token that is fine is rewritten as itself.

_NAME = r"[^\W\d][\w$]*+"
_TOKEN = re.compile(
    rf"""(?P<double>{DOUBLE}) | (?P<single>{SINGLE}) | (?P<curly>{CURLY}) | (?P<comment>{COMMENT})
    | (?P<comma>,(?=(?:\s|{COMMENT})*+[}}\]])) | (?P<key>{_NAME}(?=\s*+:)) | (?P<word>{_NAME})
    | (?P<space>[^\S \t\r\n]|[{INVISIBLE}])""",
    re.VERBOSE | re.DOTALL,
)
_IN_STRING = re.compile(r'\\.|["\x00-\x1f]', re.DOTALL)
_AS_IN_JSON = {'"': '\\"', "\\'": "'", "\\x": "\\u00"} | {chr(code): f"\\u{code:04x}" for code in range(32)}
_WORDS = {"True": "true", "False": "false", "None": "null"}


def _string(token: str) -> str:
    return f'"{_IN_STRING.sub(lambda part: _AS_IN_JSON.get(part[0], part[0]), token[1:-1])}"'


_SLIPS: dict[str, tuple[str, Callable[[str], str]]] = {
    "double": ("escaped what must be escaped in a string", _string),
    "single": ("put double quotes for single ones", _string),
    "curly": ("put straight quotes for curly ones", _string),
    "comment": ("removed a comment", lambda _: " "),
    "comma": ("removed a trailing comma", lambda _: ""),
    "key": ("put quotes around a key", lambda name: f'"{name}"'),
    "word": ("wrote True, False or None as in JSON", lambda word: _WORDS.get(word, word)),
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
