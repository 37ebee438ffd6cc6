"""What happens to every request before a route is chosen, as plain ASGI.

From the outside in: RequestContext (id, headers, log, last resort) → BodyLimit →
RequestText → HeadAndOptions → ConditionalReads → routes.
"""

import os
import re
import time
from collections.abc import Mapping, MutableMapping
from typing import Any

import structlog
from fastapi import Request, Response
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.problem_responses import internal_error_answer, problem_answer
from shared.web.problems import MalformedRequest, PayloadTooLarge
from shared.web.request_text import URL_ENCODED, require_text

REQUEST_ID_BYTES = 16
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
QUIET_PATHS = ("/static/", "/healthz", "/readyz", "/metrics")

CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "connect-src 'self'",
        "font-src 'self'",
        "manifest-src 'self'",
        "worker-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    # Not `no-referrer`: browsers would then send `Origin: null` with our own forms.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
}
HTTPS_HEADERS = {"Strict-Transport-Security": "max-age=31536000"}

log = structlog.get_logger()


class RequestContext:
    """Gives the request its id, logs it once, and answers defects with a 500.

    Every answer gets the id, and the headers that take powers away from pages; an answer's own
    header goes before ours.
    """

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        self._static = raw_headers(SECURITY_HEADERS | (HTTPS_HEADERS if https else {}))
        self._other = [*self._static, (b"cache-control", b"no-store")]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        headers = self._static if scope["path"].startswith("/static/") else self._other
        answer = _Answer(send, [(b"x-request-id", request_id.encode()), *headers])
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, answer.send)
            except Exception:
                log.exception("request_failed", method=scope["method"], path=scope["path"])
                if answer.status is not None:
                    raise
                await internal_error_answer(Request(scope))(scope, receive, answer.send)
            finally:
                _log_request(scope, status=answer.status, started=started)


RawHeaders = list[tuple[bytes, bytes]]
"""Names in lower case, as ASGI has them: nothing is decoded on the way of every request."""


class _Answer:
    """Passes an answer on, with headers added that it lacks, and remembers its status."""

    def __init__(self, send: Send, headers: RawHeaders) -> None:
        self._send, self._headers = send, headers
        self.status: int | None = None

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            own: RawHeaders = list(message.get("headers", ()))
            names = {name.lower() for name, _ in own}
            message["headers"] = own + [each for each in self._headers if each[0] not in names]
        await self._send(message)


def raw_headers(headers: Mapping[str, str]) -> RawHeaders:
    """Headers as ASGI has them."""
    return [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]


def _header(scope: Scope, name: bytes) -> str:
    """The first header of that name; empty if there is none."""
    return next((value.decode("latin-1") for key, value in scope["headers"] if key == name), "")


def _request_id(scope: Scope) -> str:
    given = _header(scope, b"x-request-id")
    return given if REQUEST_ID.fullmatch(given) else os.urandom(REQUEST_ID_BYTES).hex()


def _log_request(scope: Scope, *, status: int | None, started: float) -> None:
    if scope["path"].startswith(QUIET_PATHS):
        return
    log.info(
        "request_answered",
        method=scope["method"],
        path=scope["path"],
        status=status,
        milliseconds=round((time.perf_counter() - started) * 1000, 1),
    )


class RequestText:
    """Refuses paths, query strings and sent forms that are not text.

    Forms are read here because the framework would replace bad bytes by question marks.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            try:
                require_text(scope.get("raw_path") or b"")
                require_text(scope["query_string"])
                if _is_url_encoded(scope):
                    receive = await _read_text(receive)
            except MalformedRequest as error:
                await problem_answer(Request(scope), error)(scope, receive, send)
                return
        await self._app(scope, receive, send)


def _is_url_encoded(scope: Scope) -> bool:
    return any(
        name == b"content-type" and value.lower().startswith(URL_ENCODED)
        for name, value in scope["headers"]
    )


async def _read_text(receive: Receive) -> Receive:
    """Reads the whole body and gives a `receive` that tells it again."""
    body, more = bytearray(), True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            break
        body += message.get("body", b"")
        more = message.get("more_body", False)
    require_text(bytes(body))
    told: list[Message] = [{"type": "http.request", "body": bytes(body), "more_body": False}]

    async def tell() -> Message:
        return told.pop() if told else await receive()

    return tell


class BodyLimit:
    """Refuses bodies over `limit` bytes: by their declared length, else while they are read.

    `limits` are those of single paths.
    """

    def __init__(self, app: ASGIApp, *, limit: int, limits: Mapping[str, int]) -> None:
        self._app, self._limit, self._limits = app, limit, limits

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        limit = self._limits.get(scope["path"], self._limit)
        declared = _header(scope, b"content-length") or "0"
        if not declared.isdecimal():
            await problem_answer(Request(scope), MalformedRequest())(scope, receive, send)
        elif int(declared) > limit:
            await self._refuse(scope, receive, send)
        else:
            await _CountedBody(limit, receive, send).run(self._app, scope, self._refuse)

    async def _refuse(self, scope: Scope, receive: Receive, send: Send) -> None:
        await problem_answer(Request(scope), PayloadTooLarge())(scope, receive, send)


class _BodyTooLarge(Exception):
    """Stops whoever reads the body."""


class _CountedBody:
    """Counts what is read; over the limit, whatever the app answers is replaced by a refusal."""

    def __init__(self, limit: int, receive: Receive, send: Send) -> None:
        self._limit, self._receive, self._send = limit, receive, send
        self._read = 0
        self._started = False

    @property
    def _exceeded(self) -> bool:
        return self._read > self._limit

    async def run(self, app: ASGIApp, scope: Scope, refuse: ASGIApp) -> None:
        try:
            await app(scope, self._counted, self._guarded)
        except Exception:
            if not self._exceeded:
                raise
        if self._exceeded and not self._started:
            await refuse(scope, self._receive, self._send)

    async def _counted(self) -> Message:
        message = await self._receive()
        self._read += len(message.get("body", b""))
        if self._exceeded:
            raise _BodyTooLarge
        return message

    async def _guarded(self, message: Message) -> None:
        if self._exceeded and not self._started:
            return
        self._started = True
        await self._send(message)


class HeadAndOptions:
    """HEAD is GET without the body; OPTIONS tells the methods. FastAPI's routes do neither."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            await self._app({**scope, "method": "GET"}, receive, _without_body(send))
        elif scope["type"] == "http" and scope["method"] == "OPTIONS" and scope["path"] != "*":
            await self._options(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    async def _options(self, scope: Scope, receive: Receive, send: Send) -> None:
        methods = allowed_methods(scope["app"].router.routes, scope)
        if not methods:
            await self._app(scope, receive, send)
            return
        await Response(status_code=204, headers={"Allow": ", ".join(sorted(methods))})(
            scope, receive, send
        )


def _without_body(send: Send) -> Send:
    async def send_head(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.body":
            message = {**message, "body": b""}
        await send(message)

    return send_head


def allowed_methods(routes: list[BaseRoute], scope: Scope) -> set[str]:
    """The methods that some route has for the path of `scope`."""
    found = {
        method
        for method in ("GET", "POST", "PUT", "PATCH", "DELETE")
        if any(route.matches({**scope, "method": method})[0] is Match.FULL for route in routes)
    }
    if "GET" in found:
        found.add("HEAD")
    return found | {"OPTIONS"} if found else found
