"""Puts a web application together: the same edge for every service, and for all in one."""

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Protocol

from fastapi import APIRouter, FastAPI

from shared.clock import Clock, SystemClock
from shared.labels.labels import load_labels
from shared.web.access import require_rules
from shared.web.addresses import needs_secure_cookies
from shared.web.authentication import Authenticator
from shared.web.common_routes import common_routers
from shared.web.conditional import ConditionalReads
from shared.web.middleware import (
    BodyLimit,
    HeadAndOptions,
    RequestContext,
    RequestText,
)
from shared.web.openapi import describe
from shared.web.pages import Pages
from shared.web.problem_responses import add_problem_handlers
from shared.web.rates import Rates, TokenBuckets
from shared.web.route_index import RouteIndex
from shared.web.static_files import STATIC, KeptStaticFiles, StaticUrls

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]
IMPORT_PATH = "/api/v1/imports"
"""The one path whose bodies hold many reports."""

ATTACHMENT_PATHS = ("/api/v1/attachments", "/documents")
"""The paths whose bodies hold a file."""

WORKBOOK_PATHS = ("/api/v1/workbooks", "/workbooks")
"""The paths whose bodies hold a workbook or a table."""

FORM_ALLOWANCE_BYTES = 65_536
"""What a form holds beside its file."""

ReadinessCheck = Callable[[], Awaitable[None]]
"""Returns when the part is ready; raises when it is not."""


class WebSettings(Protocol):
    """The settings that the edge itself needs; `shared.settings.Settings` has them."""

    @property
    def demo(self) -> bool: ...
    @property
    def base_url(self) -> str: ...
    @property
    def body_limit_bytes(self) -> int: ...
    @property
    def import_limit_bytes(self) -> int: ...
    @property
    def attachment_limit_bytes(self) -> int: ...
    @property
    def workbook_limit_bytes(self) -> int: ...
    @property
    def requests_per_minute_of_account(self) -> int: ...
    @property
    def requests_per_minute_of_address(self) -> int: ...


def create_web_app(
    *,
    title: str,
    settings: WebSettings,
    authenticate: Authenticator,
    routers: Sequence[APIRouter],
    state: Mapping[str, object],
    lifespans: Sequence[Lifespan] = (),
    template_folders: Sequence[Path] = (),
    static_folders: Sequence[Path] = (),
    clock: Clock | None = None,
    readiness: Mapping[str, ReadinessCheck] | None = None,
) -> FastAPI:
    """The application. `state` is set on `app.state`, for the services' own dependencies.

    `template_folders` are searched before the shared templates, and `static_folders` after the
    shared static files; `clock` gives pages their date; each entry of `readiness` is a part that
    `/readyz` asks.

    Raises:
        RouteWithoutRule: a route says neither who may call it nor that everyone may.
    """
    app = FastAPI(
        title=title,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        telemetry={"tracing": False, "metrics": False, "logs": False},
        lifespan=_joined(lifespans),
    )
    clock, labels = clock or SystemClock(), load_labels()
    static = (STATIC, *static_folders)
    pages = Pages(
        template_folders, labels, clock=clock, static_urls=StaticUrls(static), demo=settings.demo
    )
    _set_state(
        app,
        state,
        authenticate=authenticate,
        labels=labels,
        pages=pages,
        clock=clock,
        demo=settings.demo,
        base_url=settings.base_url.rstrip("/"),
        secure_cookies=needs_secure_cookies(settings.base_url),
        readiness=readiness or {},
        rates=Rates(
            accounts=TokenBuckets(settings.requests_per_minute_of_account),
            addresses=TokenBuckets(settings.requests_per_minute_of_address),
        ),
    )
    _add_routes(app, (*routers, *common_routers(demo=settings.demo)), static=static)
    add_problem_handlers(app)
    _add_middleware(app, settings)
    return app


def _add_routes(app: FastAPI, routers: Sequence[APIRouter], *, static: Sequence[Path]) -> None:
    """Side by side: a router that is included would be asked as a whole, and its routes again."""
    for router in routers:
        app.router.routes.extend(router.routes)
    app.mount("/static", KeptStaticFiles(static), name="static")
    require_rules(app.routes, open_mounts=frozenset({"/static"}))
    describe(app)
    app.router.routes.insert(0, RouteIndex(app.routes))


def _set_state(app: FastAPI, state: Mapping[str, object], **ours: object) -> None:
    for name, value in {**ours, **state}.items():
        setattr(app.state, name, value)


def _add_middleware(app: FastAPI, settings: WebSettings) -> None:
    """The last one added is the outermost."""
    https = settings.base_url.startswith("https:")
    app.add_middleware(ConditionalReads)
    app.add_middleware(HeadAndOptions)
    app.add_middleware(RequestText)
    app.add_middleware(
        BodyLimit,
        limit=settings.body_limit_bytes,
        limits=_body_limits(settings),
    )
    app.add_middleware(RequestContext, https=https)


def _body_limits(settings: WebSettings) -> dict[str, int]:
    """In bytes, of the paths that take more than others."""
    file = settings.attachment_limit_bytes + FORM_ALLOWANCE_BYTES
    workbook = settings.workbook_limit_bytes + FORM_ALLOWANCE_BYTES
    return {
        IMPORT_PATH: settings.import_limit_bytes,
        **dict.fromkeys(ATTACHMENT_PATHS, file),
        **dict.fromkeys(WORKBOOK_PATHS, workbook),
    }


def _joined(lifespans: Sequence[Lifespan]) -> Lifespan:
    """Entered in order, left in the reverse order."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            for each in lifespans:
                await stack.enter_async_context(each(app))
            yield

    return lifespan
