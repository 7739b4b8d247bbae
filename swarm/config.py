"""The environment is read, once, into a frozen value; the data folder it names is nobody else's to read."""

import os
import stat
import threading
from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from swarm.errors import BadInput, DataFolderUnusable
from swarm.text.numbers import decimal

PROJECT = Path(__file__).resolve().parent.parent
LIBRARY = PROJECT / "data"
"""Missions, models and role lists that come with Roleless."""

_SECRET_WORDS = {
    "KEY",
    "KEYS",
    "APIKEY",
    "TOKEN",
    "SECRET",
    "CREDENTIALS",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
}
"""Variables with one of these in their names hold what must never show."""
_USED: set[Path] = set()
"""Data folders in which this process has written, or could have."""
_OFFLINE_LITELLM = {
    # Without these, importing litellm downloads a price map and reads .env of the current folder.
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",
    "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True",
    "LITELLM_MODE": "PRODUCTION",
}


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings from the environment."""

    data: Path
    """Where runs are kept: the journal and the history."""
    environment: Mapping[str, str]
    """The variables of the process, for keys and providers' addresses; values are never shown or stored."""

    @property
    def journal(self) -> Path:
        """The folder of the journal files."""
        return self.data / "journal"

    @property
    def history(self) -> Path:
        """The history file."""
        return self.data / "roleless.duckdb"

    @property
    def owner(self) -> str:
        """Owner of runs begun here: `ROLELESS_OWNER` on one line of up to 120 characters, else "local"."""
        said = "".join(
            letter for letter in self.environment.get("ROLELESS_OWNER", "") if letter.isprintable()
        )
        return said.strip()[:120] or "local"

    @property
    def max_usd_per_day(self) -> float | None:
        """The most dollars that all runs on real models may take in a day (UTC); None: no limit.

        Raises:
            BadInput: when `ROLELESS_MAX_USD_PER_DAY` is no amount of dollars above 0.
        """
        said = self.environment.get("ROLELESS_MAX_USD_PER_DAY", "").strip()
        if not said:
            return None
        try:
            limit = decimal(said)
        except ValueError:
            limit = 0.0
        if limit <= 0:
            raise BadInput(f"ROLELESS_MAX_USD_PER_DAY is {said[:40]!r}: give dollars above 0, such as 20")
        return limit

    @property
    def mission_folders(self) -> tuple[Path, ...]:
        """The folders of missions, of which one's own in the data folder wins."""
        return tuple(dict.fromkeys((LIBRARY / "missions", self.data / "missions")))

    @property
    def serve_token(self) -> str:
        """The token every request to `serve` must bring (ROLELESS_TOKEN), empty when it is not set."""
        return self.environment.get("ROLELESS_TOKEN", "").strip()

    def secret_values(self, also: Collection[str] = ()) -> tuple[str, ...]:
        """The values of all variables that are named like keys, and of those in `also`."""
        return tuple(
            value.strip()
            for variable, value in self.environment.items()
            if variable in also or _SECRET_WORDS & {*variable.upper().split("_")}
        )

    def has_key(self, variable: str) -> bool:
        """Tell whether an environment variable is set to something."""
        return bool(self.environment.get(variable, "").strip())


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """Read the settings; `ROLELESS_DATA` names the data folder (default: `data/` of the project).

    Raises:
        BadInput: when it names the home of nobody.
    """
    variables = dict(os.environ if environment is None else environment)
    folder = variables.get("ROLELESS_DATA", "").strip()
    try:
        return Settings(Path(folder).expanduser().absolute() if folder else LIBRARY, variables)
    except RuntimeError as error:
        raise BadInput(
            f"ROLELESS_DATA is {folder[:200]!r}, and nobody knows whose home that is: write the folder out"
        ) from error


def ensure_data_folder(settings: Settings) -> None:
    """Make the data folder and check that it can be written.

    Raises:
        DataFolderUnusable: with the path, the reason and a remedy; also when the folder was there before and is not
            any more: one that was moved away is not begun anew while this process uses it.
    """
    if settings.data in _USED and not os.path.lexists(settings.data):
        raise DataFolderUnusable(
            f"the data folder {str(settings.data)!r} was moved or deleted while it was in use: put it back, or start "
            "Roleless again to begin an empty one"
        )
    try:
        make_private_folder(settings.journal)
    except OSError as error:
        raise DataFolderUnusable(_unusable(settings, error.strerror)) from error
    # What comes with Roleless lies in the folder of the project, and is for whoever uses that.
    if settings.data != LIBRARY:
        _tighten_folder(settings.data)
    for path in settings.data.glob(f"{settings.history.name}*"):
        tighten(path)
    for folder in (settings.data, settings.journal):
        if not os.access(folder, os.W_OK):
            raise DataFolderUnusable(_unusable(settings, "it is read-only, or permission is denied"))
    _USED.add(settings.data)


def is_read_only(settings: Settings) -> bool:
    """Tell whether the data folder can be looked at, but nothing can be written there."""
    # Of what may not be looked into, Path.is_dir() fails.
    if not (os.path.isdir(settings.data) and os.access(settings.data, os.R_OK | os.X_OK)):  # noqa: PTH112
        return False
    try:
        ensure_data_folder(settings)
    except DataFolderUnusable:
        return True
    return False


def read_only_in_words(settings: Settings) -> str:
    """Say what cannot be done in a data folder that is read-only."""
    return (
        f"The data folder {str(settings.data)!r} is read-only: what is in it can be looked at, but nothing can be "
        "run, imported or deleted."
    )


@contextmanager
def private() -> Generator[None, None, None]:
    """Let whatever this process makes in the context be its owner's alone, whatever the umask."""
    with _UMASK.lock:
        if not _UMASK.held:
            _UMASK.outside = os.umask(0o077)
        _UMASK.held += 1
    try:
        yield
    finally:
        with _UMASK.lock:
            _UMASK.held -= 1
            if not _UMASK.held:
                os.umask(_UMASK.outside)


def make_private_folder(folder: Path) -> None:
    """Make a folder that only its owner may enter; one that others could has been made before, and is tightened.

    Raises:
        OSError: when it cannot be made.
    """
    with private():
        folder.mkdir(parents=True, exist_ok=True)
    _tighten_folder(folder)


def tighten(path: Path) -> bool:
    """Take everybody but the owner off a file or folder, where that is allowed; tells whether it was for others."""
    # A history may be gone again, and what belongs to somebody else is theirs to tighten.
    with suppress(OSError):
        mode = path.lstat().st_mode
        if mode & 0o077 and not stat.S_ISLNK(mode):
            path.chmod(0o700 if stat.S_ISDIR(mode) else 0o600)
            return True
    return False


class _Umask:
    """The umask is that of the process: the first that wants it strict sets it, the last one sets it back."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.held = 0
        self.outside = 0


_UMASK = _Umask()


def _tighten_folder(folder: Path) -> None:
    """Once a folder is closed, nobody reaches what is in it; until then all of its files were open as well."""
    # A folder of everybody's, such as /tmp, is nobody's to close.
    if not folder.stat().st_mode & stat.S_ISVTX and tighten(folder):
        for path in folder.iterdir():
            if path.is_file():
                tighten(path)


def prepare_litellm_environment() -> None:
    """Set the switches litellm reads when it is imported: no downloads, no `.env` files."""
    os.environ.update(_OFFLINE_LITELLM)


def fault_wanted() -> str:
    """The point where a command line that starts now shall die in a test (`swarm.faultpoint`), else empty."""
    return os.environ.get("ROLELESS_FAULT", "")


def _unusable(settings: Settings, reason: str | None) -> str:
    return (
        f"cannot write to the data folder {str(settings.data)!r}: {reason}. "
        "Set ROLELESS_DATA to a folder that can be written."
    )
