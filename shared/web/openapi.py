"""The description of the API (OpenAPI 3.1), with what FastAPI does not know of it.

Errors are problems, whatever their status; a token or the session's cookie opens every operation.
"""

from collections.abc import Iterator
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
PROBLEM_RESPONSE = {
    "description": "A problem; see /problems.",
    "content": {PROBLEM_MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
}
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
    for operation in operations(document):
        _complete(operation)


def operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for methods in document["paths"].values():
        yield from methods.values()


def _complete(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if "HTTPValidationError" in str(responses.get("422")):
        responses["422"] = PROBLEM_RESPONSE
    responses.setdefault("default", PROBLEM_RESPONSE)
    operation["security"] = [{name: []} for name in SECURITY_SCHEMES]
