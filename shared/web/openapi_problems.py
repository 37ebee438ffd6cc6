"""Refusals in the description of the API: one response for each status, with codes and example."""

from collections.abc import Iterator, Mapping
from http import HTTPStatus
from typing import Any

from shared.labels.labels import Labels, Language
from shared.web.authentication import API_PREFIX
from shared.web.problem_responses import PROBLEM_MEDIA_TYPE
from shared.web.problem_types import PROBLEM_TYPES, ProblemType
from shared.web.problems import Problem, ProblemFault

_TEXT = {"type": "string"}
FAULT_SCHEMA = {
    "type": "object",
    "required": ["code", "detail"],
    "properties": {
        "line": {"type": "integer", "minimum": 1},
        **dict.fromkeys(
            ("pointer", "parameter", "code", "detail", "row", "column", "severity"), _TEXT
        ),
        **dict.fromkeys(("sheet", "cell"), _TEXT),
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
TYPICAL = {400: "malformed_request", 403: "not_permitted", 409: "already_approved"} | {
    422: "cross_check_failed",
    500: "internal_error",
}
"""The code that is shown for a status; the first one of the status where none is named."""

FAULT = ProblemFault(
    code="II06A.BALANCE",
    detail="Cột 3 (120) phải bằng cột 7 cộng cột 11 (118), lệch 2. "
    "Kiểm tra lại các cột 4–6, 8–10, 12, 13.",
    pointer="/figures/LV01/3",
    row="LV01",
    column="3",
    severity="hard",
)
INSTANCE = f"{API_PREFIX}v1/submissions"
REQUEST_ID = "b2a7f4d0c1e94c5a8f3d6e7b90214c58"


def response_name(status: int) -> str:
    """The name of the component that describes a refusal with `status`."""
    return f"Problem{status}"


def problem_responses(labels: Labels, *, base_url: str) -> dict[str, Any]:
    """The components, by name; of every status that some problem has."""
    by_status: dict[int, list[ProblemType]] = {}
    for each in PROBLEM_TYPES.values():
        by_status.setdefault(each.status, []).append(each)
    return {
        response_name(status): {
            "description": _description(types),
            "content": {
                PROBLEM_MEDIA_TYPE: {
                    "schema": {"$ref": "#/components/schemas/Problem"},
                    "example": _example(types, labels, base_url=base_url),
                }
            },
        }
        for status, types in by_status.items()
    }


def _description(types: list[ProblemType]) -> str:
    codes = ", ".join(f"`{each.code}`" for each in types)
    return f"{HTTPStatus(types[0].status).phrase}. Codes: {codes}. See /problems."


def _example(types: list[ProblemType], labels: Labels, *, base_url: str) -> dict[str, Any]:
    code = TYPICAL.get(types[0].status, types[0].code)
    shown = PROBLEM_TYPES[code]
    return Problem(
        type=f"{base_url}/problems/{code}",
        title=labels.text(shown.title_key, Language.VI),
        status=shown.status,
        detail=labels.text(shown.help_key, Language.VI),
        instance=INSTANCE,
        code=code,
        request_id=REQUEST_ID,
        errors=(FAULT,) if code == "cross_check_failed" else (),
    ).as_json()


def defined_schemas() -> Iterator[tuple[str, Mapping[str, Any]]]:
    """The schemas that the responses refer to."""
    yield "Problem", PROBLEM_SCHEMA
    yield "ProblemFault", FAULT_SCHEMA
