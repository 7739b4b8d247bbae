"""A provider with a limit, as far as one can see it: it takes so much in a time, refuses the rest, and says so."""

import math
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Literal, NamedTuple

Hint = Literal["seconds", "ms", "date", "openai", "anthropic", "words", "none"]
"""How a provider tells when to come back: Retry-After in one of three ways, by headers of every reply, or not."""
HINTS: tuple[Hint, ...] = ("seconds", "ms", "date", "openai", "anthropic", "words", "none")


class Limit(NamedTuple):
    """So many requests, or tokens, in a time, of which so many at once."""

    most: float
    seconds: float
    at_once: float
    counts: Literal["requests", "tokens"] = "requests"
    in_steps: bool = False
    """Whether all of it comes back at the end of each such time, instead of bit by bit."""

    def ideal_s(self, amount: float) -> float:
        """The time in which so much can be taken."""
        if self.in_steps:
            return max(0, math.ceil(amount / self.most) - 1) * self.seconds
        return max(0.0, amount - self.at_once) * self.seconds / self.most


class Provider:
    """What a provider with one limit answers, at any moment."""

    def __init__(self, limit: Limit, hint: Hint = "none") -> None:
        self.limit, self.hint = limit, hint
        self.left = limit.at_once
        self.at = 0.0
        self.taken = self.refused = 0

    def answer(self, now: float, tokens: int = 0) -> tuple[int, dict[str, str], str]:
        """Status, headers and what an error says."""
        if not self.taken and not self.refused:
            self.at = now
        self._fill(now)
        amount = tokens if self.limit.counts == "tokens" else 1
        takes = self.left >= amount - 1e-9
        self.left -= amount if takes else 0
        self.taken, self.refused = self.taken + takes, self.refused + (not takes)
        again_s = 0.0 if takes else self._again_s(amount, now)
        headers = self._states(now) | ({} if takes else self._asks(again_s))
        words = f"Please try again in {again_s:.3f}s." if self.hint == "words" else "slow down"
        return (200 if takes else 429), headers, words

    @property
    def _per_s(self) -> float:
        return self.limit.most / self.limit.seconds

    def _fill(self, now: float) -> None:
        if self.limit.in_steps:
            if now - self.at >= self.limit.seconds:
                self.left = self.limit.at_once
                self.at += (now - self.at) // self.limit.seconds * self.limit.seconds
        else:
            self.left = min(self.limit.at_once, self.left + (now - self.at) * self._per_s)
            self.at = now

    def _again_s(self, amount: float, now: float) -> float:
        if self.limit.in_steps:
            return self.at + self.limit.seconds - now
        return (amount - self.left) / self._per_s

    def _asks(self, again_s: float) -> dict[str, str]:
        match self.hint:
            case "seconds":
                return {"retry-after": str(math.ceil(again_s))}
            case "ms":
                return {"retry-after-ms": str(math.ceil(again_s * 1_000))}
            case "date":
                then = datetime.now(UTC) + timedelta(seconds=math.ceil(again_s))
                return {"retry-after": format_datetime(then, usegmt=True)}
            case _:
                return {}

    def _states(self, now: float) -> dict[str, str]:
        what, most, left = self.limit.counts, int(self.limit.at_once), int(self.left)
        whole_s = self._again_s(most, now)
        if self.hint == "openai":
            said = {"limit": most, "remaining": left, "reset": f"{whole_s:.3f}s"}
            return {f"x-ratelimit-{name}-{what}": str(value) for name, value in said.items()}
        if self.hint == "anthropic":
            then = (datetime.now(UTC) + timedelta(seconds=whole_s)).isoformat()
            said = {"limit": most, "remaining": left, "reset": then}
            return {f"anthropic-ratelimit-{what}-{name}": str(value) for name, value in said.items()}
        return {}
