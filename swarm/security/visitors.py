"""Visitors of the dashboard: this machine alone, unless people have to log in."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, cast

from swarm.config import PROJECT
from swarm.errors import BadInput
from swarm.security.loopback import is_loopback_host

SECRETS = PROJECT / ".streamlit" / "secrets.toml"
NEEDED = ("redirect_uri", "cookie_secret", "client_id", "client_secret", "server_metadata_url")
"""Keys of a provider of logins; with several providers the last three stand in tables of their own."""


def login_is_set_up(paths: Sequence[Path] = (SECRETS,)) -> bool:
    """Say whether people have to log in: the secrets hold a complete table `auth`.

    Args:
        paths: of the files of secrets; a table of a later one stands for that of an earlier one. Some may be missing.

    Raises:
        BadInput: when the table is there and lacks something, or a file cannot be read; never shows a value.
    """
    tables = [auth for path in paths if path.is_file() and (auth := _auth_in(path)) is not None]
    if not tables:
        return False
    missing = [name for table in _providers(tables[-1]) for name in NEEDED if not table.get(name)]
    if missing:
        raise BadInput(
            f"the table [auth] of the secrets lacks {missing[0]!r}; docs/login.md shows a complete one"
        )
    return True


def named_providers(paths: Sequence[Path] = (SECRETS,)) -> list[str]:
    """The names of several providers, each of whom has a table of its own; empty when there is one without a name."""
    table = _auth_of(paths)
    return [name for name, each in table.items() if isinstance(each, dict) and "client_id" in each]


def page_after_login(paths: Sequence[Path] = (SECRETS,)) -> str | None:
    """Return the address that providers send people back to, which is the dashboard's own; None without a login."""
    address = _auth_of(paths).get("redirect_uri")
    return address if isinstance(address, str) else None


def _auth_of(paths: Sequence[Path]) -> dict[str, Any]:
    tables = [auth for path in paths if path.is_file() and (auth := _auth_in(path)) is not None]
    return cast("dict[str, Any]", tables[-1]) if tables and isinstance(tables[-1], dict) else {}


def _auth_in(path: Path) -> Any:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8")).get("auth")
    except (OSError, ValueError) as error:
        raise BadInput(f"{path.name} cannot be read as TOML, so nobody could log in") from error


def _providers(auth: Any) -> list[dict[str, Any]]:
    """The description of each provider, with what they have in common."""
    table = cast("dict[str, Any]", auth) if isinstance(auth, dict) else {}
    tables = [cast("dict[str, Any]", each) for each in table.values() if isinstance(each, dict)]
    return [table | each for each in tables] or [table]


def check_address(address: str | None, hosts: Sequence[str] = (), paths: Sequence[Path] = (SECRETS,)) -> None:
    """Make sure that only those who may can reach the dashboard.

    Args:
        address: that it listens on; None or empty: every address of this machine.
        hosts: the names by which it may be called; another than this machine's own means that others call it.
        paths: as for `login_is_set_up`.

    Raises:
        BadInput: when others could reach it and nobody would have to log in; says what would work.
    """
    strangers = [host for host in hosts if not is_loopback_host(host)]
    if address and is_loopback_host(address) and not strangers:
        return
    if login_is_set_up(paths):
        return
    if address and is_loopback_host(address):
        said = f"the dashboard would answer for {strangers[0]!r}, and anybody who is passed on from there"
    else:
        said = f"the dashboard would listen on {address or 'every address'!r}, and anybody who can reach that"
    raise BadInput(
        f"{said} could read every run and spend your money: use 127.0.0.1, or set up a login (docs/login.md)"
    )
