"""Errors as callers see them: problem details (RFC 9457), or a page with the same words.

ProblemError
├── MalformedRequest            400
├── IdempotencyKeyRequired      400
├── AuthenticationRequired      401
├── NotPermitted                403
│   ├── CrossSiteRefused
│   ├── PasswordChangeRequired
│   └── SignatureRequired
├── NotFound                    404  also for what lies outside the caller's scope
├── IdempotencyInProgress       409
├── VersionConflict             412
├── PayloadTooLarge             413
├── UnsupportedMediaType        415
├── ValidationFailed            422
│   └── CrossCheckFailed
├── IdempotencyKeyReused        422
├── VersionRequired             428
├── TooManyRequests             429
└── ServiceUnavailable          503

Domain errors are mapped by `shared.web.problem_types`; nothing else needs to be raised by hand.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from shared.web.problem_types import PROBLEM_TYPES, ProblemType


@dataclass(frozen=True, slots=True)
class ProblemFault:
    """One of the things that are wrong. `pointer` is a JSON pointer into the body (RFC 6901).

    `line`, from 1, is that of a file of lines; `pointer` then leads into what stands there. `sheet`
    and `cell` (A1) are places in a workbook.
    """

    code: str
    detail: str
    pointer: str | None = None
    parameter: str | None = None
    row: str | None = None
    column: str | None = None
    severity: str | None = None
    line: int | None = None
    sheet: str | None = None
    cell: str | None = None

    def as_json(self) -> dict[str, str | int]:
        members: tuple[tuple[str, str | int | None], ...] = (
            ("line", self.line),
            ("pointer", self.pointer),
            ("parameter", self.parameter),
            ("code", self.code),
            ("detail", self.detail),
            ("row", self.row),
            ("column", self.column),
            ("severity", self.severity),
            ("sheet", self.sheet),
            ("cell", self.cell),
        )
        return {name: value for name, value in members if value is not None}


@dataclass(frozen=True, slots=True)
class Problem:
    """One occurrence, in the language of the caller."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    code: str
    request_id: str
    errors: tuple[ProblemFault, ...] = ()

    def as_json(self) -> dict[str, Any]:
        members: dict[str, Any] = {
            "type": self.type,
            "title": self.title,
            "status": self.status,
            "detail": self.detail,
            "instance": self.instance,
            "code": self.code,
            "request_id": self.request_id,
        }
        if self.errors:
            members["errors"] = [fault.as_json() for fault in self.errors]
        return members


class ProblemError(Exception):
    """Root of the tree. Without `detail` the help of the problem's type is shown."""

    code: ClassVar[str] = "internal_error"

    def __init__(
        self,
        detail: str | None = None,
        *,
        errors: Sequence[ProblemFault] = (),
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(detail or self.code)
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})

    @property
    def problem_type(self) -> ProblemType:
        return PROBLEM_TYPES[self.code]


class MalformedRequest(ProblemError):
    """Not JSON, not UTF-8, a duplicate key, NaN: nothing that could be read."""

    code = "malformed_request"


class IdempotencyKeyRequired(ProblemError):
    code = "idempotency_key_required"


class AuthenticationRequired(ProblemError):
    code = "authentication_required"

    def __init__(self, detail: str | None = None) -> None:
        super().__init__(detail, headers={"WWW-Authenticate": 'Bearer realm="tonghop"'})


class NotPermitted(ProblemError):
    code = "not_permitted"


class CrossSiteRefused(NotPermitted):
    code = "cross_site_refused"


class PasswordChangeRequired(NotPermitted):
    code = "password_change_required"


class SignatureRequired(NotPermitted):
    """The account prepares reports; only a signer sends them."""

    code = "signature_required"


class NotFound(ProblemError):
    """Also for what exists outside the caller's scope: that it exists is no one's business."""

    code = "not_found"


class IdempotencyInProgress(ProblemError):
    code = "idempotency_in_progress"


class VersionConflict(ProblemError):
    """`If-Match` names another version than the current one."""

    code = "version_conflict"


class PayloadTooLarge(ProblemError):
    code = "payload_too_large"


class UnsupportedMediaType(ProblemError):
    code = "unsupported_media_type"


class ValidationFailed(ProblemError):
    """`errors` names every fault, in the order of the input."""

    code = "validation_failed"


class CrossCheckFailed(ValidationFailed):
    """The figures can be read but contradict each other."""

    code = "cross_check_failed"


class IdempotencyKeyReused(ProblemError):
    """The key came before with another body."""

    code = "idempotency_key_reused"


class VersionRequired(ProblemError):
    """`If-Match` is missing."""

    code = "version_required"


class TooManyRequests(ProblemError):
    code = "too_many_requests"

    def __init__(self, detail: str | None = None, *, retry_after_seconds: int) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)})


class ServiceUnavailable(ProblemError):
    """The database cannot be reached or is overloaded; nothing was changed."""

    code = "service_unavailable"

    def __init__(self, detail: str | None = None, *, retry_after_seconds: int = 5) -> None:
        super().__init__(detail, headers={"Retry-After": str(retry_after_seconds)})
