"""A hundred thousand replies that models could send: read, mended by named repairs, or refused with a reason."""

import random
import time
from statistics import quantiles

import pytest

from swarm.answer import AgentAnswer
from swarm.errors import MalformedReply
from swarm.reply import read_reply
from tests.test_reply import BAD, GOOD, MARKS

pytestmark = pytest.mark.soak
REPLIES = 100_000
SEED = 20261125
P99_MS, MAX_MS = 5.0, 250.0


def mutated(text: str, chance: random.Random) -> str:
    """The same text, cut, joined, doubled, or with marks and odd letters in it."""
    for _ in range(chance.randint(0, 4)):
        at = chance.randint(0, len(text))
        match chance.randint(0, 6):
            case 0:
                text = text[:at]
            case 1:
                text = text[:at] + chance.choice(MARKS) + text[at:]
            case 2:
                text = text[:at] + chr(chance.randint(0, 0xFFFF)) + text[at:]
            case 3:
                text = text[:at] + text[at + chance.randint(1, 9) :]
            case 4:
                text = text[at:] + text[:at]
            case 5:
                text = text + chance.choice(SHAPES)
            case _:
                text = text.replace(chance.choice('{}[]",:'), chance.choice('{}[]\\":“'), 1)
    return text


SHAPES = [reply.text for reply in (*GOOD, *BAD) if len(reply.text) < 5_000]


def test_every_reply_is_read_or_refused_and_none_that_was_cut_is_read():
    chance, took_ms = random.Random(SEED), []
    read = refused = 0
    reasons: set[str] = set()
    for number in range(REPLIES):
        text = mutated(chance.choice(SHAPES), chance)
        cut = number % 7 == 0
        begun = time.perf_counter()
        try:
            found = read_reply(text, finish="length" if cut else "stop", shape=AgentAnswer)
        except MalformedReply as error:
            reasons.add(str(error).strip())
            refused += 1
        else:
            assert not cut, (SEED, number, text)
            assert all(repair.strip() for repair in found.repairs)
            assert isinstance(found.answer, AgentAnswer)
            read += 1
        took_ms.append((time.perf_counter() - begun) * 1_000)
    assert "" not in reasons
    assert read > REPLIES / 50
    assert refused > REPLIES / 10
    assert quantiles(took_ms, n=100)[98] <= P99_MS
    assert max(took_ms) <= MAX_MS
