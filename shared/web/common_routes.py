"""Routes that every application has: health, metrics, the API's description, problem pages."""

from typing import Annotated

import structlog
from fastapi import APIRouter, Form, Request, Response
from fastapi.responses import JSONResponse, PlainTextResponse, RedirectResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from shared.labels.labels import Language
from shared.web.access import Anyone
from shared.web.languages import LANGUAGE_COOKIE
from shared.web.navigation import safe_next
from shared.web.pages import PagesDep
from shared.web.problem_types import PROBLEM_TYPES
from shared.web.problems import NotFound, ServiceUnavailable
from shared.web.styleguide import router as styleguide_router

LANGUAGE_COOKIE_SECONDS = 365 * 24 * 3600

log = structlog.get_logger()
router = APIRouter(include_in_schema=False)


def common_routers(*, demo: bool) -> tuple[APIRouter, ...]:
    return (router, styleguide_router) if demo else (router,)


@router.get("/healthz")
async def healthy(_: Anyone) -> Response:
    """The process answers."""
    return PlainTextResponse("ok\n")


@router.get("/readyz")
async def ready(request: Request, _: Anyone) -> Response:
    """Every part that answers need is there; otherwise 503."""
    for name, check in request.app.state.readiness.items():
        try:
            await check()
        except Exception as error:
            log.warning("not_ready", part=name, exc_info=error)
            raise ServiceUnavailable from error
    return PlainTextResponse("ready\n")


@router.get("/metrics")
async def metrics(_: Anyone) -> Response:
    """For Prometheus. The proxy in front must not pass this path on to the outside."""
    return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)


@router.get("/api/openapi.json")
async def openapi(request: Request, _: Anyone) -> Response:
    """The description of the API (OpenAPI 3.1)."""
    return JSONResponse(request.app.openapi())


@router.get("/api")
async def api_page(request: Request, pages: PagesDep, _: Anyone) -> Response:
    """The same description, to read."""
    operations = [
        {
            "method": method.upper(),
            "path": path,
            "summary": each.get("description") or each["summary"],
        }
        for path, methods in request.app.openapi()["paths"].items()
        for method, each in methods.items()
    ]
    return pages.render(request, "web/api.html", operations=operations)


@router.get("/problems")
async def problem_list(request: Request, pages: PagesDep, _: Anyone) -> Response:
    return pages.render(request, "web/problem_types.html", problem_types=PROBLEM_TYPES.values())


@router.get("/problems/{code}")
async def problem_page(request: Request, code: str, pages: PagesDep, _: Anyone) -> Response:
    """What the `type` of a problem points to."""
    if code not in PROBLEM_TYPES:
        raise NotFound
    return pages.render(request, "web/problem_type.html", problem_type=PROBLEM_TYPES[code])


@router.post("/language")
async def choose_language(
    request: Request,
    _: Anyone,
    language: Annotated[Language, Form()],
    back: Annotated[str, Form(alias="next")] = "/",
) -> Response:
    response = RedirectResponse(safe_next(back), status_code=303)
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=LANGUAGE_COOKIE_SECONDS,
        httponly=True,
        samesite="lax",
        secure=request.app.state.secure_cookies,
    )
    return response
