"""From an exception to the answer: JSON for programs, a page for people, with the same words."""

from collections.abc import Sequence
from typing import Any

import asyncpg
import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException

from shared.disks import DATABASE_DISK_FULL, is_no_room
from shared.domain.errors import DomainError
from shared.labels.labels import Labels, Language
from shared.web.authentication import is_api
from shared.web.json import write_json
from shared.web.languages import accepted_language, language_of
from shared.web.navigation import sign_in_url
from shared.web.problem_types import (
    INTERNAL_ERROR,
    PROBLEM_TYPES,
    ProblemType,
    problem_type_of,
)
from shared.web.problems import (
    AuthenticationRequired,
    MalformedRequest,
    NotFound,
    PasswordChangeRequired,
    Problem,
    ProblemError,
    ProblemFault,
    ServiceUnavailable,
    ValidationFailed,
)

PROBLEM_MEDIA_TYPE = "application/problem+json"
PASSWORD_PAGE = "/account/password"  # noqa: S105
RETRYABLE_SQLSTATES = frozenset({"40001", "40P01", "53300", "57P01", "57P02", "57P03"})
"""Serialization failure, deadlock, too many connections, and a server that stops or starts."""
DISK_FULL_RETRY_SECONDS = 60
"""Somebody has to make room first."""
PASSING = (
    PoolTimeout,
    InterfaceError,
    OperationalError,
    ConnectionError,
)
"""The connection could not be had, or went away."""
UNSTORABLE_TEXT_SQLSTATES = frozenset({"22021", "22P05"})
"""A character, such as NUL, that PostgreSQL stores in no text."""

log = structlog.get_logger()


def add_problem_handlers(app: FastAPI) -> None:
    app.add_exception_handler(ProblemError, _answer_problem)
    app.add_exception_handler(DomainError, _answer_domain_error)
    app.add_exception_handler(RequestValidationError, _answer_validation_error)
    app.add_exception_handler(HTTPException, _answer_http_exception)
    app.add_exception_handler(DBAPIError, _answer_database_error)
    app.add_exception_handler(PoolTimeout, _answer_database_error)
    app.add_exception_handler(asyncpg.PostgresError, _answer_database_error)
    app.add_exception_handler(asyncpg.InterfaceError, _answer_database_error)
    app.add_exception_handler(ConnectionError, _answer_database_error)
    app.add_exception_handler(OSError, _answer_operating_system)


def problem_answer(request: Request, error: ProblemError) -> Response:
    """The answer to `error`, as JSON or as a page."""
    return _answer(
        request,
        error.problem_type,
        detail=error.detail,
        errors=error.errors,
        headers=error.headers,
    )


def internal_error_answer(request: Request) -> Response:
    """The answer to a defect of ours; tells nothing of it but the number to ask for."""
    return _answer(request, INTERNAL_ERROR)


async def _answer_problem(request: Request, error: Any) -> Response:
    if not is_api(request):
        if isinstance(error, AuthenticationRequired):
            return RedirectResponse(sign_in_url(request), status_code=303)
        if isinstance(error, PasswordChangeRequired):
            return RedirectResponse(PASSWORD_PAGE, status_code=303)
    return problem_answer(request, error)


async def _answer_domain_error(request: Request, error: Any) -> Response:
    problem_type = problem_type_of(error)
    if problem_type.status >= 500:
        log.error("domain_error_unanswerable", code=error.code, exc_info=error)
        return _answer(request, problem_type)
    return _answer(request, problem_type, detail=str(error))


async def _answer_validation_error(request: Request, error: Any) -> Response:
    if any(each["loc"][0] == "path" for each in error.errors()):
        return problem_answer(request, NotFound())
    labels, language = request.app.state.labels, _language(request)
    faults = [validation_fault(each, labels, language=language) for each in error.errors()]
    return problem_answer(request, ValidationFailed(errors=faults))


def validation_fault(error: dict[str, Any], labels: Labels, *, language: Language) -> ProblemFault:
    """One of pydantic's errors in our words; their list is `validation.*` in the labels."""
    place, *path = error["loc"]
    kind = error["type"]
    key = f"validation.{kind}"
    known = labels.has(key)
    detail = (
        labels.text(key, language, **{"limit": "", **error.get("ctx", {})})
        if known
        else labels.text("validation.other", language)
    )
    code = kind if known else "invalid_value"
    if place == "body":
        pointer = "".join(f"/{_escape(part)}" for part in path)
        return ProblemFault(code=code, detail=detail, pointer=pointer)
    return ProblemFault(code=code, detail=detail, parameter=str(path[-1] if path else place))


def _escape(part: str | int) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")


async def _answer_http_exception(request: Request, error: Any) -> Response:
    # FastAPI turns whatever is raised while it reads the body into a plain 400.
    if isinstance(error.__cause__, ProblemError):
        return await _answer_problem(request, error.__cause__)
    if is_no_room(error.__cause__):
        return await _answer_operating_system(request, error.__cause__)
    found = next((t for t in PROBLEM_TYPES.values() if t.status == error.status_code), None)
    fallback = "malformed_request" if error.status_code < 500 else "internal_error"
    return _answer(request, found or PROBLEM_TYPES[fallback], headers=error.headers or {})


async def _answer_database_error(request: Request, error: Any) -> Response:
    if _sqlstate(error) in UNSTORABLE_TEXT_SQLSTATES:
        return problem_answer(request, MalformedRequest())
    if _sqlstate(error) == DATABASE_DISK_FULL:
        log.error("database_disk_full")
        return _answer_disk_full(request)
    if not _is_passing(error):
        raise error
    log.warning("database_unavailable", error=type(error).__name__)
    return problem_answer(request, ServiceUnavailable())


async def _answer_operating_system(request: Request, error: Any) -> Response:
    """What is uploaded waits on this machine's disk until it has come whole."""
    if not is_no_room(error):
        raise error
    log.error("disk_full", error=str(error))
    return _answer_disk_full(request)


def _answer_disk_full(request: Request) -> Response:
    """Nothing was written; reading still works."""
    detail = request.app.state.labels.text("storage.full", _language(request))
    unavailable = ServiceUnavailable(detail, retry_after_seconds=DISK_FULL_RETRY_SECONDS)
    return problem_answer(request, unavailable)


def _is_passing(error: Exception) -> bool:
    if isinstance(error, PASSING) or _is_closed(error):
        return True
    state = _sqlstate(error)
    return state in RETRYABLE_SQLSTATES or state.startswith("08")


def _is_closed(error: Exception) -> bool:
    """asyncpg's InterfaceError is a lost connection, or a mistake of ours that must not hide."""
    return isinstance(error, asyncpg.InterfaceError) and "closed" in str(error)


def _sqlstate(error: Exception) -> str:
    return str(getattr(getattr(error, "orig", error), "sqlstate", ""))


def _answer(
    request: Request,
    problem_type: ProblemType,
    *,
    detail: str | None = None,
    errors: Sequence[ProblemFault] = (),
    headers: Any = None,
) -> Response:
    language = _language(request)
    labels: Labels = request.app.state.labels
    problem = Problem(
        type=f"{request.app.state.base_url}/problems/{problem_type.code}",
        title=labels.text(problem_type.title_key, language),
        status=problem_type.status,
        detail=detail or labels.text(problem_type.help_key, language),
        instance=request.url.path,
        code=problem_type.code,
        request_id=getattr(request.state, "request_id", ""),
        errors=tuple(errors),
    )
    kept = {name: value for name, value in dict(headers or {}).items() if value is not None}
    if _wants_json(request):
        return _json(problem, headers=kept, language=language)
    return _page(request, problem, headers=kept)


def _language(request: Request) -> Language:
    if is_api(request) or not _wants_json(request):
        return language_of(request)
    return accepted_language(request.headers.get("accept-language", ""))


def _wants_json(request: Request) -> bool:
    accept = request.headers.get("accept", "")
    return is_api(request) or ("json" in accept and "text/html" not in accept)


def _json(problem: Problem, *, headers: dict[str, str], language: Language) -> Response:
    return Response(
        write_json(problem.as_json()),
        problem.status,
        headers={**headers, "Content-Language": language},
        media_type=PROBLEM_MEDIA_TYPE,
    )


def _page(request: Request, problem: Problem, *, headers: dict[str, str]) -> Response:
    response: Response = request.app.state.pages.render(
        request, "web/problem.html", status_code=problem.status, problem=problem
    )
    response.headers.update(headers)
    return response
