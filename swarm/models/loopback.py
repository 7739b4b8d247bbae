"""This file is where it is decided whether an address is this very machine."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback_host(host: str) -> bool:
    """Whether a host name or address, without a port, can only be this machine.

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
    """Whether a URL points to this machine; False for anything that is not a URL."""
    try:
        return is_loopback_host(urlsplit(url).hostname or "")
    except ValueError:
        return False
