"""Everything raised on purpose. A message says what happened, with the value, and what would work."""

import logging
from collections.abc import Iterable
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any, Literal

if TYPE_CHECKING:
    from swarm.turn import Usage

REMARKS = logging.getLogger("swarm.remarks")
"""Takes what a person should know though nothing ends by it; the command line says each remark once."""
REMARKS.addHandler(logging.NullHandler())

FailureKind = Literal[
    "auth",
    "quota",
    "rate_limit",
    "busy",
    "loading",
    "overloaded",
    "network",
    "timeout",
    "bad_request",
    "too_long",
    "refused",
    "bad_reply",
]
"""Why a provider gave no usable reply. `auth`, `quota`, `bad_request`, `too_long` and `refused` are terminal:
the same request would fail again."""
WAITED_FOR: tuple[FailureKind, ...] = ("rate_limit", "busy", "loading")
"""Refused for now: by a limit of ours, or because a server has too much to do, or is still loading its model."""


class SwarmError(Exception):
    """Base of all errors that a person can act upon; shown as one sentence, without a traceback."""

    def __reduce__(self) -> tuple[Any, ...]:
        """Reach another process as it is: an error that makes its sentence of parts cannot be made of the sentence."""
        return BaseException.__new__, (type(self), *self.args), self.__dict__


# What a person asked for cannot be done as asked (exit code 2).


class BadInput(SwarmError):
    """A value given by a person or a file is not usable."""


class UnknownName(BadInput):
    """A name that is not in a list of known ones."""

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        known = sorted(known)
        close = get_close_matches(name, known, n=1)
        guess = f" Did you mean {close[0]!r}?" if close else ""
        super().__init__(f"unknown {kind} {name!r}.{guess} Known: {', '.join(known) or 'none'}.{hint}")


class BadMission(BadInput):
    """A mission that is empty, too long or malformed; names file, line and key where there is one."""


class MissingKey(BadInput):
    """A provider's key is not in the environment."""


# A run cannot go on (exit code 1 or 3).


class RunEnded(SwarmError):
    """Base of the reasons for which a run ends before its protocol does."""


class LimitExceeded(RunEnded):
    """The next call would pass a limit of the run."""

    def __init__(self, kind: str, limit: float, value: float) -> None:
        unit = kind.removesuffix("s") if limit == 1 else kind
        if kind == "seconds":
            super().__init__(f"the limit of {limit:g} {unit} has passed")
        else:
            super().__init__(
                f"the next call could pass the limit of {limit:g} {unit}: it could come to {value:g}"
            )
        self.kind, self.limit, self.value = kind, limit, value


class DayLimitReached(RunEnded):
    """The next call could pass the dollars of a day; the same run can go on tomorrow."""

    def __init__(self, limit: float, before: float, amount: float) -> None:
        super().__init__(
            f"the next call could pass the day's limit of ${limit:g} (ROLELESS_MAX_USD_PER_DAY): ${before:.4f} are "
            f"spent or set aside today, and it could take ${amount:.4f}; resume it tomorrow, or with a higher limit"
        )


class PriceUnknown(RunEnded):
    """A call has no price, so a limit of dollars could not hold."""

    def __init__(self, model: str) -> None:
        super().__init__(
            f"the price of {model} is unknown, so the day's limit (ROLELESS_MAX_USD_PER_DAY) could not hold: add its "
            "price to models.toml in the data folder (0 if it costs nothing), or take the limit away"
        )


class Stopped(RunEnded):
    """Somebody asked the run to stop."""

    def __init__(self) -> None:
        super().__init__("somebody asked it to stop")


class FolderGone(RunEnded):
    """The folder in which a run is kept was moved or deleted; nothing more is bought, for it could not be kept."""


class ProtocolFailed(RunEnded):
    """The protocol cannot continue, for instance because there is no readable plan."""


class ModelUnavailable(SwarmError):
    """A model gave no reply.

    Attributes:
        kind: the class of the failure.
        retryable: whether the same request may succeed later.
        retry_after_s: how long the provider asked to wait; None when it did not say.
        billed: whether the provider may have charged for it ("unknown") or certainly has not ("no").
        used: what the provider says that it used, all the same; None when it does not say.
        adapts: whether the next request to this model leaves out what this one was refused for.
    """

    def __init__(
        self,
        kind: FailureKind,
        message: str,
        *,
        retry_after_s: float | None = None,
        billed: Literal["no", "unknown"] = "no",
        used: "Usage | None" = None,
        adapts: bool = False,
    ) -> None:
        super().__init__(message)
        self.kind: FailureKind = kind
        self.retry_after_s = retry_after_s
        self.billed: Literal["no", "unknown"] = billed
        self.used = used
        self.adapts = adapts

    @property
    def waited_for(self) -> bool:
        """Tell whether the provider took nothing in, and will take it later: no attempt, and nobody's failure."""
        return self.kind in WAITED_FOR

    @property
    def retryable(self) -> bool:
        """Tell whether the same request may succeed later."""
        return self.kind in (*WAITED_FOR, "overloaded", "network", "timeout", "bad_reply")

    @property
    def fatal(self) -> bool:
        """Tell whether every other call to this model would fail as well. If so, the run should end."""
        return self.kind in ("auth", "quota")


class MalformedReply(SwarmError):
    """A reply cannot be read as an answer; the message is the reason."""


# Files.


class UnknownRun(BadInput):
    """No run of this id is in the journal or the history."""


class RunBusy(BadInput):
    """Another process is performing this run."""


class DataFolderUnusable(BadInput):
    """The data folder cannot be made, read or written."""


class DamagedJournal(SwarmError):
    """A journal is shorter than what was read of it before, or has unreadable lines."""


class HistoryBusy(SwarmError):
    """Another process holds the history for too long."""


class HistoryDamaged(SwarmError):
    """The history file cannot be read; it can be rebuilt from the journals."""
