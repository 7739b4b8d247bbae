"""A machine is examined: what Roleless needs, what it finds, and what to do about the rest."""

import asyncio
import importlib.metadata
import re
import shutil
import sys
import sysconfig
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from packaging.requirements import Requirement

from swarm.config import PROJECT, Settings, ensure_data_folder
from swarm.engine.day_purse import DayPurse
from swarm.errors import SwarmError
from swarm.history.store import History
from swarm.mission import load_library, slips_in_missions
from swarm.models.catalogue import (
    known_models,
    load_catalogue,
    present_keys,
    price_table_version,
    slips_in_own_models,
)
from swarm.models.local import find_local_servers, servers_to_ask

SHOWN_PACKAGES = ("streamlit", "plotly", "networkx", "duckdb", "pydantic", "typer", "rich", "litellm")
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
KNOWN_AT_START_UP = ("distutils-precedence.pth", "_virtualenv.pth", "a1_coverage.pth", "pywin32.pth")
"""Of setuptools, virtualenv, coverage and pywin32: files that run code whenever Python starts, as stolen keys began."""
MACOS_CHROME = Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing examined."""

    what: str
    state: Literal["good", "note", "bad"]
    """ "bad" keeps Roleless from working; "note" is worth knowing."""
    found: str


def examine(settings: Settings) -> list[Finding]:
    """Examine everything; nothing is changed but that the data folder is made."""
    return [
        _python(),
        *_packages(),
        _data_folder(settings),
        *_missions(settings),
        _history(settings),
        *_own_models(settings),
        *_keys(settings),
        _day(settings),
        _prices(),
        _local_servers(settings),
        _chromium(settings),
        _start_up(),
    ]


def find_chromium(settings: Settings) -> str | None:
    """Find a Chromium-like browser, None when there is none; `CHROMIUM` in the environment wins."""
    named = settings.environment.get("CHROMIUM")
    found = named or next((path for name in CHROMIUM_NAMES if (path := shutil.which(name))), None)
    return found or (str(MACOS_CHROME) if MACOS_CHROME.exists() else None)


def _python() -> Finding:
    version = ".".join(str(part) for part in sys.version_info[:3])
    good = sys.version_info >= (3, 11)
    return Finding(
        "Python", "good" if good else "bad", version if good else f"{version}; 3.11 or newer is needed"
    )


def _packages() -> list[Finding]:
    lines = (PROJECT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    pins = [Requirement(line.rstrip(" \\")) for line in lines if line[:1].isalpha()]
    here = [pin for pin in pins if pin.marker is None or pin.marker.evaluate()]
    return [
        _package(pin.name, str(pin.specifier).removeprefix("=="))
        for pin in here
        if pin.name in SHOWN_PACKAGES
    ]


def _package(name: str, wanted: str) -> Finding:
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return Finding(name, "bad", f"not installed; {wanted} is needed: make .venv")
    if found != wanted:
        return Finding(name, "note", f"{found}; tested with {wanted}")
    return Finding(name, "good", found)


def _data_folder(settings: Settings) -> Finding:
    try:
        ensure_data_folder(settings)
    except SwarmError as error:
        return Finding("data folder", "bad", str(error))
    free = shutil.disk_usage(settings.data).free
    state = "good" if free > 1e9 else "note"
    return Finding("data folder", state, f"{settings.data}, {free / 1e9:.1f} GB free")


def _missions(settings: Settings) -> list[Finding]:
    slips = slips_in_missions(settings.mission_folders)
    number = len(load_library(settings.mission_folders))
    found = Finding("missions", "good", f"{number} in the library")
    return [found, *(Finding("missions", "note", slip) for slip in slips)]


def _history(settings: Settings) -> Finding:
    try:
        history = History(settings)
        runs, damages = history.count(), history.damages()
    except SwarmError as error:
        return Finding("history", "bad", str(error))
    if damages:
        return Finding("history", "note", f"{runs} runs; unreadable lines in {len(damages)} journal file(s)")
    return Finding("history", "good", f"{runs} runs")


def _own_models(settings: Settings) -> list[Finding]:
    return [Finding("models.toml", "note", slip) for slip in slips_in_own_models(settings)]


def _keys(settings: Settings) -> list[Finding]:
    present = {key for card in known_models(settings).values() for key in present_keys(card, settings)}
    if not present:
        return [Finding("keys", "note", "none in the environment: simulated and local models only")]
    return [Finding("key", "good", f"{name} is set") for name in sorted(present)]


def _day(settings: Settings) -> Finding:
    try:
        limit, today = settings.max_usd_per_day, DayPurse(settings).so_far()
    except SwarmError as error:
        return Finding("dollars today", "bad", str(error))
    most = "no limit (ROLELESS_MAX_USD_PER_DAY)" if limit is None else f"the day's limit is ${limit:g}"
    held = f", ${today.held:.2f} set aside" if today.held else ""
    return Finding("dollars today", "good", f"${today.spent:.2f} spent{held}; {most}")


def _prices() -> Finding:
    read = [card.priced_on for card in load_catalogue().values() if card.priced_on]
    return Finding("prices", "good", f"table {price_table_version()}, the oldest read on {min(read)}")


def _local_servers(settings: Settings) -> Finding:
    servers = asyncio.run(find_local_servers(servers_to_ask(settings)))
    if not servers:
        return Finding("local servers", "note", "none found (Ollama, LM Studio, vLLM, llama.cpp)")
    names = ", ".join(
        f"{server.name} at {server.base_url}, {'loading' if server.loading else f'{len(server.models)} models'}"
        for server in servers
    )
    return Finding("local servers", "good", names)


def _chromium(settings: Settings) -> Finding:
    found = find_chromium(settings)
    if found:
        return Finding("Chromium", "good", found)
    return Finding("Chromium", "note", "not found; only the browser tests need it (make test installs it)")


def _start_up(folders: Sequence[Path] | None = None) -> Finding:
    """Code that packages run whenever Python starts, without being imported: poisoned releases came that way."""
    where = folders or sorted({Path(sysconfig.get_path(name)) for name in ("purelib", "platlib")})
    found = [
        path.name
        for folder in where
        for path in sorted(folder.glob("*.pth"))
        if path.name not in KNOWN_AT_START_UP
        and re.search(r"^import[ \t]", path.read_text(encoding="utf-8", errors="replace"), re.MULTILINE)
    ]
    if not found:
        return Finding("start-up code", "good", "none that is unknown")
    said = ", ".join(found)
    return Finding(
        "start-up code", "note", f"{said} runs code whenever Python starts: find out what brought it"
    )
