"""A hundred thousand mutated and random replies: read, mended by named repairs, or refused with a reason."""

import random
import time
from contextlib import suppress
from statistics import quantiles

import pytest

from bench.reply import HOSTILE
from swarm.errors import MalformedReply
from swarm.reply.answer import AgentAnswer
from swarm.reply.read import read_reply
from tests.replies import BAD, GOOD, MARKS, MINE, WORDS
from tests.seed import SEED

pytestmark = pytest.mark.soak
REPLIES = 100_000
P99_MS, MAX_MS = 5.0, 250.0
"""Of this thread's own time: reading waits for nothing, and other work on the machine is not its."""


def random_text(chance: random.Random) -> str:
    """Marks and words in any order, or any characters at all."""
    if chance.random() < 0.5:
        return "".join(chance.choices([*MARKS, *WORDS, MINE, "\n", " ", "\0"], k=chance.randint(0, 40)))
    return "".join(chr(chance.randint(0, 0x10FFFF)) for _ in range(chance.randint(0, 400)))


def two_answers(chance: random.Random) -> str:
    """Two answers that differ, with something between that is no part of them."""
    one, other = (
        AgentAnswer(participate=True, contribution=f"{way} {chance.random()}").model_dump_json()
        for way in ("One", "Other")
    )
    return f"{one}{chance.choice(BETWEEN)}{other}"


BETWEEN = ["", "\n", " or ", "\n```\n\n```json\n", "<think>{</think>", "{}", " I take it back: "]


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


def made(number: int, chance: random.Random) -> str:
    if number % 11 == 0:
        return two_answers(chance)
    return random_text(chance) if number % 3 == 0 else mutated(chance.choice(SHAPES), chance)


def test_every_reply_is_read_or_refused_and_none_that_was_cut_is_read():
    chance, took_ms = random.Random(SEED), []
    read = refused = 0
    reasons: set[str] = set()
    for number in range(REPLIES):
        ambiguous = number % 11 == 0
        text = made(number, chance)
        cut = number % 7 == 0
        begun = time.thread_time()
        try:
            found = read_reply(text, finish="length" if cut else "stop", shape=AgentAnswer)
        except MalformedReply as error:
            reasons.add(str(error).strip())
            refused += 1
        else:
            assert not cut, (SEED, number, text)
            assert not ambiguous, (SEED, number, text)
            assert all(repair.strip() for repair in found.repairs)
            assert isinstance(found.answer, AgentAnswer)
            read += 1
        took_ms.append((time.thread_time() - begun) * 1_000)
    assert "" not in reasons
    assert read > REPLIES / 50
    assert refused > REPLIES / 10
    assert quantiles(took_ms, n=100)[98] <= P99_MS
    assert max(took_ms) <= MAX_MS


@pytest.mark.parametrize("name", HOSTILE)
def test_a_reply_made_to_take_long_does_not(name: str):
    begun = time.thread_time()
    with suppress(MalformedReply):
        read_reply(HOSTILE[name], finish="stop", shape=AgentAnswer)
    assert (time.thread_time() - begun) * 1_000 <= MAX_MS
