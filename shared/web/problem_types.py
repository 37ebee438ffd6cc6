"""The problems of the API: stable code → HTTP status. Titles and help are labels.

`problem.<code>.title` names the type, `problem.<code>.help` says what it means and how to mend it
(it is also the detail when an occurrence has none of its own). Each is a page, `/problems/<code>`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from shared.domain.errors import DomainError


@dataclass(frozen=True, slots=True)
class ProblemType:
    """`code` is what clients match on; it never changes its meaning."""

    code: str
    status: int

    @property
    def title_key(self) -> str:
        return f"problem.{self.code}.title"

    @property
    def help_key(self) -> str:
        return f"problem.{self.code}.help"


_STATUS_OF_CODE = {
    "malformed_request": 400,
    "idempotency_key_required": 400,
    "authentication_required": 401,
    "not_permitted": 403,
    "cross_site_refused": 403,
    "password_change_required": 403,
    "signature_required": 403,
    "not_found": 404,
    "unknown_organization": 404,
    "unknown_organization_code": 404,
    "unknown_form": 404,
    "unknown_regime": 404,
    "unknown_indicator": 404,
    "method_not_allowed": 405,
    "already_approved": 409,
    "period_closed": 409,
    "closing_error": 409,
    "period_already_closed": 409,
    "period_not_closed": 409,
    "deadline_ahead": 409,
    "nothing_to_review": 409,
    "nothing_to_withdraw": 409,
    "proxy_not_needed": 409,
    "report_error": 409,
    "awaiting_signature": 409,
    "not_awaiting_signature": 409,
    "draft_error": 409,
    "obligation_error": 409,
    "already_excluded": 409,
    "already_held": 409,
    "not_a_successor": 409,
    "not_excluded": 409,
    "report_stands": 409,
    "aggregate_error": 409,
    "aggregate_unchanged": 409,
    "nothing_to_sign_off": 409,
    "release_error": 409,
    "data_window_open": 409,
    "nothing_to_release": 409,
    "older_than_last_release": 409,
    "release_unchanged": 409,
    "idempotency_in_progress": 409,
    "version_conflict": 412,
    "payload_too_large": 413,
    "attachment_too_large": 413,
    "unsupported_media_type": 415,
    "attachment_not_pdf": 415,
    "attachment_of_other_kind": 415,
    "clock_moved_back": 422,
    "validation_failed": 422,
    "cross_check_failed": 422,
    "formula_invalid": 422,
    "workbook_not_accepted": 422,
    "reason_required": 422,
    "extension_not_later": 422,
    "extension_too_late": 422,
    "correction_needs_reason": 422,
    "invalid_period": 422,
    "unknown_period_code": 422,
    "ambiguous_organization_code": 422,
    "invalid_figure": 422,
    "document_error": 422,
    "incomplete_aggregate": 422,
    "incomplete_period": 422,
    "not_a_province": 422,
    "release_needs_reason": 422,
    "idempotency_key_reused": 422,
    "version_required": 428,
    "too_many_requests": 429,
    "internal_error": 500,
    "catalogue_error": 500,
    "service_unavailable": 503,
}
PROBLEM_TYPES: Mapping[str, ProblemType] = {
    code: ProblemType(code, status) for code, status in _STATUS_OF_CODE.items()
}
INTERNAL_ERROR = PROBLEM_TYPES["internal_error"]


def problem_type_of(error: DomainError) -> ProblemType:
    """The problem of a domain error: its own code's, else that of the nearest class above it."""
    for error_class in type(error).__mro__:
        code = getattr(error_class, "code", "")
        if code in PROBLEM_TYPES:
            return PROBLEM_TYPES[code]
    return INTERNAL_ERROR
