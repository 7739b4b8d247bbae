"""A failed exchange becomes a `ModelUnavailable`, by its HTTP status first.

What providers write is shown to people and kept, so keys are taken out of it.
"""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from pydantic import JsonValue

from swarm.errors import FailureKind, ModelUnavailable
from swarm.models.allowance import wait_asked_for
from swarm.models.card import ModelCard
from swarm.models.local import LOADING, names_at
from swarm.models.reading import error_within, parsed, refusal_of, why_empty
from swarm.models.transport import Exchange
from swarm.security.keys import without_values
from swarm.security.loopback import is_loopback_url
from swarm.turn import Usage

MAX_MESSAGE_CHARS = 300
_MAX_SAID_CHARS = 1_000
_MAX_READ_BYTES = 20_000

_KEY = re.compile(
    r"\b(?:sk|pk|rk|gsk|xai|hf|nvapi|r8)[-_][\w*.…-]{6,}|AIza[\w-]{10,}|\beyJ[\w-]{8,}[\w.-]*"
    r"|\bBearer\s+[^\s\"',]+|(?<=[?&]key=)[^\s&\"']+",
    re.IGNORECASE,
)
_BY_STATUS: Mapping[int, FailureKind] = {401: "auth", 402: "quota", 403: "auth", 408: "overloaded"}
_BY_WORDS: Mapping[FailureKind, str] = {
    "auth": r"api.?key.?(is )?(not valid|invalid)|invalid.?(x-)?api.?key"
    r"|missing .{0,20}(api.?key|credentials)",
    "quota": r"insufficient.?(quota|balance|credit|funds)|credit balance|billing|out of credits",
    "too_long": r"context.?(length|window|size)|maximum context|(prompt|request|inputs?) (is |are )?too (long|large)"
    r"|too many tokens|input token count|reduce the length|max_model_len|exceeds? the (maximum|available|limit|model)"
    r".{0,40}(token|context|length)|n_ctx|prompt.{0,30}(exceed|longer than)|tokens? \+ .?max_new_tokens.{0,40}must be",
    "refused": r"content.?(policy|filter|management)|safety system|flagged|responsible.?ai"
    r"|prohibited.?content|usage polic",
}
"""What a 4xx means, in the order of looking: providers use 400 for nearly everything."""
_STATUS_BY_NAME: Mapping[str, int] = {
    "rate_limit_exceeded": 429,
    "rate_limit_error": 429,
    "resource_exhausted": 429,
    "overloaded_error": 529,
    "server_error": 500,
    "internal_server_error": 500,
    "unavailable": 503,
    "authentication_error": 401,
    "invalid_api_key": 401,
}
"""Codes of errors that are words."""
_HTML = re.compile(r"\s*<(!doctype|html)", re.IGNORECASE)
_BUSY = r"overload|\bbusy\b|capacity|too many|try again|temporar"
_OF_A_DAY = r"per.?(day|month)|\b[RT]PD\b|\bdaily\b|\bmonthly\b"
"""Of a limit that nobody waits for."""
_MAYBE_BILLED = (408, 502, 504)
"""Somebody in between gave up on work that may have gone on."""


class _Diagnosis(NamedTuple):
    kind: FailureKind
    billed: Literal["no", "unknown"]
    text: str


def failure(
    model: str,
    exchange: Exchange,
    otherwise: str,
    secrets: Iterable[str],
    advice: str = "",
    used: Usage | None = None,
) -> ModelUnavailable:
    """Say why an exchange gave no reply.

    Args:
        model: who was asked.
        exchange: what went over the wire.
        otherwise: what to say when the provider says nothing.
        secrets: values that must not show.
        advice: what would work; stands at the end, whatever the length.
        used: what the reply states that it used, if it states something.
    """
    kind, billed, text = _below_http(exchange, otherwise) or _by_status(exchange, otherwise)
    said = redacted(f"{model}: {text}", secrets)
    if advice:
        advice = redacted(f"; {advice}", secrets)
        said = said[: MAX_MESSAGE_CHARS - len(advice)] + advice
    return ModelUnavailable(kind, said, retry_after_s=retry_after(exchange), billed=billed, used=used)


def advice_on(exchange: Exchange, address: str | None, asked: str, served: Sequence[str] | None) -> str:
    """Say what would work instead of a request that no model server answered so; empty when nobody can know.

    Args:
        exchange: what went over the wire.
        address: of a server on this machine; None for others.
        asked: the model's name on it.
        served: the names of its models; None when it lists none.
    """
    if address is None or not exchange.url or exchange.status in (401, 403):
        return ""
    if served is None:
        return (
            f"asked {exchange.url}, where nothing lists models as a model server does: check address and port"
        )
    base = address.rstrip("/")
    if (
        exchange.url.endswith("/chat/completions")
        and not base.endswith("/v1")
        and exchange.status in (404, 405)
    ):
        return f"asked {exchange.url}; its models are under /v1: give {base}/v1 as its address"
    if served and asked not in served and not any(name.split(":")[0] == asked for name in served):
        few = ", ".join(served[:3]) + (f" and {len(served) - 3} more" if len(served) > 3 else "")
        return f"{address} has no model {asked!r}; it has {few}"
    return ""


async def advice_for(
    card: ModelCard, address: str | None, exchange: Exchange, error: ModelUnavailable
) -> str:
    """What would work, where the question itself was wrong, or was put to somebody who is no model server."""
    if error.kind == "auth":
        wrong = " or ".join(card.keys)
        return (
            f"check the key in {wrong}" if wrong else "name the variable of its key as `keys` in models.toml"
        )
    here = address if address and is_loopback_url(address) else None
    odd = error.kind == "bad_request" or (
        error.kind in ("bad_reply", "network") and error.billed == "unknown"
    )
    if here is None or not odd:
        return ""
    name = card.asked_as.split("/", 1)[-1]
    return advice_on(exchange, here, name, await names_at(here))


def redacted(text: str, secrets: Iterable[str]) -> str:
    r"""One line of at most `MAX_MESSAGE_CHARS` characters, without keys.

    Examples:
        >>> redacted("no access with hunter22\nor sk-proj-1234567", ["hunter22"])
        'no access with [key] or [key]'
    """
    text = _KEY.sub("[key]", without_values(text, secrets, "[key]"))
    text = "".join(char if char.isprintable() else " " for char in text)
    return " ".join(text.split())[:MAX_MESSAGE_CHARS]


def retry_after(exchange: Exchange) -> float | None:
    """Seconds the provider asks to wait, at least 0; None when it does not say."""
    return wait_asked_for(exchange.headers, exchange.body[:_MAX_READ_BYTES].decode("utf-8", "replace"))


def _below_http(exchange: Exchange, otherwise: str) -> _Diagnosis | None:
    match exchange.failure:
        case "unreachable":
            text = f"the provider cannot be reached; check its address and the network ({exchange.reason})"
            return _Diagnosis("network", "no", text)
        case "broken":
            return _Diagnosis("network", "unknown", exchange.reason)
        case "unreadable":
            return _Diagnosis("bad_reply", "unknown", exchange.reason)
        case None:
            if exchange.status is not None:
                return None
            # The client library itself refused to send anything.
            return _Diagnosis(_kind_by_words(otherwise), "no", otherwise)


def _by_status(exchange: Exchange, otherwise: str) -> _Diagnosis:
    status, said = exchange.status or 0, _said(exchange.body) or otherwise
    if exchange.succeeded:
        return _within_success(exchange, otherwise)
    if 300 <= status < 400:
        text = "a redirect, which is not followed; check the provider's address"
        return _Diagnosis("bad_request", "no", f"HTTP {status}: {text}")
    billed = "unknown" if status in _MAYBE_BILLED else "no"
    return _Diagnosis(_kind(status, said, exchange), billed, f"HTTP {status}: {said}")


def _within_success(exchange: Exchange, otherwise: str) -> _Diagnosis:
    """What a 200 is that holds no answer: the error or the refusal it says it is, or a reply that is none."""
    content = parsed(exchange.body)
    if content is None:
        said = _said(exchange.body) or otherwise
        return _Diagnosis("bad_reply", "unknown", f"a reply that cannot be used: {said}")
    if (words := refusal_of(content)) is not None:
        return _Diagnosis(
            "refused", "unknown", f"the provider refused: {words}" if words else "the provider refused"
        )
    error = error_within(content)
    if error is None:
        return _Diagnosis(
            "bad_reply", "unknown", f"a reply that cannot be used: {why_empty(content) or otherwise}"
        )
    said, status = _in_words(error), _status_within(error)
    if status is None:
        kind = _kind_by_words(said)
        known = kind != "bad_request"
        return _Diagnosis(kind if known else "bad_reply", "no" if known else "unknown", f"an error: {said}")
    # Who passed it on says that nothing came of it.
    billed = "unknown" if status in (408, 504) else "no"
    return _Diagnosis(_kind(status, said, exchange), billed, f"error {status}: {said}")


def _status_within(error: JsonValue) -> int | None:
    """The HTTP status that an error in a reply has for its code; None when it is not one."""
    codes = (error.get("code"), error.get("status")) if isinstance(error, dict) else ()
    for code in codes:
        if isinstance(code, str | int) and re.fullmatch(r"[45]\d\d", str(code)):
            return int(code)
        if isinstance(code, str) and code.lower() in _STATUS_BY_NAME:
            return _STATUS_BY_NAME[code.lower()]
    name = error.get("type") if isinstance(error, dict) else None
    return _STATUS_BY_NAME.get(name.lower()) if isinstance(name, str) else None


def _kind(status: int, said: str, exchange: Exchange) -> FailureKind:
    if status in _BY_STATUS:
        return _BY_STATUS[status]
    if status in (503, 529):
        return _kind_of_503(status, said, exchange)
    if status >= 500:
        return "overloaded"
    if status == 429:
        return _kind_of_429(said, exchange)
    return _kind_by_words(said)


def _kind_by_words(said: str) -> FailureKind:
    for kind, words in _BY_WORDS.items():
        if re.search(words, said, re.IGNORECASE):
            return kind
    return "bad_request"


def _kind_of_503(status: int, said: str, exchange: Exchange) -> FailureKind:
    # Some say so by a state, or on a page.
    body = exchange.body[:_MAX_SAID_CHARS].decode("utf-8", "replace")
    if re.search(LOADING, f"{said} {body}", re.IGNORECASE):
        return "loading"
    # One that says nothing may come from a machine in between, whose server is gone.
    passing = status == 529 or retry_after(exchange) is not None or re.search(_BUSY, said, re.IGNORECASE)
    return "busy" if passing else "overloaded"


def _kind_of_429(said: str, exchange: Exchange) -> FailureKind:
    if re.search(_OF_A_DAY, exchange.body[:_MAX_READ_BYTES].decode("utf-8", "replace"), re.IGNORECASE):
        return "quota"
    # Gemini speaks of quota and billing whenever a minute is full, but then says when to come back.
    passing = retry_after(exchange) is not None and "insufficient_quota" not in said
    return "quota" if re.search(_BY_WORDS["quota"], said, re.IGNORECASE) and not passing else "rate_limit"


def _said(body: bytes) -> str:
    """The provider's own words; only those, since some repeat the whole prompt after them."""
    text = body[:_MAX_READ_BYTES].decode("utf-8", "replace")
    try:
        error = _error_of(json.loads(text))
    except (ValueError, RecursionError):
        return "a page of HTML" if _HTML.match(text) else text[:_MAX_SAID_CHARS]
    return _in_words(error)


def _in_words(error: JsonValue) -> str:
    if not isinstance(error, dict):
        return str(error)[:_MAX_SAID_CHARS]
    words = (str(error[key]) for key in ("message", "detail", "code", "type", "status") if error.get(key))
    return " ".join(words)[:_MAX_SAID_CHARS]


def _error_of(content: JsonValue) -> JsonValue:
    if isinstance(content, list) and content:
        return _error_of(content[0])
    return content.get("error", content) if isinstance(content, dict) else content
