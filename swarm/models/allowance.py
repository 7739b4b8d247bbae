"""What a provider allows is read and counted: what a person said of it, and what its replies state.

Headers of two families are read, OpenAI's `x-ratelimit-*` (which most others send) and Anthropic's
`anthropic-ratelimit-*`, and the plain `ratelimit-*`; and every way in which one is asked to wait.
"""

import math
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import NamedTuple

MINUTE_S = 60.0
_MARGIN = 1.02
"""Of a wait that was computed from what is stated, because it is stated in whole seconds or tokens."""

_PARTS = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?!s))?(?:([\d.]+)s)?(?:([\d.]+)ms)?")
_UNITS_S = (86_400.0, 3_600.0, 60.0, 1.0, 0.001)
_NAMES = re.compile(
    r"(?:x-ratelimit|anthropic-ratelimit|ratelimit)-(?:(limit|remaining|reset)(?:-(requests|tokens))?"
    r"|(requests|tokens|input-tokens|output-tokens)-(limit|remaining|reset))"
)
_EPOCH_S, _EPOCH_MS = 1e9, 1e12
_TRY_AGAIN = re.compile(r"try again in ([\d.]+(?:ms|s|m|h)[\d.hms]*)", re.IGNORECASE)
_RETRY_DELAY = re.compile(r'"retryDelay"\s*:\s*"([\d.]+)s"')
"""Where Gemini says how long to wait."""
_ESTIMATED = re.compile(r'"estimated_time"\s*:\s*([\d.]{1,12})')
"""Where Hugging Face says how many seconds a model still loads."""


@dataclass(frozen=True, slots=True)
class ProviderLimits:
    """What a person says of a provider or a server of their own. None: nothing."""

    requests_per_minute: int | None = None
    tokens_per_minute: int | None = None
    max_in_flight: int | None = None
    timeout_s: float | None = None
    """A reply must be complete by then."""


@dataclass(frozen=True, slots=True)
class Holdup:
    """What keeps all calls to a provider waiting."""

    because: str
    """In words, such as "openai asks us to wait 20 s"."""
    until: float
    """By the clock of the event loop, in seconds."""
    left_s: float


class Stated(NamedTuple):
    """What a reply states of one limit."""

    left: float
    resets_in_s: float
    """Until nothing of it is used."""
    most: float | None = None


class Minute:
    """At most so much within any 60 seconds. None: as much as anybody likes."""

    def __init__(self, most: int | None) -> None:
        self.most = most
        self._taken: deque[tuple[float, float]] = deque()
        self._sum = 0.0

    def wait_s(self, amount: float, now: float) -> float:
        """Seconds until so much may be taken; more than all waits for all."""
        if self.most is None:
            return 0.0
        while self._taken and self._taken[0][0] + MINUTE_S <= now:
            self._sum -= self._taken.popleft()[1]
        lacking = self._sum + min(amount, self.most) - self.most
        for at, taken in self._taken:
            if lacking <= 0:
                return 0.0
            lacking -= taken
            if lacking <= 0:
                return at + MINUTE_S - now
        return 0.0

    def take(self, amount: float, now: float) -> None:
        """Take so much."""
        if self.most is not None:
            self._taken.append((now, amount))
            self._sum += amount

    def correct(self, expected: float, taken: float) -> None:
        """Count the tokens that a call took in the place of those that were expected."""
        if self.most is not None and self._taken:
            at, amount = self._taken[-1]
            self._taken[-1] = at, max(0.0, amount + taken - expected)
            self._sum += self._taken[-1][1] - amount


class Bucket:
    """An allowance as it was stated, which fills up until it is whole."""

    def __init__(self, stated: Stated, now: float, later: float, before: "Bucket | None") -> None:
        """Take in what was stated.

        Args:
            stated: by a reply.
            now: when it came.
            later: what was taken after its request was sent.
            before: the same allowance as it was stated before.
        """
        self.in_steps = before is not None and before.in_steps
        """Whether it is filled up all at once, in the end."""
        self._left = max(0.0, stated.left - later)
        self._at = now
        self._fills_in_s = stated.resets_in_s
        self._whole_at = now + stated.resets_in_s
        self._most = stated.most or max(stated.left, 1.0, before._most if before else 0.0)
        used = self._most - stated.left
        self._per_s = (
            used / stated.resets_in_s if used > 0 and stated.most and stated.resets_in_s > 0 else 0.0
        )

    def wait_s(self, amount: float, now: float) -> float:
        """Seconds until so much is there; more than all waits for all."""
        self._fill(now)
        lacking = min(amount, self._most) - self._left
        if lacking <= 0:
            return 0.0
        rest_s = self._whole_at - now
        return (min(rest_s, lacking / self._per_s) if self._per_s and not self.in_steps else rest_s) * _MARGIN

    def take(self, amount: float, now: float) -> None:
        """Take so much."""
        self._fill(now)
        self._left -= amount

    def _fill(self, now: float) -> None:
        if now >= self._whole_at:
            self._left, self._whole_at = self._most, now + self._fills_in_s
        elif not self.in_steps:
            self._left = min(self._most, self._left + self._per_s * (now - self._at))
        self._at = now


def stated_limits(headers: Mapping[str, str]) -> dict[str, Stated]:
    """The limits that a reply states, by what they count: "requests", "tokens", "input-tokens", "output-tokens".

    Those without a remaining number or without a time are left out.
    """
    found: dict[str, dict[str, str]] = {}
    for name, value in headers.items():
        if match := _NAMES.fullmatch(name.lower()):
            part, what = match[1] or match[4], match[2] or match[3] or "requests"
            found.setdefault(what, {})[part] = value.strip()
    stated = {what: _stated(parts, headers) for what, parts in found.items()}
    return {what: each for what, each in stated.items() if each}


def _stated(parts: Mapping[str, str], headers: Mapping[str, str]) -> Stated | None:
    left, resets_in_s = _number(parts.get("remaining")), seconds_until(parts.get("reset", ""), headers)
    if left is None or resets_in_s is None:
        return None
    return Stated(left, resets_in_s, _number(parts.get("limit")))


def wait_asked_for(headers: Mapping[str, str], body: str) -> float | None:
    """Seconds that a reply asks to wait, at least 0; None when it does not say."""
    for name in ("retry-after-ms", "x-ms-retry-after-ms"):
        if (milliseconds := _number(headers.get(name))) is not None:
            return milliseconds / 1_000
    if value := headers.get("retry-after", "").strip():
        return seconds_until(value, headers)
    if delay := _RETRY_DELAY.search(body) or _TRY_AGAIN.search(body):
        return seconds_until(delay[1].rstrip("."), headers)
    estimated = _ESTIMATED.search(body)
    return _number(estimated[1]) if estimated else None


def seconds_until(value: str, headers: Mapping[str, str]) -> float | None:
    """Read "20", "1.5s", "6m0s", "250ms", a date, or a moment in seconds or milliseconds since 1970.

    Returns:
        Seconds from the reply's own date, or else from now; at least 0. None when it says nothing.
    """
    value = value.strip()
    if (number := _number(value, least=-math.inf)) is not None:
        if number >= _EPOCH_MS:
            number = number / 1_000 - _said_at(headers).timestamp()
        elif number >= _EPOCH_S:
            number -= _said_at(headers).timestamp()
        return max(0.0, number)
    if value and (parts := _PARTS.fullmatch(value)):
        with_units = zip(parts.groups(), _UNITS_S, strict=True)
        return sum(unit * (_number(part) or 0.0) for part, unit in with_units if part)
    moment = _moment(value)
    return moment and max(0.0, (moment - _said_at(headers)).total_seconds())


def _said_at(headers: Mapping[str, str]) -> datetime:
    """When the reply was made, by the clock of who made it, which may not be ours."""
    return _moment(headers.get("date", "")) or datetime.now(UTC)


def _moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        try:
            moment = parsedate_to_datetime(text)
        except (ValueError, TypeError):
            return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _number(text: str | None, least: float = 0.0) -> float | None:
    try:
        number = float(text or "")
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= least else None
