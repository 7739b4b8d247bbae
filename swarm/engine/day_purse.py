"""Dollars of a day, counted for all processes on one data folder, and kept within a limit.

Reserve first, settle after, as `swarm.engine.budget` does; but in a file of the day (UTC), under a lock, so that
several processes share one limit. Who dies between the two leaves the reservation behind: it may have been billed.
"""

import asyncio
import json
import os
import secrets
from collections.abc import Callable, Generator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, NamedTuple

from filelock import FileLock, Timeout
from pydantic import BaseModel, Field, ValidationError

from swarm.config import Settings, ensure_data_folder, make_private_folder, private, tighten
from swarm.errors import DataFolderUnusable, DayLimitReached, ModelUnavailable, PriceUnknown
from swarm.limits import dollars_of
from swarm.models.model import Completion, Model, Request
from swarm.security.whole import write_whole
from swarm.turn import Usage

LOCK_WAIT_S = 10.0
"""The lock is held for milliseconds; whoever is put to sleep meanwhile must not stop all others for good."""

Dollars = Annotated[float, Field(ge=0, allow_inf_nan=False)]


class _Ledger(BaseModel):
    """The contents of the file of a day."""

    spent: Dollars = 0.0
    held: dict[str, Dollars] = Field(default_factory=dict[str, Dollars])
    """Reservations by a name of their own."""


class Today(NamedTuple):
    """The dollars of a day so far."""

    spent: float
    held: float
    """Set aside for calls in flight, or for calls of processes that died: nobody knows what became of these."""


def utc_day() -> date:
    """The day it is in UTC."""
    return datetime.now(UTC).date()


class DayPurse:
    """The purse of all real runs on a data folder: the outermost one, behind a run's and an experiment's."""

    def __init__(
        self,
        settings: Settings,
        today: Callable[[], date] = utc_day,
        *,
        mind: Callable[[], None] = lambda: None,
    ) -> None:
        """Open it.

        Args:
            settings: for the folder, and the limit (`ROLELESS_MAX_USD_PER_DAY`).
            today: tells the day.
            mind: raises FolderGone when what is bought could not be kept any more.

        Raises:
            BadInput: when the limit is no amount of dollars.
        """
        self._settings = settings
        self._limit = settings.max_usd_per_day
        self._today = today
        self._mind = mind
        self._mine: list[tuple[Usage, Path, str]] = []
        self._settled = asyncio.Condition()

    async def reserve(self, most: Usage) -> Usage:
        """Set aside the most a call can cost; waits while calls of this process may give enough back.

        Raises:
            DayLimitReached: when the call could pass the limit.
            PriceUnknown: when nobody knows what it costs, and there is a limit.
            DataFolderUnusable: when the file of the day cannot be read or written.
            FolderGone: when the folder of what is bought was moved or deleted.
        """
        self._mind()
        async with self._settled:
            while (excess := self._set_aside(most)) is not None:
                if not self._mine:
                    raise excess
                await self._settled.wait()
        return most

    async def settle(self, reservation: Usage, used: Usage) -> None:
        """Replace a reservation by what was used, on the day on which it was made."""
        await self._release(reservation, dollars_of(used, reservation))

    async def give_back(self, reservation: Usage) -> None:
        """Undo a reservation for a call that will not be made."""
        await self._release(reservation, 0.0)

    def so_far(self) -> Today:
        """Return the dollars that were spent today, and those set aside."""
        # It is replaced whole, so it can be read without the lock, and where nothing may be written.
        ledger = _read(self._path())
        return Today(ledger.spent, sum(ledger.held.values()))

    def _set_aside(self, most: Usage) -> DayLimitReached | None:
        if self._limit is not None and most.cost_usd is None:
            raise PriceUnknown("a model of this run")
        ensure_data_folder(self._settings)
        path, amount = self._path(), most.cost_usd or 0.0
        with self._ledger(path) as ledger:
            before = ledger.spent + sum(ledger.held.values())
            if self._limit is not None and before + amount > self._limit:
                return DayLimitReached(self._limit, before, amount)
            name = f"{os.getpid()}-{secrets.token_hex(6)}"
            ledger.held[name] = amount
            _write(path, ledger)
        self._mine.append((most, path, name))
        return None

    async def _release(self, reservation: Usage, used_usd: float) -> None:
        async with self._settled:
            # Equal reservations are as good as the same.
            at = next(at for at, (most, _, _) in enumerate(self._mine) if most == reservation)
            _, path, name = self._mine.pop(at)
            # In a folder that was moved away the reservation stays, as that of who dies does; none is begun anew.
            if path.exists():
                with self._ledger(path) as ledger:
                    ledger.held.pop(name, None)
                    ledger.spent += used_usd
                    _write(path, ledger)
            self._settled.notify_all()

    def _path(self) -> Path:
        return self._settings.data / "spending" / f"{self._today().isoformat()}.json"

    @contextmanager
    def _ledger(self, path: Path) -> Generator[_Ledger, None, None]:
        """The ledger of a day, held against all others while the context lasts."""
        try:
            make_private_folder(path.parent)
            with FileLock(path.with_suffix(".lock"), timeout=LOCK_WAIT_S, mode=0o600):
                yield _read(path)
        except Timeout as error:
            raise DataFolderUnusable(
                f"{str(path)!r} has been locked for {LOCK_WAIT_S:g} s by a process that does not go on: end it"
            ) from error
        except OSError as error:
            raise _uncounted(path, error) from error


async def ask_once(model: Model, request: Request, settings: Settings) -> Completion:
    """Ask a real model outside of any run, within the limit of the day.

    Raises:
        DayLimitReached, PriceUnknown: when it could pass the limit; nothing was sent then.
        ModelUnavailable: when there is no reply; it counts as spent unless it was certainly not billed.
    """
    purse = DayPurse(settings)
    most = await purse.reserve(model.most(request))
    used = most
    try:
        reply = await model.complete(request)
        used = reply.usage
    except ModelUnavailable as error:
        used = Usage() if error.billed == "no" else most
        raise
    finally:
        await purse.settle(most, used)
    return reply


def _read(path: Path) -> _Ledger:
    tighten(path)
    try:
        return _Ledger.model_validate_json(path.read_bytes()) if path.exists() else _Ledger()
    except ValidationError as error:
        raise DataFolderUnusable(
            f"{str(path)!r} is damaged, so today's dollars are not known: set the file aside to begin the day anew"
        ) from error
    except OSError as error:
        raise _uncounted(path, error) from error


def _uncounted(path: Path, error: OSError) -> DataFolderUnusable:
    return DataFolderUnusable(f"cannot count today's dollars in {str(path)!r}: {error.strerror}")


def _write(path: Path, ledger: _Ledger) -> None:
    """Replace the file whole: whoever is killed leaves the old one or the new one."""
    with private():
        write_whole(path, json.dumps(ledger.model_dump()).encode())
