"""The description of the API (OpenAPI 3.1), with what FastAPI does not know of it.

Errors are problems, whatever their status; which statuses an operation may answer follows from what
it takes (`_problem_statuses`), so that routes document their successes only. A token or the
session's cookie opens every operation.
"""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from fastapi import FastAPI

from shared.web.authentication import API_PREFIX, SESSION_COOKIE
from shared.web.problem_responses import PROBLEM_MEDIA_TYPE
from shared.web.problem_types import PROBLEM_TYPES

_TEXT = {"type": "string"}
FAULT_SCHEMA = {
    "type": "object",
    "required": ["code", "detail"],
    "properties": {
        "line": {"type": "integer", "minimum": 1},
        **dict.fromkeys(
            ("pointer", "parameter", "code", "detail", "row", "column", "severity"), _TEXT
        ),
    },
}
PROBLEM_SCHEMA = {
    "type": "object",
    "description": "RFC 9457. Match on `code`.",
    "required": ["type", "title", "status", "detail", "instance", "code", "request_id"],
    "properties": {
        "type": {"type": "string", "format": "uri"},
        "title": _TEXT,
        "status": {"type": "integer"},
        "detail": _TEXT,
        "instance": _TEXT,
        "code": {"type": "string", "enum": sorted(PROBLEM_TYPES)},
        "request_id": _TEXT,
        "errors": {"type": "array", "items": {"$ref": "#/components/schemas/ProblemFault"}},
    },
}
PROBLEM_CONTENT = {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
NOT_MODIFIED = {"description": "The answer that If-None-Match names is still the current one."}
IF_NONE_MATCH = {
    "name": "if-none-match",
    "in": "header",
    "description": "The ETag of the answer that you hold.",
    "schema": _TEXT,
}
"""Reads heed it (shared.web.conditional), but for those whose ETag is a version for If-Match."""
ALWAYS_POSSIBLE = (400, 401, 403, 404, 429, 500, 503)
"""Not text; no account; a password to choose first; out of scope; too often; failures of ours."""
WRITES = ("post", "put", "patch", "delete")
SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
}
_OF_FASTAPI = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI) -> None:
    """Completes the description that `app.openapi()` gives, once; pages are left out of it."""
    document = app.openapi()
    paths = document["paths"]
    document["paths"] = {path: paths[path] for path in paths if path.startswith(API_PREFIX)}
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _OF_FASTAPI:
        schemas.pop(name, None)
    schemas.update(Problem=PROBLEM_SCHEMA, ProblemFault=FAULT_SCHEMA)
    components["securitySchemes"] = SECURITY_SCHEMES
    for path in document["paths"].values():
        for method, operation in path.items():
            _complete(operation, method=method)


def _complete(operation: dict[str, Any], *, method: str) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        del responses["422"]
    for status in _problem_statuses(operation, method=method):
        response = responses.setdefault(str(status), {})
        response.setdefault("description", f"{HTTPStatus(status).phrase}; see /problems.")
        response["content"] = PROBLEM_CONTENT
    if method == "get" and "application/json" in responses["200"].get("content", {}):
        responses["304"] = NOT_MODIFIED
        if "if-none-match" not in _headers(operation):
            operation.setdefault("parameters", []).append(IF_NONE_MATCH)
    operation["responses"] = dict(sorted(responses.items()))
    operation["security"] = [{name: []} for name in SECURITY_SCHEMES]


def _problem_statuses(operation: Mapping[str, Any], *, method: str) -> Iterator[int]:
    yield from ALWAYS_POSSIBLE
    if method in WRITES:
        yield 409
    if "if-match" in _headers(operation):
        yield from (412, 428)
    if "requestBody" in operation:
        yield from (413, 415)
    if "requestBody" in operation or operation.get("parameters"):
        yield 422


def _headers(operation: Mapping[str, Any]) -> set[str]:
    """The names of the headers that the operation reads, in small letters."""
    parameters = operation.get("parameters", ())
    return {each["name"].lower() for each in parameters if each["in"] == "header"}
