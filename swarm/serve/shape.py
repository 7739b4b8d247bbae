"""The shape that a client wants its reply in: an object of its schema, a length, an end at certain words."""

import json

from pydantic import JsonValue

from swarm.models.model import CHARS_PER_TOKEN
from swarm.serve.schema import NotUnderstood, fits, object_in, text_key
from swarm.serve.wire import Ask, Refused

REPLY = "reply"
DELIVERABLE = "deliverable"
"""Key of the text in an object of no particular schema."""


def key_of(ask: Ask, usual: str) -> str | None:
    """The key under which any text makes the object that a request wants; None: it wants plain text.

    Args:
        ask: the request.
        usual: the key where the request leaves it open.

    Raises:
        Refused: no text can make such an object.
    """
    schema = ask.schema_wanted
    if schema is None:
        return None
    try:
        key = text_key(schema) if schema else usual
    except NotUnderstood as error:
        raise _refused(str(error)) from error
    if key is None:
        raise _refused(
            "the reply is one text, and no object of this schema has it as its only required value"
        )
    return key


def object_of(ask: Ask, text: str) -> str:
    """The object that a request wants, of a text that has it already or becomes its only value.

    Raises:
        Refused: it cannot be made one.
    """
    schema, found = ask.schema_wanted, object_in(text)
    try:
        if schema is None or (found is not None and fits(found, dict[str, JsonValue](schema))):
            return text if schema is None else json.dumps(found, ensure_ascii=False)
    except NotUnderstood as error:
        raise _refused(str(error)) from error
    return json.dumps({key_of(ask, REPLY): text}, ensure_ascii=False)


def _refused(why: str) -> Refused:
    return Refused(
        400,
        f"response_format: {why}. Ask for one required property of type string, for json_object, or leave it out",
        "response_format",
    )


class Shaping:
    """A text becomes the reply that a request wants, in pieces as they come."""

    def __init__(self, ask: Ask, key: str | None) -> None:
        """Begin; `key` is that of the object whose only value is the text, None for plain text."""
        self._cut, self._key = Cut(ask.stops, ask.most_tokens and ask.most_tokens * CHARS_PER_TOKEN), key

    def begin(self) -> str:
        """What stands before the first piece."""
        return "" if self._key is None else f'{{{json.dumps(self._key)}: "'

    def take(self, piece: str) -> str:
        """What a piece adds to the reply."""
        return self._written(self._cut.take(piece))

    def end(self) -> str:
        """What is left behind the last piece."""
        return self._written(self._cut.rest()) + ("" if self._key is None else '"}')

    def whole(self, text: str) -> str:
        """The reply in one piece."""
        return self.begin() + self.take(text) + self.end()

    def finish(self, otherwise: str | None) -> str | None:
        """Why it ends: because it was cut, or as it would have ended otherwise."""
        return self._cut.finish or otherwise

    def _written(self, text: str) -> str:
        return text if self._key is None else json.dumps(text)[1:-1]


class Cut:
    """A reply that ends at certain words, or at a length, though it comes in pieces."""

    def __init__(self, stops: tuple[str, ...] = (), most_chars: int | None = None) -> None:
        """Begin.

        Args:
            stops: words before which it ends; none: no such words.
            most_chars: its length in characters; None: any.
        """
        self._stops, self._left = stops, most_chars
        self._held = ""
        self.finish: str | None = None
        """Why it was cut, in OpenAI's word; None as long as it was not."""

    def take(self, piece: str) -> str:
        """Take in a piece; returns what is certain to be part of the reply."""
        if self.finish:
            return ""
        self._held += piece
        found = [at for stop in self._stops if (at := self._held.find(stop)) >= 0]
        if found:
            self.finish = "stop"
            return self._within(self._held[: min(found)])
        # The beginning of a word may be the end of this piece.
        kept = max((len(stop) - 1 for stop in self._stops), default=0)
        sure = self._held[: max(0, len(self._held) - kept)]
        self._held = self._held[len(sure) :]
        return self._within(sure)

    def rest(self) -> str:
        """What is left when no more pieces come."""
        return "" if self.finish else self._within(self._held)

    def _within(self, text: str) -> str:
        if self._left is None:
            return text
        given = text[: self._left]
        if len(text) > self._left:
            self.finish = "length"
        self._left -= len(given)
        return given
