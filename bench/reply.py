"""Measure how long reading a reply takes: 10,000 mutated ordinary replies, and the hostile ones.

Run from the repository's folder: python -m bench.reply
"""

import json
import random
import time
from collections.abc import Callable, Iterable
from statistics import quantiles

from swarm.errors import MalformedReply
from swarm.reply.answer import AgentAnswer
from swarm.reply.read import MAX_REPLY_CHARS, read_reply

REPLIES = 10_000
ORDINARY_P99_MS = 5.0
HOSTILE_MAX_MS = 250.0

CONTRIBUTION = 'Water "grey" and {brown}, it\'s 3 m³ a day – see [2]:\n\n```py\nprint({1: "x"})\n```\n'
OBJECT = json.dumps(
    {"role": "hydrologist", "participate": True, "contribution": CONTRIBUTION * 30, "builds_on": [1, 4]}
)
MUTATIONS: tuple[Callable[[str], str], ...] = (
    lambda text: text,
    lambda text: f"```json\n{text}\n```",
    lambda text: f"Sure! Here it is:\n{text}\nI hope this helps.",
    lambda text: f"<think>{text[:200]}</think>{text}",
    lambda text: json.dumps(text),
    lambda text: f'{{"answer": {text}}}',
    lambda text: text.replace("}", ",}"),
    lambda text: text.replace("true", "True"),
    lambda text: text.replace('"role"', "role"),
    lambda text: text.replace("\\n", "\n"),
    lambda text: text.replace('"', "“"),
    lambda text: text[: len(text) * 9 // 10],
    lambda text: text + text,
    lambda text: f"[THINK]{text[:200]}[/THINK]{text}",
    lambda text: text.replace("_", "\\_"),
    lambda text: text.replace("[1, 4]", '"Agent 1 (Baker), 4"'),
    lambda text: text.replace('"Water', '"the "best" Water', 1),
    lambda text: text.replace(', "', ' "'),
)

M = MAX_REPLY_CHARS
HOSTILE: dict[str, str] = {
    "200,000 {": "{" * 200_000,
    '200,000 {"a":': '{"a":' * 200_000,
    "100,000 [": "[" * 100_000,
    "100,000 [ in an object": '{"a":' + "[" * 100_000,
    "1,000,000 letters": "x" * M,
    "1,000,000 letters in braces": "{" + "x" * (M - 2) + "}",
    "1,000,000 blanks": " " * M,
    "1,000,000 zero widths": "\u200b" * M,
    "brackets and blanks": "[ " * (M // 2),
    "empty objects": "{}" * (M // 2),
    "answers": '{"participate":true}' * (M // 20),
    "list of agents": '{"participate":true,"builds_on":[' + "1," * 9_000 + "1]}",
    "list of wrong agents": '{"participate":true,"builds_on":[' + '"x",' * 9_000 + "1]}",
    "escaped quotes": '{"' + '\\"' * (M // 2 - 1),
    "escaped quotes outside": '"' + '\\"' * (M // 2 - 1),
    "empty strings": "{" + '""' * 124_000 + "}",
    "empty single-quoted strings": "{" + " ''" * 83_000 + "}",
    "curly quotes": "{" + "“" * 249_000 + "}",
    "words": "{" + "a " * 124_000 + "}",
    "keys": "{" + "a:" * 124_000 + "}",
    "blanks that JSON lacks": "{" + "\u00a0" * 249_000 + "}",
    "commas and blanks": "{" + ("," + " " * 26) * 9_000 + "}",
    "comments": "{" + "//\n" * 83_000 + "}",
    "comments without end": "{" + "/*" * (M // 2 - 1),
    "line breaks in a string": '{"participate":true,"reason":"' + "\n" * 199_000 + '"}',
    "lone surrogates": '{"participate":true,"x":"' + "\\ud800" * (M // 6 - 10) + '"}',
    "one number": '{"participate":true,"x":' + "9" * (M - 30) + "}",
    "reasoning opened": "<think>" * (M // 7),
    "reasoning closed": "</think>" * (M // 8),
    "reasoning": "<think></think>" * (M // 15),
    "fences": "```" * (M // 3),
    "entities": "{&quot;" * (M // 7),
    "three quotes": "{" + '"""' * (M // 3 - 1),
    "unescaped quotes": '{"a": "' + 'b "c" d ' * 7_000 + '"}',
    "missing commas": "{" + '"a": "b" ' * 6_000 + "}",
    "escapes": '{"participate":true,"reason":"' + "\\_" * 99_000 + '"}',
    "channels": "<|channel|>analysis<|message|>" * (M // 31),
    "final channels": "<|channel|>final<|message|>" * (M // 28),
    "line breaks and marks": "\n# " * (M // 3),
    "links in words": '{"participate":true,"builds_on":[' + '"agent 1 (' * 1 + "x" * 100_000 + ')"]}',
    "spans of links": '{"participate":true,"builds_on":[' + '"1-999",' * 9_000 + "1]}",
    "wrappers": '{"a":1,"b":' * 60 + "{}" + "}" * 60,
}


def mutated(seed: int) -> list[str]:
    """Make ordinary replies: one or two mutations of one answer, and now and then a character lost."""
    dice = random.Random(seed)
    return [_mutated(dice) for _ in range(REPLIES)]


def _mutated(dice: random.Random) -> str:
    text = OBJECT
    for mutate in dice.sample(MUTATIONS, dice.choice((1, 2))):
        text = mutate(text)
    lost = dice.randrange(len(text))
    return text[:lost] + text[lost + 1 :] if dice.random() < 0.2 else text


def timed(text: str) -> tuple[float, bool]:
    """Read a reply.

    Returns:
        The milliseconds of this thread that it took, as in the soak test, and whether there was an answer.
    """
    start = time.thread_time()
    try:
        read_reply(text, finish="stop", shape=AgentAnswer)
    except MalformedReply:
        return (time.thread_time() - start) * 1e3, False
    return (time.thread_time() - start) * 1e3, True


def measure(name: str, texts: Iterable[str]) -> dict[str, float | str]:
    """Time many replies."""
    results = [timed(text) for text in texts]
    times = [spent for spent, _ in results]
    centiles = quantiles(times, n=100, method="inclusive") if len(times) > 1 else times * 99
    read = sum(answered for _, answered in results)
    return {
        "name": name,
        "replies": len(times),
        "read": read,
        "p50": centiles[49],
        "p99": centiles[98],
        "max": max(times),
    }


def main() -> int:
    """Print the table and the JSON line; fail when a bound is passed."""
    rows = [measure("ordinary, mutated", mutated(1))]
    rows += [measure(name, [text]) for name, text in HOSTILE.items()]
    print(f"{'':32}{'replies':>8}{'read':>7}{'p50 ms':>10}{'p99 ms':>10}{'max ms':>10}")
    for row in rows:
        print("{name:32}{replies:>8}{read:>7}{p50:>10.2f}{p99:>10.2f}{max:>10.2f}".format(**row))
    worst = max(float(row["max"]) for row in rows[1:])
    ok = float(rows[0]["p99"]) <= ORDINARY_P99_MS and worst <= HOSTILE_MAX_MS
    figures = {key: round(float(rows[0][key]), 3) for key in ("p50", "p99", "max")}
    print(json.dumps({"bench": "reply", "ordinary_ms": figures, "hostile_max_ms": round(worst, 1), "ok": ok}))
    return 0 if ok else 1


if __name__ == "__main__":
    raise SystemExit(main())
