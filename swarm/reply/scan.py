"""A reply is cut into pieces: prose, reasoning and objects.

It knows nothing of answers. One pass from left to right takes linear time: every repetition is
possessive, so no pattern can backtrack.
"""

import re
from typing import Literal, NamedTuple

from swarm.errors import MalformedReply

MAX_DEPTH = 64
"""Objects and lists inside one another."""
MAX_VALUES = 10_000
"""Brackets and commas of all objects in a reply; a plan for 256 agents has about 1,300."""

# The strings and comments that models write; one without an end reaches to the end of the text.
TRIPLE = r'"""[^"]*+(?:"(?!"")[^"]*+)*+(?:"""|\Z)'
DOUBLE = r'"[^"\\]*+(?:\\.?+[^"\\]*+)*+(?:"|\Z)'
SINGLE = r"(?<=[\s{\[,:/])'[^'\\]*+(?:\\.?+[^'\\]*+)*+(?:'|\Z)"
CURLY = r"[“”„][^“”\\]*+(?:\\.?+[^“”\\]*+)*+(?:[“”]|\Z)"
COMMENT = r"//[^\n]*+|(?<=\s)\#(?=\s)[^\n]*+|/\*[^*]*+(?:\*(?!/)[^*]*+)*+(?:\*/|\Z)"

_TO_NEXT_MARK = re.compile(
    rf"(?:[^{{}}\[\],\"'“”„/#]++|{TRIPLE}|{DOUBLE}|{SINGLE}|{CURLY}|{COMMENT}|['/#])*+([{{}}\[\],])",
    re.DOTALL,
)
_STEP = {"{": 1, "[": 1, "}": -1, "]": -1, ",": 0}
# The marks around reasoning: tags, those of Mistral, Cohere, Kimi and Gemma, and the channels of gpt-oss.
_TAG = r"(?:seed:)?(?:think(?:ing)?|reason(?:ing)?|thoughts?|reflection|analysis|scratchpad)"
_CHANNEL = r"<\|channel\|?>\s*+(?:analysis|thought|commentary(?!\s++to=))"
_STARTS = rf"<{_TAG}>|\[think\]|<\|begin_of_thought\|>|<\|start_thinking\|>|◁think▷|{_CHANNEL}|<unused94>"
_FINAL = r"<\|channel\|>\s*+final\b[^<{\[]{0,40}+(?:<\|message\|>)?+|assistantfinal(?=\s*+[{`\[])"
_ENDS = (
    rf"</{_TAG}>|\[/think\]|<\|end_of_thought\|>|<\|end_thinking\|>|◁/think▷|<channel\|>|<unused95>|{_FINAL}"
)
_SAID_AT_LAST = (
    r"(?:^|\n)[ #*_]{0,20}+final (?:answer|json|response)[\s:*_]{0,20}+"
    r"(?=(?:(?:```|~~~)\w{0,20}+\s{0,20}+)?+\{)"
)
"""Words by which a model that thought aloud says that this is it."""
_OPENING = re.compile(
    rf"(?P<object>\{{|\[\s*+\{{)|(?P<reasoning>{_STARTS})|(?P<reasoned>{_ENDS}|{_SAID_AT_LAST})",
    re.IGNORECASE,
)
_END_OF_REASONING = re.compile(rf"{_ENDS}|<\|end\|>", re.IGNORECASE)


class Piece(NamedTuple):
    """A stretch of a reply."""

    kind: Literal["prose", "reasoning", "object"]
    text: str


def pieces(text: str) -> list[Piece]:
    """Cut a reply into pieces; joined, they are the reply.

    An object is a balanced `{…}` outside of any other, or the list that opens just before it. Brackets
    within strings and comments do not count, and neither does anything within a block of reasoning.

    Raises:
        MalformedReply: when an object or a block of reasoning has no end, or there is too much of them.
    """
    found: list[Piece] = []
    place, thought, room = 0, 0, MAX_VALUES
    while opening := _OPENING.search(text, place):
        if len(found) > MAX_VALUES:
            raise MalformedReply(f"more than {MAX_VALUES} pieces")
        start = opening.start()
        found.append(Piece("prose", text[place:start]))
        if opening.lastgroup == "object":
            place, room = _end_of_object(text, start, room)
            found.append(Piece("object", text[start:place]))
        elif opening.lastgroup == "reasoning":
            place = _end_of_reasoning(text, start)
            found.append(Piece("reasoning", text[start:place]))
        else:
            # Some models get the opening tag in their prompt: all before the closing one is reasoning.
            place = opening.end()
            found.append(Piece("reasoning", opening[0]))
            thought = len(found)
    reasoning = [Piece("reasoning", piece.text) for piece in found[:thought]]
    return [*reasoning, *found[thought:], Piece("prose", text[place:])]


def _end_of_object(text: str, place: int, room: int) -> tuple[int, int]:
    depth = 0
    while mark := _TO_NEXT_MARK.match(text, place):
        depth, room, place = depth + _STEP[mark[1]], room - 1, mark.end()
        if depth == 0:
            return place, room
        if depth > MAX_DEPTH:
            raise MalformedReply(f"nested deeper than {MAX_DEPTH}")
        if room < 0:
            raise MalformedReply(f"more than {MAX_VALUES} values")
    raise MalformedReply("the object is cut off")


def _end_of_reasoning(text: str, start: int) -> int:
    if end := _END_OF_REASONING.search(text, start):
        return end.end()
    raise MalformedReply("the reply ends within its reasoning")
