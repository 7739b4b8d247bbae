"""What a model refuses to be sent is left out from then on, as far as the process lives.

Providers and servers differ in which of the usual parameters they take, and say so only when asked.
"""

import re
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

Arguments = dict[str, Any]

LEFT_OUT: defaultdict[str, dict[str, int | None]] = defaultdict(dict)
"""What is left out, by the model's id and address; for "at_most", the most tokens of a reply that it takes."""

PARAMETERS: Mapping[str, str] = {
    "temperature": r"\btemperature\b",
    "seed": r"\bseed\b",
    "stream": r"\bstream(ing)?\b.{0,20}\b(mode|only|required|true|parameter)|\bonly\b.{0,20}\bstream|non.?stream",
    "system": r"\bsystem\W{0,3}(role|message|prompt|instruction)|role\W{1,4}system|developer instruction"
    r"|conversation roles must alternate|system_?instruction",
    "response_format": r"response.?format|json.?schema|json.?object|json.?mode|structured.?output|output.?format"
    r"|\bgrammar|\bguided",
    "max_tokens": r"max_?(completion_?|output_?|new_?)?tokens",
}
"""What may be left out, and how errors name it. models.toml may say so beforehand, in `leave_out`."""

_REFUSES = re.compile(
    r"(not|n't|un) ?(be )?(support|allow|permit|recogni|known?\b|expect|accept|enabl|available|implement)|deprecat"
    r"|\bextra\b|invalid|only (the )?(default|support)|must (be|alternate)|too (large|high|big)|at most|unavailable"
    r"|forbidden|\bno (system|support)|enable the",
    re.IGNORECASE,
)
_AT_MOST = re.compile(
    r"(?:at most|maximum(?: allowed)?(?: value| number)?(?: of| is| for)?|less than or equal to|<=|up to|between 1 and"
    r"|\[1, ?)\D{0,40}?(\d[\d,_]{1,9})",
    re.IGNORECASE,
)


def learn(model: str, said: str, sent: Mapping[str, Any]) -> str | None:
    """Remember what a model refused.

    Args:
        model: its id and address.
        said: the error, in the provider's words.
        sent: the arguments of the request that was refused.

    Returns:
        What the next request will be without, in words; None when the error names nothing that could be left out.
    """
    if not _REFUSES.search(said):
        return None
    for name, words in PARAMETERS.items():
        if _was_sent(name, sent) and re.search(words, said, re.IGNORECASE):
            return _remember(LEFT_OUT[model], name, said, sent)
    return None


def _was_sent(name: str, sent: Mapping[str, Any]) -> bool:
    match name:
        case "system":
            return any(message.get("role") == "system" for message in sent.get("messages", ()))
        case "max_tokens":
            return "max_tokens" in sent or "max_completion_tokens" in sent
        case "stream":
            return not sent.get("stream")
        case _:
            return name in sent


def _remember(known: dict[str, int | None], name: str, said: str, sent: Mapping[str, Any]) -> str | None:
    if name == "response_format" and sent[name].get("type") == "json_schema":
        known["schema"] = None
        return "a JSON schema"
    if name != "max_tokens":
        known[name] = None
        return {"stream": "asking for the whole reply at once", "system": "a system message"}.get(name, name)
    asked = int(sent.get("max_tokens") or sent.get("max_completion_tokens") or 0)
    allowed = [int(re.sub(r"\D", "", number)) for number in _AT_MOST.findall(said)]
    if fitting := [most for most in allowed if 0 < most < asked]:
        known["at_most"] = max(fitting)
        return f"more than {max(fitting):,} tokens of a reply"
    # By its other name first; then not at all.
    name = "max_completion_tokens" if "max_completion_tokens" in sent else "max_tokens"
    known[name] = None
    return name


def without(model: str, arguments: Arguments, beforehand: Sequence[str] = ()) -> Arguments:
    """The arguments without what the model refused, or is known to refuse.

    Args:
        model: its id and address.
        arguments: of a request, as LiteLLM takes them.
        beforehand: what the model's card says, by names of `PARAMETERS`.
    """
    known = {**dict.fromkeys(beforehand), **LEFT_OUT.get(model, {})}
    kept = {key: value for key, value in arguments.items() if key not in known}
    most = min(arguments["max_tokens"], known.get("at_most") or arguments["max_tokens"])
    if "max_tokens" not in known:
        kept["max_tokens"] = most
    elif "max_completion_tokens" not in known:
        kept["max_completion_tokens"] = most
    if "schema" in known and "response_format" in kept:
        kept["response_format"] = {"type": "json_object"}
    if "system" in known:
        kept["messages"] = _without_system(arguments["messages"])
    if "stream" in known:
        kept |= {"stream": True, "stream_options": {"include_usage": True}}
    return kept


def _without_system(messages: Sequence[Arguments]) -> list[Arguments]:
    """The same messages, with what the system says at the head of what the user says."""
    systems = [message["content"] for message in messages if message["role"] == "system"]
    others = [message for message in messages if message["role"] != "system"]
    if not systems or not others:
        return [*messages]
    first = others[0]
    return [first | {"content": _together([*systems, first["content"]])}, *others[1:]]


def _together(contents: Sequence[Any]) -> Any:
    if all(isinstance(content, str) for content in contents):
        return "\n\n".join(contents)
    return [
        block
        for content in contents
        for block in ([_block(content)] if isinstance(content, str) else content)
    ]


def _block(text: str) -> Arguments:
    return {"type": "text", "text": text}


def past_detours(arguments: Arguments) -> Arguments:
    """The same for LiteLLM, which makes a tool of a schema for Groq's models that it does not know to take one."""
    if not arguments["model"].startswith("groq/") or "response_format" not in arguments:
        return arguments
    rest = {key: value for key, value in arguments.items() if key != "response_format"}
    return {**rest, "extra_body": {"response_format": arguments["response_format"]}}
