"""What models really send when asked for one JSON object, and what each must be read as, written by hand."""

import html
import json
from typing import NamedTuple

from swarm.reply.answer import AgentAnswer, Answer, AssignmentAnswer, JudgeAnswer, PlanAnswer, ShortAnswer
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
WIDE = "put ASCII marks for full-width ones"
TRIPLE = "put one quote for three"
QUOTES = "escaped quotes within a string"
NEEDLESS = "removed a needless comma"
MISSING = "put a comma between two values"
DOUBLED = "took the object out of doubled braces"
SPELT = "read a key that is written otherwise"
PART = "took the contribution for taking part"
NUMBER = "read an agent's number out of words"
BARE = "took a bare number for a score"


def wrote(key: str) -> str:
    return f"wrote out key {key!r}, which is no text"


def nobody(*links: str) -> str:
    return f"dropped links that name no agent: {', '.join(map(repr, links))}"


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


DRAFT = MINE.replace("Hi", "draft")


def linked(builds_on: object, reports_to: object = None) -> str:
    """A reply whose links are written like this."""
    return json.dumps({**json.loads(MINE), "builds_on": builds_on, "reports_to": reports_to})


def contributes(value: object) -> str:
    return json.dumps({"participate": True, "contribution": value})


def judged(*scores: object) -> str:
    return json.dumps(dict(zip(JudgeAnswer.model_fields, scores, strict=True)))


FOURS = JudgeAnswer.model_validate({name: {"score": 4} for name in JudgeAnswer.model_fields})
THREES = JudgeAnswer.model_validate({name: {"score": 3} for name in JudgeAnswer.model_fields})
PLAN = PlanAnswer(plan="Two parts.", assignments=[AssignmentAnswer(agent=2, role="Cook", job="Bake.")])

REASONED = [
    f"[THINK]{DRAFT}[/THINK]{MINE}",
    f"<thought>{DRAFT}</thought>{MINE}",
    f"<thoughts>{DRAFT}</thoughts>\n{MINE}",
    f"<reason>{DRAFT}</reason>{MINE}",
    f"<seed:think>{DRAFT}</seed:think>{MINE}",
    f"<reflection>{DRAFT}</reflection>{MINE}",
    f"<analysis>{DRAFT}</analysis>{MINE}",
    f"<scratchpad>{DRAFT}</scratchpad>{MINE}",
    f"◁think▷{DRAFT}◁/think▷{MINE}",
    f"{DRAFT}◁/think▷{MINE}",
    f"{DRAFT}[/THINK]{MINE}",
    f"<|begin_of_thought|>{DRAFT}<|end_of_thought|>{MINE}",
    f"<|START_THINKING|>{DRAFT}<|END_THINKING|>{MINE}",
    f"<unused94>thought\n{DRAFT}<unused95>{MINE}",
    f"<|channel>thought\n{DRAFT}<channel|>{MINE}",
    f"<think>one</think>{DRAFT}<think>two</think></think>{MINE}",
    f"<think>{DRAFT} <think>deeper</think> {DRAFT}</think>{MINE}",
]
HARMONY = [
    f"<|channel|>analysis<|message|>{DRAFT}<|end|><|start|>assistant<|channel|>final<|message|>{MINE}",
    f"<|channel|>analysis<|message|>{DRAFT}<|channel|>final<|message|>{MINE}<|return|>",
    f"<|channel|>commentary<|message|>{DRAFT}<|end|><|start|>assistant"
    f"<|channel|>final <|constrain|>json<|message|>{MINE}",
    f"<|start|>assistant<|channel|>commentary to=functions.answer <|constrain|>json<|message|>{MINE}<|call|>",
    f"analysisShall I? {DRAFT} Better.assistantfinal{MINE}",
    f"Draft: {DRAFT}\n\n**Final answer:**\n{MINE}",
    f"{DRAFT}\n### Final JSON\n```json\n{MINE}\n```",
]
KEPT = {
    r"area \pi r^2": r"area \pi r^2",
    r"\alpha and \sqrt{2}": r"\alpha and \sqrt{2}",
    r"C:\Users\Ana": r"C:\Users\Ana",
    r"\user": r"\user",
    r"\d+\s*": r"\d+\s*",
    r"\x4": r"\x4",
    r"100\% of \$5": r"100\% of \$5",
    r"snake\_case": r"snake\_case",
    r"\*bold\*": r"\*bold\*",
    r"\[1\]": r"\[1\]",
    "a\\\nb": "a\\\nb",
}
"""Texts with a backslash that begins no escape, and what is kept of them."""
TEX = {r"\frac{1}{2}": r"\frac{1}{2}", r"\beta": r"\beta", r"\begin{x}": r"\begin{x}"}
"""Commands of TeX that begin with an escape of JSON."""
LINKS: list[tuple[object, list[int], tuple[str, ...]]] = [
    # As written, the numbers, and what is told.
    ("1, 2", [1, 2], ()),
    ("1 and 2", [1, 2], ()),
    ("#1; #3", [1, 3], ()),
    ("[1]", [1], ()),
    ("[1, 2]", [1, 2], ()),
    ("agents 1, 2 and 3", [1, 2, 3], ()),
    (1, [1], ()),
    (2.0, [2], ()),
    ("", [], ()),
    ("none", [], ()),
    ("None.", [], ()),
    ("N/A", [], ()),
    ("n/a (I am first)", [], ()),
    ("null", [], ()),
    ("-", [], ()),
    ("[]", [], ()),
    ("nobody", [], ()),
    ("None of the agents", [], ()),
    (["none"], [], ()),
    ([None], [], ()),
    ("Agent 1 (Baker)", [1], (NUMBER,)),
    (["Agent 1 (Baker)", "Agent 2: the cook"], [1, 2], (NUMBER,)),
    (["1 (Baker)"], [1], (NUMBER,)),
    (["1: Baker"], [1], (NUMBER,)),
    (["agent_3"], [3], ()),
    (["Seat 4"], [4], ()),
    ("I used agent 2's plan and agent 5's budget", [2, 5], (NUMBER,)),
    ("agents 1-3", [1, 2, 3], (NUMBER,)),
    (["agent two"], [2], (NUMBER,)),
    ([[1, 2], 3], [1, 2, 3], ()),
    ([{"agent": 1}], [1], (NUMBER,)),
    ({"agent": 1, "why": "its budget"}, [1], (NUMBER,)),
    (["R1"], [], (nobody("R1"),)),
    ("R1, R2", [], (nobody("R1, R2"),)),
    (["the baker", 2], [2], (nobody("the baker"),)),
    ([1.5, True], [], (nobody("1.5", "True"),)),
    ([-1, 10**30], [], (nobody("-1", str(10**30)),)),
    ("my own ideas", [], (nobody("my own ideas"),)),
]
LEADS: list[tuple[object, int | None, tuple[str, ...]]] = [
    ("Agent 1 (Baker)", 1, (NUMBER,)),
    ([1], 1, ()),
    ([], None, ()),
    ("1", 1, ()),
    ("agent 7", 7, ()),
    ("none", None, ()),
    ("no one", None, ()),
    ("N/A", None, ()),
    ("the mayor", None, (nobody("the mayor"),)),
    ({"agent": 2}, 2, (NUMBER,)),
    ("1 or 2", None, (nobody("1 or 2"),)),
    ([1, 2], None, ("dropped a lead that names several agents: '[1, 2]'",)),
]
TEXTS: list[tuple[object, str]] = [
    # A contribution in another container, and how it is written out.
    (["a", "b"], "- a\n- b"),
    (["a"], "a"),
    ([], ""),
    ({"Site": "the hall", "Cost": 5}, "Site: the hall\nCost: 5"),
    ({"Steps": ["rent", "clean"]}, "Steps:\n- rent\n- clean"),
    ([{"step": 1, "do": "rent"}, {"step": 2, "do": "clean"}], "- step: 1\ndo: rent\n- step: 2\ndo: clean"),
    (42, "42"),
    ({"a": {"b": {"c": None}}}, "a:\nb:\nc: "),
    (True, "true"),
]
SCORED = [
    (3, BARE),
    ("3", BARE),
    ("3/4", BARE),
    ("3 out of 4", BARE),
    ("3 (good)", BARE),
    ("3 - clear enough", BARE),
    (3.0, BARE),
    ("good", BARE),
    ({"score": "3"}, None),
    ({"score": "3/4"}, None),
    ({"Score": 3}, SPELT),
    ({"score": 3.0}, None),
]
ECHOES = [
    "your part of the deliverable",
    "Your part of the deliverable; empty if you abstain.",
    "your part of the deliverable, empty if you abstain",
    "<your contribution>",
    "[Insert your contribution here]",
    "{your text}",
    "...",
    "…",
    "string",
    "one sentence: what you intend to deliver, with requirement numbers",
    "the whole contribution, improved",
]

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
    Good("list of two equal ones", f"[{MINE}, {MINE}]", repairs=(WRAPPER,)),
    Good("twice in a string", json.dumps(json.dumps(MINE)), repairs=(STRING,)),
    Good("in escapes without a string", json.dumps(MINE)[1:-1], repairs=(STRING,)),
    Good("braces doubled", f"{{{MINE}}}", repairs=(DOUBLED,)),
    Good("answer besides other keys", f'{{"answer": {MINE}, "sure": true}}', repairs=(WRAPPER,)),
    Good("function", f'{{"name": "respond", "parameters": {MINE}}}', repairs=(WRAPPER,)),
    Good(
        "function with its arguments as text",
        json.dumps({"type": "function", "name": "respond", "arguments": MINE}),
        repairs=(WRAPPER,),
    ),
    Good(
        "function in a function",
        json.dumps({"type": "function", "function": {"name": "respond", "arguments": MINE}}),
        repairs=(WRAPPER,),
    ),
    Good("text in a wrapper", json.dumps({"response": MINE}), repairs=(WRAPPER,)),
    Good("tool call in tags", f"<tool_call>{MINE}</tool_call>", repairs=(AROUND,)),
    Good("end marks", f"{MINE}<|im_end|>", repairs=(AROUND,)),
    Good("full-width braces", MINE.replace("{", "｛").replace("}", "｝"), repairs=(WIDE,)),
    Good("full-width marks", MINE.replace(",", "，").replace(":", "："), repairs=(WIDE,)),
    # Quotes, commas, backslashes.
    Good(
        "three quotes", '{"participate": true, "contribution": """a "b"\nc"""}', says('a "b"\nc'), (TRIPLE,)
    ),
    Good(
        "unescaped quotes",
        '{"participate": true, "contribution": "the "best" one"}',
        says('the "best" one'),
        (QUOTES,),
    ),
    Good(
        "unescaped quotes twice",
        '{"participate": true, "contribution": "a "b" c "d" e"}',
        says('a "b" c "d" e'),
        (QUOTES,),
    ),
    Good("missing comma", MINE.replace(", ", " "), repairs=(MISSING,)),
    Good("missing comma at a line's end", MINE.replace(", ", "\n"), repairs=(MISSING,)),
    Good("two trailing commas", '{"participate": false,,}', OUT, (COMMA, NEEDLESS)),
    Good("comma first", '{, "participate": false}', OUT, (NEEDLESS,)),
    Good("line breaks as escapes", MINE.replace("{", "{\\n ").replace(", ", ",\\n "), repairs=(INVISIBLE,)),
    Good("comment of Python", '{"participate": false, # I don\'t {\n}', OUT, (COMMA, COMMENT)),
    Good("words in any case", '{"participate": FALSE, "reports_to": NULL}', OUT, (WORD,)),
    *(
        Good(
            f"backslash kept: {text!r}",
            f'{{"participate": true, "contribution": "{text}"}}',
            says(kept),
            (ESCAPE,),
        )
        for text, kept in KEPT.items()
    ),
    *(
        Good(f"TeX: {text}", f'{{"participate": true, "contribution": "{text}"}}', says(kept), (BROKEN,))
        for text, kept in TEX.items()
    ),
    # Keys.
    Good(
        "capital keys", MINE.title().replace("True", "true").replace('"Editor"', '"editor"'), repairs=(SPELT,)
    ),
    Good(
        "escaped underscores",
        linked([1]).replace("_", "\\_"),
        ME.model_copy(update={"builds_on": [1]}),
        (ESCAPE, SPELT),
    ),
    *(
        Good(
            f"key {key}",
            linked([1]).replace("builds_on", key),
            ME.model_copy(update={"builds_on": [1]}),
            (SPELT,),
        )
        for key in ("buildsOn", "Builds_On", "builds on", "builds-on", "BUILDS_ON", "**builds_on**")
    ),
    Good("key written twice, the same", f'{{"Role": "editor", {MINE[1:]}', repairs=(SPELT,)),
    # Taking part.
    *(
        Good(f"takes part: {word}", MINE.replace("true", json.dumps(word)))
        for word in ("yes", "Yes", "TRUE", "true.", " yes ", "y", 1, 1.0)
    ),
    *(
        Good(f"abstains: {word}", json.dumps({"participate": word}), OUT)
        for word in ("no", "No.", "FALSE", "n", 0)
    ),
    Good("contributes without saying so", '{"role": "editor", "contribution": "Hi"}', repairs=(PART,)),
    Good("contributes and does not say", MINE.replace("true", "null"), repairs=(PART,)),
    # Reasoning.
    *(
        Good(f"reasoning: {text[:14]} {number}", text, repairs=(REASONING,))
        for number, text in enumerate(REASONED)
    ),
    Good("reasoning: harmony", HARMONY[0], repairs=(REASONING,)),
    Good("reasoning: harmony, short", HARMONY[1], repairs=(REASONING, AROUND)),
    Good("reasoning: harmony, constrained", HARMONY[2], repairs=(REASONING, AROUND)),
    Good("harmony calls a tool", HARMONY[3], repairs=(AROUND,)),
    Good("reasoning: harmony without marks", HARMONY[4], repairs=(REASONING,)),
    Good("reasoning: final answer", HARMONY[5], repairs=(REASONING,)),
    Good("reasoning: final JSON", HARMONY[6], repairs=(REASONING, FENCE)),
    # Links, containers, scores.
    *(
        Good(f"links: {json.dumps(link)}", linked(link), ME.model_copy(update={"builds_on": read}), told)
        for link, read, told in LINKS
    ),
    *(
        Good(f"lead: {json.dumps(link)}", linked([], link), ME.model_copy(update={"reports_to": read}), told)
        for link, read, told in LEADS
    ),
    *(
        Good(f"contribution: {json.dumps(value)}", contributes(value), says(text), (wrote("contribution"),))
        for value, text in TEXTS
    ),
    Good(
        "role that is no text",
        MINE.replace('"editor"', '["editor", "clerk"]'),
        ME.model_copy(update={"role": "- editor\n- clerk"}),
        (wrote("role"),),
    ),
    *(
        Good(f"score: {json.dumps(value)}", judged(*[value] * 5), THREES, () if told is None else (told,))
        for value, told in SCORED
    ),
    Good(
        "scores in capitals", judged(*[{"score": 4}] * 5).title().replace("Score", "score"), FOURS, (SPELT,)
    ),
    Good("scores in a wrapper", f'{{"scores": {judged(*[4] * 5)}}}', FOURS, (WRAPPER, BARE)),
    Good("score and a reason in full", judged(*[{"score": 4, "reason": ""}] * 5), FOURS),
    # Plans.
    Good(
        "plan with agents in words",
        '{"plan": "Two parts.", "assignments": [{"agent": "Agent 2 (Cook)", "role": "Cook", "job": "Bake."}]}',
        PLAN,
        (NUMBER,),
    ),
    Good(
        "plan by agents",
        '{"plan": "Two parts.", "assignments": {"2": {"role": "Cook", "job": "Bake."}}}',
        PLAN,
    ),
    Good(
        "plan whose jobs are lists",
        '{"plan": "Two parts.", "assignments": [{"agent": 2, "role": "Cook", "job": ["Bake."]}]}',
        PLAN,
        (wrote("job"),),
    ),
    Good(
        "a role that repeats the form beside real work",
        MINE.replace("editor", "your role"),
        ME.model_copy(update={"role": ""}),
        ("emptied key 'role', which repeats the form",),
    ),
    Good(
        "form, then the answer",
        f"{MINE.replace('Hi', 'your part of the deliverable')}\n{MINE}",
        repairs=(ANOTHER,),
    ),
    Good(
        "short form",
        '{"role": "editor", "contribution": "Hi"}',
        ShortAnswer(role="editor", contribution="Hi"),
    ),
    Good("short form, abstaining", '{"role": "", "contribution": ""}', ShortAnswer(contribution="")),
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
    Bad("score too high", '{"accuracy": {"score": 11}}', "key 'accuracy.score'", shape=JudgeAnswer),
    Bad("score below nought", '{"accuracy": {"score": -1}}', "key 'accuracy.score'", shape=JudgeAnswer),
    Bad("score of minus nought", '{"accuracy": {"score": -0}}', "key 'accuracy.score'", shape=JudgeAnswer),
    # The form.
    *(Bad(f"echo: {text}", contributes(text), "the form came back") for text in ECHOES),
    Bad(
        "echo of the whole form",
        '{"role": "your role", "participate": true, "contribution": ""}',
        "the form came back",
    ),
    Bad("echo in abstaining", '{"role": "<role>", "participate": false}', "the form came back"),
    Bad(
        "echo in the short form",
        '{"role": "x", "contribution": "..."}',
        "the form came back",
        shape=ShortAnswer,
    ),
    Bad(
        "echo of a judge",
        judged(*[{"score": 1, "reason": "one sentence"}] * 5),
        "the form came back",
        shape=JudgeAnswer,
    ),
    Bad(
        "echo of a plan",
        '{"plan": "x", "assignments": [{"agent": 2, "role": "…", "job": "what to deliver, with requirement numbers"}]}',
        "the form came back",
        shape=PlanAnswer,
    ),
    Bad("choice left open", MINE.replace("true", '"true or false"'), "key 'participate'"),
    # Ambiguous.
    Bad("two values for a key", f'{{"Role": "clerk", {MINE[1:]}', "two different values for key 'role'"),
    Bad(
        "quotes that do not pair", '{"participate": true, "reason": "He said "yes", and left"}', "not escaped"
    ),
    Bad("two wrapped answers", f'{{"a": {MINE}, "b": {DRAFT}}}', "key 'participate': field required"),
    Bad("two answers after reasoning", f"[THINK]x[/THINK]{DRAFT} or {MINE}", "two different answers"),
    Bad("two different in a list", f"[{MINE}, {DRAFT}]", "a list where one object"),
    Bad(
        "plan for nobody known",
        '{"assignments": {"the cook": "Bake."}}',
        "key 'assignments.0.agent'",
        shape=PlanAnswer,
    ),
    Bad("score beyond the scale", judged(*["8/10"] * 5), "key 'accuracy.score'", shape=JudgeAnswer),
    Bad("score between two", judged(*[2.5] * 5), "key 'accuracy.score'", shape=JudgeAnswer),
    Bad("a score missing", judged(4, 4, 4, 4, {"reason": "x"}), "mission_relevance.score", shape=JudgeAnswer),
    # Cut off, in every kind of mark.
    *(
        Bad(f"reasoning without end: {text[:14]}", text, "ends within its reasoning")
        for text in (f"[THINK]{MINE}", f"<thought>{MINE}", f"◁think▷{MINE}", f"<seed:think>{MINE}")
    ),
    Bad(
        "harmony without a final channel",
        f"<|channel|>analysis<|message|>{MINE}",
        "ends within its reasoning",
    ),
    Bad("harmony, final cut", f"{HARMONY[0][:-9]}", "the object is cut off"),
    Bad("three quotes, cut", '{"participate": true, "contribution": """Hi', "the object is cut off"),
    Bad("function, cut", f'{{"name": "respond", "parameters": {MINE}', "the object is cut off"),
    Bad("arguments cut in a whole call", json.dumps({"name": "x", "arguments": MINE[:-4]}), "field required"),
    # Not JSON.
    Bad(
        "unescaped quotes around an answer",
        f'{{"participate": true, "reason": "Ana: "{MINE}" no"}}',
        "not JSON",
    ),
    Bad("number with a thousands comma", '{"participate": true, "n": 1,000}', "the object is not JSON"),
    Bad("missing value", '{"participate": }', "the object is not JSON"),
    Bad("dots for the rest", '{"participate": true, ...}', "the object is not JSON"),
    Bad("wrong bracket", '{"participate": true]', "the object is not JSON"),
    Bad(
        "call in place of a value",
        '{"participate": __import__("os").getpid()}',
        "the object is not JSON",
    ),
    Bad("sum in place of a value", '{"participate": 1+0}', "the object is not JSON"),
    Bad(
        "apostrophe in single quotes",
        "{'participate': true, 'reason': 'it's'}",
        "the object is not JSON",
    ),
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
    '"""',
    "# ",
    "\\_",
    "\\n",
    "[THINK]",
    "[/THINK]",
    "<|channel|>analysis<|message|>",
    "<|channel|>final<|message|>",
    "◁/think▷",
    "：",
    "｛",
]
WORDS = [
    '"participate"',
    "participate",
    "true",
    '"contribution": "x"',
    "'role': 'y'",
    '{"participate": false}',
]
