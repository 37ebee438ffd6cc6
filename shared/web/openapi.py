"""The description of the API (OpenAPI 3.1), with what FastAPI does not know of it.

Errors are problems, whatever their status; which statuses an operation may answer follows from what
it takes (`_problem_statuses`), so that routes document their successes only. A token or the
session's cookie opens every operation. Examples lie beside the endpoints (`openapi_examples`).
"""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.metadata import version
from typing import Any

from fastapi import FastAPI
from fastapi.routing import APIRoute, iter_route_contexts

from shared.web.authentication import API_PREFIX, SESSION_COOKIE
from shared.web.json import JSON_MEDIA_TYPE
from shared.web.openapi_examples import add_example, examples_of
from shared.web.openapi_problems import defined_schemas, problem_responses, response_name

NOT_MODIFIED = {"description": "The answer that If-None-Match names is still the current one."}
IF_NONE_MATCH = {
    "name": "if-none-match",
    "in": "header",
    "description": "The ETag of the answer that you hold.",
    "schema": {"type": "string"},
}
"""Every read heeds it (shared.web.conditional)."""
ALWAYS_POSSIBLE = (400, 401, 403, 404, 429, 500, 503)
"""Not text; no account; a password to choose first; out of scope; too often; failures of ours."""
WRITES = ("post", "put", "patch", "delete")
SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer"},
    "session": {"type": "apiKey", "in": "cookie", "name": SESSION_COOKIE},
}
TAGS = {
    "submissions": "Sending a report, and the receipt.",
    "imports": "Many reports at once, all or none, as JSON or CSV.",
    "drafts": "What is typed and not sent yet; laying it before the signer.",
    "workbooks": "Forms as Excel files, and drafts from files and tables.",
    "attachments": "Signed PDF files.",
    "obligations": "What is owed by whom, until when, and how it stands.",
    "periods": "Periods of a regime in a province; closing one and opening it again.",
    "requests": "Reports that somebody asks for once: thematic and ad hoc.",
    "reports": "Reports with their versions, acts and events; withdrawing, returning, approving.",
    "review": "What waits for its receiver.",
    "aggregates": "What approved reports add up to, and signing it off.",
    "forms": "Forms with their rows, columns, formulas and checks.",
    "catalogue": "Organizations, reporting regimes, the working calendar, and loading packs.",
    "indicators": "Indicators of an organization, over the periods and between organizations.",
    "rollups": "Every cell of a form, added up.",
    "completeness": "How far the reports have come.",
    "exports": "Figures and indicators as files.",
    "releases": "Figures of a period, frozen, numbered and hashed; what has changed since.",
    "changes": "Why a figure changed: the acts behind it, which add up to the difference.",
    "stream": "Server-sent events.",
    "reminders": "The ledger of mails.",
    "tokens": "API tokens of your own account.",
    "audit": "Acts on accounts, rights and reports.",
}
DESCRIPTION = """\
Periodic reports between communes, districts, departments and the province.

Send `Authorization: Bearer …` with a token from `/account/tokens`. Numbers are exact decimals.
A refusal is `application/problem+json` (RFC 9457) with a stable `code`, names every fault at once,
and has changed nothing. Sending needs an `Idempotency-Key`, so that a retry records nothing twice;
a change names in `If-Match` what was read. Every read has an `ETag`: send it as `If-None-Match` and
get 304 while nothing has changed. A list with more pages has `next` and a `Link`. Who asks too
often gets 429 with `Retry-After`.
"""
_OF_FASTAPI = ("HTTPValidationError", "ValidationError")


def describe(app: FastAPI) -> None:
    """Has `app.openapi()` give the description of the API, without pages. It is made when it is
    first asked for: no process waits for it to start, and most are never asked.
    """
    generate = app.openapi

    @cache
    def described() -> dict[str, Any]:
        return _completed(app, generate())

    app.openapi = described  # type: ignore[method-assign]


def _completed(app: FastAPI, document: dict[str, Any]) -> dict[str, Any]:
    document["info"] |= {"version": version("tonghop"), "description": DESCRIPTION}
    paths = document["paths"]
    document["paths"] = {path: paths[path] for path in paths if path.startswith(API_PREFIX)}
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for name in _OF_FASTAPI:
        schemas.pop(name, None)
    schemas.update(defined_schemas())
    components["responses"] = problem_responses(app.state.labels, base_url=app.state.base_url)
    components["securitySchemes"] = SECURITY_SCHEMES
    for path in document["paths"].values():
        for method, operation in path.items():
            _complete(operation, method=method)
    _add_examples(app, document["paths"])
    document["tags"] = list(_tags(document["paths"]))
    _hoist(document["paths"], schemas)
    return document


def _complete(operation: dict[str, Any], *, method: str) -> None:
    successes = {status: each for status, each in operation["responses"].items() if status < "400"}
    refusals = {
        str(status): {"$ref": f"#/components/responses/{response_name(status)}"}
        for status in {*_problem_statuses(operation, method=method), *_declared(operation)}
    }
    if method == "get" and JSON_MEDIA_TYPE in successes["200"].get("content", {}):
        successes["304"] = NOT_MODIFIED
        if "if-none-match" not in _headers(operation):
            operation.setdefault("parameters", []).append(dict(IF_NONE_MATCH))
    operation["responses"] = dict(sorted({**successes, **refusals}.items()))
    operation["security"] = [{name: []} for name in SECURITY_SCHEMES]


def _declared(operation: Mapping[str, Any]) -> Iterator[int]:
    """The refusals that a route names itself; FastAPI's own 422 is no problem of ours."""
    for status, response in operation["responses"].items():
        if status >= "400" and "HTTPValidationError" not in str(response):
            yield int(status)


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


def _add_examples(app: FastAPI, paths: Mapping[str, Any]) -> None:
    for context in iter_route_contexts(app.routes):
        route = context.original_route
        operations = paths.get(context.path or "")
        if operations is None or not isinstance(route, APIRoute):
            continue
        examples = examples_of(route.endpoint)
        for method in route.methods or ():
            example = examples.get(f"{method} {context.path}")
            if example is not None:
                add_example(operations[method.lower()], example)


def _tags(paths: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Those that operations have, in the order of `TAGS`."""
    operations = [each for path in paths.values() for each in path.values()]
    used = {tag for each in operations for tag in each.get("tags", ())}
    yield from ({"name": tag, "description": TAGS[tag]} for tag in TAGS if tag in used)


def _hoist(part: Any, schemas: dict[str, Any]) -> None:
    """Moves schemas that are defined inside of `part` to where references find them."""
    if isinstance(part, list):
        for each in part:
            _hoist(each, schemas)
    if not isinstance(part, dict):
        return
    for name, schema in part.pop("$defs", {}).items():
        schemas.setdefault(name, schema)
    if isinstance(part.get("$ref"), str):
        part["$ref"] = part["$ref"].replace("#/$defs/", "#/components/schemas/")
    for each in part.values():
        _hoist(each, schemas)
