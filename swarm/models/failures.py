"""This file is where a failed exchange becomes a `ModelUnavailable`, by its HTTP status first.

What providers write is shown to people and kept, so keys are taken out of it.
"""

import json
import math
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Literal

from pydantic import JsonValue

from swarm.errors import FailureKind, ModelUnavailable
from swarm.models.transport import Exchange

MAX_MESSAGE_CHARS = 300
_MIN_SECRET_CHARS = 6
"""Shorter values of key variables are placeholders such as "x", which would black out ordinary words."""

_KEY = re.compile(
    r"(?:\b(?:sk|pk|rk|gsk|xai|hf|nvapi|r8)[-_][\w*.…-]{6,})|AIza[\w-]{10,}|\beyJ[\w-]{8,}[\w.-]*"
    r"|\b(?:Bearer|Basic)\s+[^\s\"',]+|(?<=[?&]key=)[^\s&\"']+",
    re.IGNORECASE,
)
_STATUS: dict[int, FailureKind] = {
    401: "auth",
    402: "quota",
    403: "auth",
    408: "overloaded",
    429: "rate_limit",
}
_WORDS: tuple[tuple[re.Pattern[str], FailureKind], ...] = (
    (
        re.compile(r"api.?key.?(is )?(not valid|invalid)|invalid.?api.?key|invalid x-api-key", re.I),
        "auth",
    ),
    (
        re.compile(
            r"insufficient.?(quota|balance|credit|funds)|credit balance|billing|out of credits", re.I
        ),
        "quota",
    ),
    (
        re.compile(
            r"context.?(length|window)|maximum context|(prompt|input|request) (is )?too (long|large)"
            r"|too many tokens|input token count|reduce the length",
            re.I,
        ),
        "too_long",
    ),
    (
        re.compile(
            r"content.?(policy|filter|management)|safety system|flagged|responsible.?ai"
            r"|prohibited.?content|usage polic",
            re.I,
        ),
        "refused",
    ),
)
_RETRY_DELAY = re.compile(r'"retryDelay"\s*:\s*"([\d.]+)s"')
_MAYBE_BILLED = (408, 502, 504)
"""Somebody in between gave up on work that may have gone on."""


def failure(exchange: Exchange, otherwise: str, secrets: Iterable[str]) -> ModelUnavailable:
    """Say why an exchange gave no reply.

    Args:
        exchange: what went over the wire.
        otherwise: the client's own message, for failures the provider says nothing about.
        secrets: values that must not show.
    """
    if exchange.failure is not None or exchange.status is None:
        return _below_http(exchange, otherwise, secrets)
    status = exchange.status
    said = _said(exchange.body)
    kind = _kind(status, said, exchange)
    text = (
        f"HTTP {status}: {said or otherwise}"
        if kind != "bad_reply"
        else f"a reply nobody can read: {otherwise}"
    )
    if 300 <= status < 400:
        text = f"HTTP {status}: a redirect, which is not followed. Check the address of the provider."
    return ModelUnavailable(
        kind,
        redacted(text, secrets),
        retry_after_s=retry_after(exchange),
        billed="unknown" if kind == "bad_reply" or status in _MAYBE_BILLED else "no",
    )


def redacted(text: str, secrets: Iterable[str]) -> str:
    r"""One line of at most `MAX_MESSAGE_CHARS` characters, without keys.

    Examples:
        >>> redacted("no access with hunter22\nor sk-proj-1234567", ["hunter22"])
        'no access with [key] or [key]'
    """
    for secret in sorted({s for s in secrets if len(s) >= _MIN_SECRET_CHARS}, key=len, reverse=True):
        text = text.replace(secret, "[key]")
    text = "".join(char if char.isprintable() else " " for char in _KEY.sub("[key]", text))
    return " ".join(text.split())[:MAX_MESSAGE_CHARS]


def retry_after(exchange: Exchange) -> float | None:
    """Seconds the provider asks to wait, at least 0; None when it does not say."""
    value = exchange.headers.get("retry-after", "").strip()
    if not value:
        delay = _RETRY_DELAY.search(exchange.body[:20_000].decode("utf-8", "replace"))
        value = delay[1] if delay else ""
    try:
        seconds = float(value)
    except ValueError:
        return _until(value)
    return max(0.0, seconds) if math.isfinite(seconds) else None


def _until(http_date: str) -> float | None:
    try:
        moment = parsedate_to_datetime(http_date)
    except ValueError:
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max(0.0, (aware - datetime.now(UTC)).total_seconds())


def _below_http(exchange: Exchange, text: str, secrets: Iterable[str]) -> ModelUnavailable:
    kinds: dict[str | None, tuple[FailureKind, Literal["no", "unknown"]]] = {
        None: ("bad_request", "no"),
        "unreachable": ("network", "no"),
        "broken": ("network", "unknown"),
        "unreadable": ("bad_reply", "unknown"),
    }
    kind, billed = kinds[exchange.failure]
    return ModelUnavailable(kind, redacted(text, secrets), billed=billed)


def _kind(status: int, said: str, exchange: Exchange) -> FailureKind:
    if status < 300:
        return "bad_reply"
    if status in (401, 402, 403) or status >= 500 or status == 408:
        return _STATUS.get(status, "overloaded")
    if status == 429 and retry_after(exchange) is not None and "insufficient_quota" not in said:
        # Gemini speaks of quota and billing whenever a minute is full, but says when to come back.
        return "rate_limit"
    meant: list[FailureKind] = [kind for words, kind in _WORDS if words.search(said)]
    if status == 429:
        return "quota" if "quota" in meant else "rate_limit"
    return meant[0] if meant else "bad_request"


def _said(body: bytes) -> str:
    """The provider's own words; only those, since some repeat the whole prompt after them."""
    text = body[:20_000].decode("utf-8", "replace")
    try:
        error = _error_of(json.loads(text))
    except ValueError:
        return text[:1_000]
    if not isinstance(error, dict):
        return str(error)[:1_000]
    words = (
        str(error[key]) for key in ("message", "detail", "code", "type", "status") if error.get(key)
    )
    return " ".join(words)[:1_000]


def _error_of(content: JsonValue) -> JsonValue:
    if isinstance(content, list) and content:
        return _error_of(content[0])
    return content.get("error", content) if isinstance(content, dict) else content
