"""What models really send when asked for one JSON object, and what is read of it."""

import json
import re
from contextlib import suppress

import pyjson5
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from swarm.errors import MalformedReply
from swarm.reply.answer import AgentAnswer, Answer, JudgeAnswer, PlanAnswer
from swarm.reply.form import repeats_form
from swarm.reply.read import read_reply
from swarm.reply.scan import pieces
from tests.replies import BAD, GOOD, MARKS, MINE, WORDS, Bad, Good


@pytest.mark.parametrize("reply", GOOD, ids=lambda reply: reply.id)
def test_a_reply_with_one_answer_is_read_and_every_repair_is_named(reply: Good):
    read = read_reply(reply.text, finish=reply.finish, shape=type(reply.answer))
    assert read.answer == reply.answer
    assert set(read.repairs) == set(reply.repairs)
    assert len(set(read.repairs)) == len(read.repairs)


@pytest.mark.parametrize("reply", BAD, ids=lambda reply: reply.id)
def test_a_reply_without_one_whole_answer_is_refused_with_its_reason(reply: Bad):
    with pytest.raises(MalformedReply, match=re.escape(reply.reason)) as refused:
        read_reply(reply.text, finish=reply.finish, shape=reply.shape)
    assert len(str(refused.value)) < 150
    assert "\n" not in str(refused.value)


def test_the_corpus_names_each_of_its_shapes_once():
    names = [reply.id for reply in (*GOOD, *BAD)]
    assert len(set(names)) == len(names) >= 300


@pytest.mark.parametrize("reply", GOOD, ids=lambda reply: reply.id)
def test_a_reply_cut_by_the_token_limit_is_never_read(reply: Good):
    with pytest.raises(MalformedReply, match="cut off"):
        read_reply(reply.text, finish="length", shape=type(reply.answer))


@pytest.mark.parametrize("reply", GOOD, ids=lambda reply: reply.id)
def test_a_part_of_a_reply_is_refused_or_says_the_same_as_the_whole(reply: Good):
    if re.match("reasoning opened in the prompt|reasoning: (.*draft|[{<]|final|harmony)", reply.id):
        pytest.skip("nothing before the closing mark tells that it is reasoning")
    for length in range(len(reply.text)):
        refused_or_equal(reply.text[:length], reply.answer)


def refused_or_equal(text: str, answer: Answer):
    try:
        read = read_reply(text, finish="stop", shape=type(answer))
    except MalformedReply:
        return
    assert read.answer == answer


# Properties.

ANY_TEXT = st.text(st.characters(codec=None), max_size=400)
JSONISH = st.lists(
    st.sampled_from([*MARKS, *WORDS, MINE, json.dumps(MINE), "\n", " ", "\0", "\ud800", "\ufeff"]),
    max_size=40,
).map("".join)
CONTENT = st.text(st.characters(exclude_categories=["Cs"])) | JSONISH.map(
    lambda text: text.replace("\ud800", "?")
)
ANSWERS = st.builds(
    AgentAnswer,
    role=CONTENT,
    participate=st.booleans(),
    reason=CONTENT,
    contribution=CONTENT,
    builds_on=st.lists(st.integers(1, 256), max_size=5),
    reports_to=st.none() | st.integers(1, 256),
).filter(lambda it: not any(map(repeats_form, (it.role, it.reason, it.contribution))))
# Sentences do not open objects, lists, reasoning or, at the start, a string.
SENTENCES = st.text(st.characters(exclude_characters='{}[]<>"`~', exclude_categories=["Cs"]), max_size=80)
FENCES = st.sampled_from(
    [("", ""), ("```json\n", "\n```"), ("```\n", "\n```"), ("```json\n", ""), ("~~~\n", "\n~~~")]
)
REASONINGS = st.sampled_from(["", "<think>{</think>", f"<reasoning>{MINE}</reasoning>\n", "</thinking>"])


@st.composite
def wrapped(draw: st.DrawFn) -> tuple[str, AgentAnswer]:
    """A reply, and the one answer it holds."""
    answer = draw(ANSWERS)
    opening, closing = draw(FENCES)
    text = json.dumps(
        answer.model_dump(), ensure_ascii=draw(st.booleans()), indent=draw(st.sampled_from([None, 1]))
    )
    text = draw(st.sampled_from(["{}", '{{"data": {}}}', "[{}]"])).format(text)
    return f"{draw(SENTENCES)}{draw(REASONINGS)}{opening}{text}{closing}{draw(SENTENCES)}", answer


@given(ANY_TEXT | JSONISH, st.sampled_from([None, "stop", "length", "content_filter", "x"]))
@settings(max_examples=1500, deadline=None)
@example('"\\', None)
@example('"' + "[" * 100_000, None)
@example("[{" * 40, None)
def test_no_text_raises_anything_but_malformed_reply(text: str, finish: str | None):
    for shape in (AgentAnswer, PlanAnswer, JudgeAnswer):
        with suppress(MalformedReply):
            read_reply(text, finish=finish, shape=shape)


@given(wrapped())
@settings(max_examples=600, deadline=None)
def test_an_answer_wrapped_in_prose_and_fences_reads_back_equal(reply: tuple[str, AgentAnswer]):
    text, answer = reply
    assert read_reply(text, finish="stop", shape=AgentAnswer).answer == answer


@given(ANSWERS)
def test_an_answer_alone_needs_no_repair(answer: AgentAnswer):
    assert read_reply(answer.model_dump_json(), finish="stop", shape=AgentAnswer).repairs == ()


@given(wrapped(), st.data())
@settings(max_examples=600, deadline=None)
def test_a_cut_reply_is_refused_or_says_the_same(reply: tuple[str, AgentAnswer], data: st.DataObject):
    text, answer = reply
    refused_or_equal(text[: data.draw(st.integers(0, len(text)))], answer)


@given(ANSWERS, ANSWERS, FENCES, SENTENCES, REASONINGS)
@settings(max_examples=300, deadline=None)
def test_of_two_different_answers_neither_is_read(
    one: AgentAnswer, other: AgentAnswer, fence: tuple[str, str], between: str, reasoning: str
):
    opening, closing = fence
    assume(one != other)
    assume(closing or not opening)
    first, second = (f"{opening}{answer.model_dump_json()}{closing}" for answer in (one, other))
    # What stands before the end of a block of reasoning is no answer.
    with pytest.raises(MalformedReply, match="two different answers"):
        read_reply(f"{reasoning}{first}{between}{second}", finish="stop", shape=AgentAnswer)


@given(ANSWERS)
def test_a_reply_written_as_python_reads_back_equal(answer: AgentAnswer):
    written = repr(answer.model_dump())
    if re.search(r"\\U|\\u[dD][89a-fA-F]", written):
        return  # JSON has no \U, and half a character is replaced
    assert read_reply(written, finish="stop", shape=AgentAnswer).answer == answer


@given(JSONISH)
@settings(max_examples=1500, deadline=None)
def test_pieces_joined_are_the_reply(text: str):
    try:
        found = pieces(text)
    except MalformedReply:
        return
    assert "".join(piece.text for piece in found) == text


SLIPS = [
    ("true", "True"), ("null", "None"), (", ", ",\n"), ("}", ",}"), ("]", ", ]"), (": ", " : // it's\n"),
    (": ", ":/* { */"), ('"', "'"), ('"role"', "role"),
]  # fmt: skip


@given(
    st.builds(AgentAnswer, participate=st.booleans(), role=st.sampled_from(["", "a, b", "it is", "x: y"])),
    st.lists(st.sampled_from(SLIPS), unique=True),
)
def test_what_is_mended_reads_as_a_json5_parser_reads_it(answer: AgentAnswer, slips: list[tuple[str, str]]):
    text = json.dumps(answer.model_dump(exclude={"builds_on"}))
    for strict, slip in slips:
        text = text.replace(strict, slip)
    json5 = text.replace("True", "true").replace("None", "null")
    try:
        expected = pyjson5.decode(json5)
    except pyjson5.Json5Exception:
        return
    read = read_reply(text, finish="stop", shape=AgentAnswer)
    assert read.answer == AgentAnswer.model_validate(expected)
