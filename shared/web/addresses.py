"""Which addresses are of this machine itself."""

from ipaddress import ip_address
from urllib.parse import urlsplit


def is_loopback(host: str) -> bool:
    """Whether a host name or address can only mean this machine."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def needs_secure_cookies(base_url: str) -> bool:
    """Cookies go over TLS only, unless the site is plain HTTP on this very machine."""
    parts = urlsplit(base_url)
    return parts.scheme == "https" or not is_loopback(parts.hostname or "")
