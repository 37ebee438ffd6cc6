"""Text that comes from outside is UTF-8 without NUL, or it is refused; it is never guessed."""

from urllib.parse import unquote_to_bytes

from shared.web.problems import MalformedRequest

URL_ENCODED = b"application/x-www-form-urlencoded"


def require_text(raw: bytes) -> None:
    """Raises MalformedRequest unless `raw`, once its percent signs are read, is text."""
    plain = unquote_to_bytes(raw)
    try:
        plain.decode()
    except UnicodeDecodeError:
        raise MalformedRequest from None
    if b"\x00" in plain:
        raise MalformedRequest
