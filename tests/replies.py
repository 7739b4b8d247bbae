"""What models really send when asked for one JSON object, and what each must be read as, written by hand."""

import html
import json
from typing import NamedTuple

from swarm.reply.answer import AgentAnswer, Answer, AssignmentAnswer, JudgeAnswer, PlanAnswer
from swarm.reply.read import MAX_DEPTH, MAX_REPLY_CHARS, MAX_VALUES

FENCE = "took the object out of a code fence"
AROUND = "left out the text around the object"
REASONING = "left out the reasoning"
ANOTHER = "left out another object"
WRAPPER = "took the object out of its wrapper"
STRING = "took the object out of a string"
COMMA = "removed a trailing comma"
SINGLE = "put double quotes for single ones"
CURLY = "put straight quotes for curly ones"
COMMENT = "removed a comment"
KEY = "put quotes around a key"
WORD = "wrote True, False or None as in JSON"
ESCAPE = "escaped what must be escaped in a string"
INVISIBLE = "removed an invisible character"
REPEATED = "kept the last of a repeated key"
BROKEN = "replaced a broken character"
ENTITIES = "put characters for HTML entities"

OUT = AgentAnswer(participate=False)
ME = AgentAnswer(role="editor", participate=True, contribution="Hi")
MINE = '{"role": "editor", "participate": true, "contribution": "Hi"}'
QUOTED = AgentAnswer(participate=True, contribution='Ana said {"participate": false}.')


def says(contribution: str) -> AgentAnswer:
    return AgentAnswer(participate=True, contribution=contribution)


class Good(NamedTuple):
    """A reply that can be read: its answer and every repair."""

    id: str
    text: str
    answer: Answer = ME
    repairs: tuple[str, ...] = ()
    finish: str | None = "stop"


class Bad(NamedTuple):
    """A reply that cannot be read: what the reason says."""

    id: str
    text: str
    reason: str
    finish: str | None = "stop"
    shape: type[Answer] = AgentAnswer


GOOD = [
    # Exactly the object.
    Good("plain", MINE),
    Good("no finish reason", MINE, finish=None),
    Good("tool finish reason", MINE, finish="tool_calls"),
    Good("blanks around", f"\n\n  {MINE}\t\n"),
    Good("over several lines", json.dumps(json.loads(MINE), indent=2)),
    Good("no optional keys", '{"participate": false}', OUT),
    Good("extra keys", '{"participate": false, "confidence": 0.93, "meta": {"a": [1, {}]}}', OUT),
    Good("null fields", '{"participate": false, "role": null, "reason": null, "builds_on": null}', OUT),
    Good("truth as text", '{"participate": "false"}', OUT),
    Good("truth as number", '{"participate": 0}', OUT),
    Good(
        "agents as text",
        '{"participate": true, "builds_on": ["agent 2", "#3", "004"], "reports_to": "2"}',
        AgentAnswer(participate=True, builds_on=[2, 3, 4], reports_to=2),
    ),
    Good(
        "minus nought",
        '{"participate": true, "builds_on": [-0]}',
        AgentAnswer(participate=True, builds_on=[0]),
    ),
    Good("escaped emoji", r'{"participate": true, "contribution": "\ud83d\ude80"}', says("🚀")),
    Good("escaped NUL", r'{"participate": true, "contribution": "a\u0000b"}', says("a\0b")),
    Good(
        "bidi, zero width, joined emoji",
        '{"participate": true, "contribution": "\u202ea\u200b\ufeff👩‍👩‍👧"}',
        says("\u202ea\u200b\ufeff👩‍👩‍👧"),
    ),
    Good(
        "curly quotes in a string",
        '{"participate": true, "contribution": "“Hi” – ‘yes’"}',
        says("“Hi” – ‘yes’"),
    ),
    Good("brackets in a string", '{"participate": true, "contribution": "} ] { [ }}"}', says("} ] { [ }}")),
    Good(
        "reasoning tags in a string",
        '{"participate": true, "contribution": "<think>{</think>"}',
        says("<think>{</think>"),
    ),
    Good(
        "slips in a string",
        '{"participate": true, "contribution": "None, // \'a\' ,] True: /* */"}',
        says("None, // 'a' ,] True: /* */"),
    ),
    Good(
        "a fence in a string",
        '{"participate": true, "contribution": "```json\\n{}\\n```"}',
        says("```json\n{}\n```"),
    ),
    Good(
        "a teammate quoted in a string",
        '{"participate": true, "contribution": "Ana said {\\"participate\\": false}."}',
        QUOTED,
    ),
    # Fences.
    Good("fence", f"```json\n{MINE}\n```", repairs=(FENCE,)),
    Good("fence without language", f"```\n{MINE}\n```", repairs=(FENCE,)),
    Good("fence of tildes", f"~~~json\n{MINE}\n~~~", repairs=(FENCE,)),
    Good("fence in capitals, on one line", f"```JSON {MINE}```", repairs=(FENCE,)),
    Good("fence never closed", f"```json\n{MINE}", repairs=(FENCE,)),
    Good("fence only closed", f"{MINE}\n```", repairs=(FENCE,)),
    Good(
        "other language first",
        f"```python\nprint({{1: 2}})\n```\n```json\n{MINE}\n```",
        ME,
        (FENCE, AROUND, ANOTHER),
    ),
    # Sentences around.
    Good("sentence before", f"Sure! Here is my answer:\n{MINE}", repairs=(AROUND,)),
    Good("sentence after", f"{MINE}\nI hope this helps!", repairs=(AROUND,)),
    Good("sentences and a fence", f"Of course:\n```json\n{MINE}\n```\nDone.", repairs=(FENCE, AROUND)),
    Good("quotation before", f'"Alright," it said. {MINE}', repairs=(AROUND,)),
    Good("apostrophe in braces before", f"{{isn't it}} {MINE}", repairs=(ANOTHER,)),
    Good("placeholder before", f"I fill {{this}} in: {MINE}", repairs=(AROUND, ANOTHER)),
    Good("empty object before", f"{{}} {MINE}", repairs=(ANOTHER,)),
    Good(
        "example of another shape before",
        f'E.g. {{"name": "x"}}. Now: {MINE}',
        repairs=(AROUND, ANOTHER),
    ),
    Good(
        "schema, then the answer",
        f'{{"type": "object", "properties": {{}}}}\n{MINE}',
        repairs=(ANOTHER,),
    ),
    Good("same answer twice", f"{MINE}\n{MINE}", repairs=(ANOTHER,)),
    Good(
        "same answer, written differently",
        f'{MINE}\n{{"participate":true,"contribution":"Hi","role":"editor"}}',
        repairs=(ANOTHER,),
    ),
    Good("link before", f"[see](http://a.b) {MINE}", repairs=(AROUND,)),
    Good("byte order mark", f"\ufeff{MINE}", repairs=(INVISIBLE,)),
    Good("zero width around", f"\u200b\n{MINE}\u2060", repairs=(INVISIBLE,)),
    Good("invisible within the fence", f"```json\n\u200b{MINE}\n```", repairs=(FENCE,)),
    # Reasoning.
    Good("reasoning", f"<think>Shall I?</think>{MINE}", repairs=(REASONING,)),
    Good(
        "reasoning holds an answer",
        f'<think>{{"participate": false}}</think>\n{MINE}',
        repairs=(REASONING,),
    ),
    Good("reasoning holds an open brace", f"<thinking>if (x) {{ </thinking>{MINE}", repairs=(REASONING,)),
    Good("reasoning in capitals", f"<REASONING>{{}}</REASONING>{MINE}", repairs=(REASONING,)),
    Good("reasoning after", f"{MINE}<think>Was that right?</think>", repairs=(REASONING,)),
    Good(
        "reasoning opened in the prompt",
        f'{{"participate": false}}, or not?</think>{MINE}',
        repairs=(REASONING,),
    ),
    # Slips.
    Good("trailing comma", '{"participate": false,}', OUT, (COMMA,)),
    Good(
        "trailing comma in a list",
        '{"participate": false, "builds_on": [1, ],\n}',
        AgentAnswer(participate=False, builds_on=[1]),
        (COMMA,),
    ),
    Good("trailing comma, then a comment", '{"participate": false, // no\n}', OUT, (COMMA, COMMENT)),
    Good("single quotes", "{'participate': true, 'contribution': 'say \"x\"'}", says('say "x"'), (SINGLE,)),
    Good(
        "escaped single quote",
        r"{'participate': true, 'contribution': 'it\'s'}",
        says("it's"),
        (SINGLE,),
    ),
    Good(
        "single quote escaped in double ones",
        r'{"participate": true, "contribution": "it\'s"}',
        says("it's"),
        (ESCAPE,),
    ),
    Good("brace in single quotes", "{'participate': true, 'contribution': '}'}", says("}"), (SINGLE,)),
    Good(
        "Python's repr",
        str({"participate": True, "reason": None, "contribution": "a\xad'b\n"}),
        says("a\xad'b\n"),
        (SINGLE, WORD, ESCAPE),
    ),
    Good(
        "Python's repr in single quotes",
        str({"participate": True, "contribution": "a\xadb\n"}),
        says("a\xadb\n"),
        (SINGLE, WORD),
    ),
    Good("Python words", '{"participate": False, "reports_to": None}', OUT, (WORD,)),
    Good("unquoted keys", "{participate: false}", OUT, (KEY,)),
    Good("unquoted key that is a word", '{participate: false, None: "x"}', OUT, (KEY,)),
    Good("line comment", '{"participate": false // don\'t {\n}', OUT, (COMMENT,)),
    Good("block comment", '{/* "participate": true } */ "participate": false}', OUT, (COMMENT,)),
    Good("real newline", '{"participate": true, "contribution": "a\nb\tc"}', says("a\nb\tc"), (ESCAPE,)),
    Good(
        "real newline in single quotes",
        "{'participate': true, 'contribution': 'a\nb'}",
        says("a\nb"),
        (SINGLE,),
    ),
    Good("real NUL", '{"participate": true, "contribution": "a\0b"}', says("a\0b"), (ESCAPE,)),
    Good("curly quotes", '{“participate”: true, “contribution”: “a "b" }”}', says('a "b" }'), (CURLY,)),
    Good("low and high quotes", "{„participate“: true, „contribution“: „Hi“}", says("Hi"), (CURLY,)),
    Good("blanks that JSON lacks", '{\u00a0"participate":\u200bfalse}', OUT, (INVISIBLE,)),
    Good(
        "several slips",
        "```js\n{participate: True, 'contribution': 'Hi',} // done\n```",
        says("Hi"),
        (FENCE, AROUND, KEY, WORD, SINGLE, COMMA),
    ),
    Good("repeated key", '{"participate": true, "participate": false}', OUT, (REPEATED,)),
    Good("repeated key and a slip", '{"participate": true, "participate": false,}', OUT, (REPEATED, COMMA)),
    Good(
        "lone surrogate, escaped",
        r'{"participate": true, "contribution": "a\ud800b"}',
        says("a\ufffdb"),
        (BROKEN,),
    ),
    Good(
        "lone surrogate, raw",
        '{"participate": true, "contribution": "a\udfffb"}',
        says("a\ufffdb"),
        (BROKEN,),
    ),
    Good("lone surrogate in a key", r'{"participate": false, "\ud800": 1}', OUT, (BROKEN,)),
    Good(
        "HTML entities",
        html.escape('{"participate": true, "contribution": "a & <b>"}'),
        says("a & <b>"),
        (ENTITIES,),
    ),
    Good(
        "HTML entities in a string",
        "{'participate': true, 'contribution': '{&quot;'}",
        says("{&quot;"),
        (SINGLE,),
    ),
    # Wrapped and quoted.
    Good("wrapped in data", f'{{"data": {MINE}}}', repairs=(WRAPPER,)),
    Good("wrapped in answer", f'{{"answer": {MINE}}}', repairs=(WRAPPER,)),
    Good("wrapped twice", f'{{"a": {{"b": {MINE}}}}}', repairs=(WRAPPER,)),
    Good("list of one", f"[{MINE}]", repairs=(WRAPPER,)),
    Good("list of one, with blanks", f"[\n  {MINE}\n]", repairs=(WRAPPER,)),
    Good("list of one in a wrapper", f'{{"answers": [{MINE}]}}', repairs=(WRAPPER,)),
    Good(
        "plan in a key of its own",
        '{"plan": {"assignments": []}}',
        PlanAnswer(assignments=[]),
        (WRAPPER,),
    ),
    Good(
        "plan with one key and one line",
        '{"assignments": [{"agent": 1}]}',
        PlanAnswer(assignments=[AssignmentAnswer(agent=1)]),
    ),
    Good("JSON in a string", json.dumps(MINE), repairs=(STRING,)),
    Good("JSON in a string in a fence", f"```json\n{json.dumps(MINE)}\n```", repairs=(STRING, FENCE)),
    Good("fence in a string", json.dumps(f"```json\n{MINE}\n```"), repairs=(STRING, FENCE)),
    Good("reasoning in a string", json.dumps(f"<think>{{}}</think>{MINE}"), repairs=(STRING, REASONING)),
    Good("deepest", f'{{"participate": false, "x": {"[" * (MAX_DEPTH - 1)}{"]" * (MAX_DEPTH - 1)}}}', OUT),
]

BAD = [
    # Nothing there.
    Bad("empty", "", "empty reply"),
    Bad("blanks", " \n\t ", "empty reply"),
    Bad("zero width only", "\u200b\ufeff \u200d", "empty reply"),
    Bad("refusal", "I'm sorry, but I can't help with that.", "no JSON object in the reply"),
    Bad("refusal in a string", '"I cannot."', "no JSON object in the reply"),
    Bad("YAML", "role: editor\nparticipate: true\n", "no JSON object in the reply"),
    Bad("XML", "<answer><participate>true</participate></answer>", "no JSON object in the reply"),
    Bad("table", "| role | participate |\n|---|---|\n| editor | true |", "no JSON object in the reply"),
    Bad("number", "42", "no JSON object in the reply"),
    Bad("null", "null", "no JSON object in the reply"),
    Bad("list of words", '["editor", true]', "no JSON object in the reply"),
    Bad("full-width braces", '｛"participate": true｝', "no JSON object in the reply"),
    Bad("keys without braces", '"participate": true, "role": "x"', "no JSON object in the reply"),
    Bad("the same word again and again", "thanks " * 1000, "no JSON object in the reply"),
    # Cut off.
    Bad("whole, but cut says the provider", MINE, "cut off", finish="length"),
    Bad("empty, and cut says the provider", "", "cut off", finish="length"),
    Bad("filtered", MINE, "the provider refused", finish="content_filter"),
    Bad("cut in a string", '{"participate": true, "contribution": "because the', "the object is cut off"),
    Bad("cut in a key", '{"participate": true, "contri', "the object is cut off"),
    Bad("cut before the brace", MINE[:-1], "the object is cut off"),
    Bad("cut in a fence", f"```json\n{MINE[:-1]}", "the object is cut off"),
    Bad("cut in a fence that is closed", f"```json\n{MINE[:-1]}\n```", "the object is cut off"),
    Bad("cut list of one", f"[{MINE}", "the object is cut off"),
    Bad("cut wrapper", f'{{"data": {MINE}', "the object is cut off"),
    Bad("cut after an example", f"E.g. {MINE}. Now: {MINE[:-9]}", "the object is cut off"),
    Bad("cut in a comment", '{"participate": true /* } ', "the object is cut off"),
    Bad("cut after a backslash", '{"participate": true, "contribution": "\\', "the object is cut off"),
    Bad("cut in a string in a string", json.dumps(MINE)[:-1], "cut off or damaged"),
    Bad(
        "cut in a string with slips",
        json.dumps("{'participate': True, 'contribution': 'a\\n'}")[:-1],
        "cut off",
    ),
    Bad("cut string in a fence", f"```json\n{json.dumps(MINE)[:-1]}\n```", "cut off or damaged"),
    # Reasoning.
    Bad("reasoning without end", f"<think>{MINE}", "ends within its reasoning"),
    Bad("reasoning only", f"<think>{MINE}</think>", "no JSON object in the reply"),
    Bad("reasoning only, opened in the prompt", f"{MINE}</think>", "no JSON object in the reply"),
    Bad("reasoning, then nothing whole", f"<think>{MINE}</think>{MINE[:-1]}", "the object is cut off"),
    # More than one answer.
    Bad("two answers", f'{MINE}\n{{"participate": false}}', "two different answers"),
    Bad(
        "two answers in fences",
        f'```json\n{MINE}\n```\nor\n```json\n{{"participate": false}}\n```',
        "two different",
    ),
    Bad("valid example first", f'Like {{"participate": false}}: {MINE}', "two different answers"),
    Bad(
        "a teammate quoted in the prose",
        f'Ana said {{"participate": false}}. I say {MINE}',
        "two different answers",
    ),
    Bad("list of two", f'[{MINE}, {{"participate": false}}]', "a list where one object"),
    Bad("list of two equal ones", f"[{MINE}, {MINE}]", "a list where one object"),
    # Not an answer.
    Bad("schema", json.dumps(AgentAnswer.model_json_schema()), "the schema came back"),
    Bad(
        "schema in a wrapper",
        json.dumps({"schema": AgentAnswer.model_json_schema()}),
        "the schema came back",
    ),
    Bad("schema filled in", f'{{"properties": {MINE}}}', "the schema came back"),
    Bad("schema with an answer in it", '{"type": "object", "participate": true}', "the schema came back"),
    Bad("empty object", "{}", "key 'participate': field required"),
    Bad("no choice", '{"role": "editor"}', "key 'participate': field required"),
    Bad("null choice", '{"participate": null}', "key 'participate': input should be a valid boolean"),
    Bad(
        "choice in another language",
        '{"participate": "oui"}',
        "key 'participate': input should be a valid boolean",
    ),
    Bad(
        "bad choice in a wrapper",
        '{"data": {"participate": "maybe"}}',
        "key 'participate': input should be",
    ),
    Bad(
        "bad line of a plan",
        '{"assignments": [{"agent": "x"}]}',
        "key 'assignments.0.agent'",
        shape=PlanAnswer,
    ),
    Bad(
        "role that is no text",
        '{"participate": true, "role": {"a": 1}}',
        "key 'role': input should be a valid string",
    ),
    Bad(
        "a reason to give among braces",
        '{see} {"participate": "maybe"} {it}',
        "key 'participate': input should be",
    ),
    Bad(
        "answer quoted in a string only",
        '{"contribution": "{\\"participate\\": true}"}',
        "field required",
    ),
    Bad("answer quoted in a key only", '{"{\\"participate\\": true}": 1}', "field required"),
    Bad(
        "answer besides other keys",
        f'{{"answer": {MINE}, "sure": true}}',
        "key 'participate': field required",
    ),
    Bad("twice in a string", json.dumps(json.dumps(MINE)), "the object is"),
    Bad("doubled braces", f"{{{MINE}}}", "the object is not JSON"),
    Bad("score too high", '{"accuracy": {"score": 11}}', "key 'accuracy.score'", shape=JudgeAnswer),
    Bad("score below nought", '{"accuracy": {"score": -1}}', "key 'accuracy.score'", shape=JudgeAnswer),
    Bad("score of minus nought", '{"accuracy": {"score": -0}}', "key 'accuracy.score'", shape=JudgeAnswer),
    # Not JSON.
    Bad("unescaped quotes", '{"participate": true, "reason": "the "best" one"}', "the object is not JSON"),
    Bad(
        "unescaped quotes around an answer",
        f'{{"participate": true, "reason": "Ana: "{MINE}" no"}}',
        "not JSON",
    ),
    Bad("number with a thousands comma", '{"participate": true, "n": 1,000}', "the object is not JSON"),
    Bad("missing comma", '{"participate": true "role": "x"}', "the object is not JSON"),
    Bad("missing value", '{"participate": }', "the object is not JSON"),
    Bad("dots for the rest", '{"participate": true, ...}', "the object is not JSON"),
    Bad("wrong bracket", '{"participate": true]', "the object is not JSON"),
    Bad(
        "call in place of a value",
        '{"participate": __import__("os").getpid()}',
        "the object is not JSON",
    ),
    Bad("sum in place of a value", '{"participate": 1+0}', "the object is not JSON"),
    Bad("escape unknown to JSON", r'{"participate": true, "reason": "\d"}', "the object is not JSON"),
    Bad(
        "backslash before a newline",
        '{"participate": true, "reason": "a\\\nb"}',
        "the object is not JSON",
    ),
    Bad(
        "apostrophe in single quotes",
        "{'participate': true, 'reason': 'it's'}",
        "the object is not JSON",
    ),
    Bad("two trailing commas", '{"participate": true,,}', "the object is not JSON"),
    # Numbers.
    Bad("NaN", '{"participate": true, "n": NaN}', "NaN is out of the range"),
    Bad("infinity", '{"participate": true, "n": -Infinity}', "-Infinity is out of the range"),
    Bad("NaN and a slip", '{"participate": true, n: NaN}', "NaN is out of the range"),
    Bad("number beyond floats", '{"participate": true, "n": 1e999}', "1e999 is out of the range"),
    Bad(
        "number of 5,000 digits",
        f'{{"participate": true, "n": {"7" * 5000}}}',
        "7777777777… is out of the range",
    ),
    Bad(
        "fraction of 5,000 digits",
        f'{{"participate": true, "n": 0.{"7" * 5000}}}',
        "0.77777777… is out of the range",
    ),
    Bad("choice of 5,000 digits as text", f'{{"participate": "{"7" * 5000}"}}', "key 'participate'"),
    # Too much.
    Bad("too long", " " * MAX_REPLY_CHARS + "{", f"longer than {MAX_REPLY_CHARS} characters"),
    Bad(
        "too deep",
        f'{{"participate": true, "x": {"[" * MAX_DEPTH}{"]" * MAX_DEPTH}}}',
        "nested deeper than 64",
    ),
    Bad(
        "too many values",
        f'{{"participate": true, "x": [{"1," * MAX_VALUES}1]}}',
        "more than 10000 values",
    ),
    Bad("too many objects", "{}" * MAX_VALUES, "more than 10000 values"),
    Bad("too many blocks of reasoning", "</think>" * MAX_VALUES, "more than 10000 pieces"),
    Bad(
        "too long to mend",
        f'{{"participate": true, "x": "{"y" * 250_000}",}}',
        "longer than 250000 characters",
    ),
    Bad("200,000 braces", "{" * 200_000, "nested deeper than 64"),
    Bad("100,000 keys", '{"a":' * 100_000, "nested deeper than 64"),
    Bad("100,000 brackets", "[" * 100_000, "no JSON object in the reply"),
    Bad("100,000 brackets in an object", '{"a":' + "[" * 100_000, "nested deeper than 64"),
    Bad("1,000,000 letters", "x" * 1_000_000, "no JSON object in the reply"),
    Bad("500,000 quotes", "{" + '"' * 499_999, "the object is cut off"),
    Bad("500,000 comments", "{" + "/*" * 499_999, "the object is cut off"),
]

MARKS = [
    "{",
    "}",
    "[",
    "]",
    ",",
    ":",
    '"',
    "'",
    "\\",
    "“",
    "”",
    "//",
    "/*",
    "*/",
    "```json",
    "```",
    "<think>",
    "</think>",
    "True",
    "NaN",
    "1e999",
    "-0",
    "null",
    "&quot;",
]
WORDS = [
    '"participate"',
    "participate",
    "true",
    '"contribution": "x"',
    "'role': 'y'",
    '{"participate": false}',
]
