"""Loopback: whether an address is this very machine, and whether it may be asked."""

import re
from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback_host(host: str) -> bool:
    """Say whether a host name or address, without a port, can only be this machine.

    Examples:
        >>> is_loopback_host("127.0.0.1"), is_loopback_host("LOCALHOST"), is_loopback_host("::1")
        (True, True, True)
        >>> is_loopback_host("0.0.0.0"), is_loopback_host("localhost.example.com")
        (False, False)
    """
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return host.lower() == "localhost"


def is_loopback_url(url: str) -> bool:
    """Say whether a URL points to this machine; False for anything that is not a URL."""
    try:
        return is_loopback_host(urlsplit(url).hostname or "")
    except ValueError:
        return False


_ADDRESS = re.compile(r"https?://[^\s@\\?#/]+(/[^\s@\\?#]*)?")


def address_fault(url: str, *, remote: bool) -> str | None:
    """Say why a server at this address may not be asked and what would work; None when it may.

    Args:
        url: the address, which may come from anybody's file.
        remote: whether it was said that prompts may leave this machine.

    Examples:
        >>> address_fault("http://127.0.0.1:18789/v1", remote=False)
    """
    host = _host(url) if _ADDRESS.fullmatch(url) else None
    if not host:
        # It is not repeated: somebody may have put a password into it.
        return (
            "api_base is no address such as http://127.0.0.1:18789/v1; names, passwords and queries do not belong "
            "there: `keys` names the variable that holds the key"
        )
    if remote or is_loopback_host(host):
        return None
    return (
        f"api_base {url!r} is not on this machine: give a loopback address such as http://127.0.0.1:18789/v1, or "
        f"add `remote = true` if prompts may leave for {host}"
    )


def _host(url: str) -> str | None:
    try:
        parts = urlsplit(url)
        # Only asking for the port tells that it is none.
        return parts.hostname if parts.port is None or parts.port else None
    except ValueError:
        return None
