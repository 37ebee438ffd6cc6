"""GET again only what has changed (RFC 9110, section 13), and the link to the next page (RFC 8288).

A route that knows cheaply what its answer depends on gives its own ETag and its own 304. All other
reads of the API get theirs here, from the bytes of the answer.
"""

import hashlib

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.authentication import API_PREFIX
from shared.web.json import JSON_MEDIA_TYPE

VARY = "Authorization, Cookie, Accept-Language"


def tag_of(content: bytes) -> str:
    """A strong ETag of an answer's bytes."""
    return f'"{hashlib.sha256(content).hexdigest()[:24]}"'


def holds(if_none_match: str | None, tag: str) -> bool:
    """Whether the header If-None-Match, if it is there, names `tag`; as GET compares, weakly."""
    held = {each.strip().removeprefix("W/") for each in (if_none_match or "").split(",")}
    return "*" in held or tag in held


def next_page(request: Request, **changed: str | int | None) -> dict[str, str]:
    """The header Link to this very query with a parameter changed; none when its value is None."""
    if None in changed.values():
        return {}
    url = request.url.include_query_params(**changed)
    return {"Link": f'<{url.path}?{url.query}>; rel="next"'}


class ConditionalReads:
    """Tags the JSON that GET answers below /api/ unless it has a tag, and sends it only if new."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        is_get = scope["type"] == "http" and scope["method"] == "GET"
        if is_get and scope["path"].startswith(API_PREFIX):
            send = _Tagged(send, Headers(scope=scope).get("if-none-match", "")).send
        await self._app(scope, receive, send)


class _Tagged:
    """Holds the head back until the body is there; what comes in pieces is passed on as it is."""

    def __init__(self, send: Send, held: str) -> None:
        self._send, self._held = send, held
        self._head: Message | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start" and _is_taggable(message):
            self._head = message
            return
        if self._head is not None and message["type"] == "http.response.body":
            head, self._head = self._head, None
            if not message.get("more_body", False):
                message = self._tag(head, message)
            await self._send(head)
        await self._send(message)

    def _tag(self, head: Message, message: Message) -> Message:
        """Adds the tag to `head`; gives the message of the body, without it if it is held."""
        tag, headers = tag_of(message.get("body", b"")), MutableHeaders(scope=head)
        headers["ETag"] = tag
        headers.setdefault("Vary", VARY)
        if not holds(self._held, tag):
            return message
        head["status"] = 304
        del headers["content-length"], headers["content-type"]
        return {"type": "http.response.body", "body": b""}


def _is_taggable(head: Message) -> bool:
    headers = Headers(raw=head["headers"])
    is_json = headers.get("content-type", "").startswith(JSON_MEDIA_TYPE)
    return bool(head["status"] == 200 and is_json and "etag" not in headers)
