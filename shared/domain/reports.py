"""A report's life: what each act does to its state and to what is counted.

The subject is the report of one organization, regime, form and period; its versions are only ever
added. ``live`` is the version that counts provisionally, ``official`` the one that its receiver
approved. ``sequence`` rises by one at every act, so that consumers can tell new from old.

Closing the period closes the report, whatever its state: nothing but a new version with a reason
moves it then. That version awaits approval like any other, and approved it is closed again.

ReportError
├── AlreadyApproved
├── CorrectionNeedsReason
├── NothingToReview
├── NothingToWithdraw
├── PeriodClosed
└── ProxyNotNeeded
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from shared.domain.errors import DomainError, ReasonRequired
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode, RegimeCode, ReportId
from shared.domain.time import in_vietnam


class ReportState(StrEnum):
    SUBMITTED = "submitted"
    RETURNED = "returned"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"
    CLOSED = "closed"


class Act(StrEnum):
    SUBMIT = "submit"
    WITHDRAW = "withdraw"
    RETURN = "return"
    APPROVE = "approve"
    CLOSE = "close"
    REOPEN = "reopen"


STATE_AFTER: Mapping[Act, ReportState] = {
    Act.SUBMIT: ReportState.SUBMITTED,
    Act.WITHDRAW: ReportState.WITHDRAWN,
    Act.RETURN: ReportState.RETURNED,
    Act.APPROVE: ReportState.APPROVED,
    Act.CLOSE: ReportState.CLOSED,
}
"""In an open period. Reopening gives back the state after the last act that was none of closing."""


class ReportError(DomainError):
    """An act that the report's state does not allow."""

    code = "report_error"


class AlreadyApproved(ReportError):
    code = "already_approved"

    def __init__(self) -> None:
        super().__init__(
            "Báo cáo đã được duyệt. Nếu số liệu sai, hãy gửi bản đính chính kèm lý do."
        )


class CorrectionNeedsReason(ReportError):
    code = "correction_needs_reason"

    def __init__(self) -> None:
        super().__init__("Báo cáo đã được duyệt nên bản gửi này là đính chính. Hãy nêu lý do.")


class NothingToReview(ReportError):
    code = "nothing_to_review"

    def __init__(self, state: ReportState) -> None:
        self.state = state
        super().__init__("Không có bản báo cáo nào đang chờ duyệt. Hãy đợi đơn vị gửi lại.")


class NothingToWithdraw(ReportError):
    code = "nothing_to_withdraw"

    def __init__(self, state: ReportState) -> None:
        self.state = state
        super().__init__("Báo cáo đã rút hoặc đã bị trả lại. Hãy sửa rồi gửi lại.")


class PeriodClosed(ReportError):
    """Ordinary acts only; a new version with a reason is still allowed."""

    code = "period_closed"

    def __init__(self) -> None:
        super().__init__(
            "Kỳ báo cáo đã khóa. Chỉ nhận bản báo cáo mới kèm lý do; muốn làm việc khác, hãy đề "
            "nghị mở khóa kỳ."
        )


class ProxyNotNeeded(ReportError):
    code = "proxy_not_needed"

    def __init__(self) -> None:
        super().__init__(
            "Đơn vị đã gửi báo cáo nên không nhập thay. Nếu số liệu sai, hãy trả lại để đơn vị sửa."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """Where a report stands after its latest act.

    ``live`` and ``official`` are version numbers, from 1 to ``last_version``.
    ``first_submitted_at`` is the first submission since the last withdrawal: by it the report is
    on time or late, which a return or a correction does not change.
    """

    id: ReportId | None
    organization_id: OrganizationId
    regime: RegimeCode
    form: FormCode
    period: PeriodCode
    sequence: int
    state: ReportState
    last_version: int
    live: int | None
    official: int | None
    first_submitted_at: datetime | None

    @property
    def is_in(self) -> bool:
        """Something counts: a version awaits review, or stands approved."""
        return self.live is not None or self.official is not None


def first_submission(
    *,
    organization_id: OrganizationId,
    regime: RegimeCode,
    form: FormCode,
    period: PeriodCode,
    at: datetime,
    reason: str | None = None,
    period_closed: bool = False,
) -> Report:
    """The report that comes into being with its first version; ``at`` is aware.

    Raises PeriodClosed in a closed period, unless there is a reason.
    """
    in_vietnam(at)
    _require_open(period_closed=period_closed, reason=reason)
    return Report(
        id=None,
        organization_id=organization_id,
        regime=regime,
        form=form,
        period=period,
        sequence=1,
        state=ReportState.SUBMITTED,
        last_version=1,
        live=1,
        official=None,
        first_submitted_at=at,
    )


def submit(
    report: Report, *, at: datetime, reason: str | None = None, period_closed: bool = False
) -> Report:
    """A further version: sent again, replacing one not yet approved, or correcting an approved one.

    Without a reason: raises PeriodClosed in a closed period, CorrectionNeedsReason for a
    correction.
    """
    in_vietnam(at)
    closed = period_closed or report.state is ReportState.CLOSED
    _require_open(period_closed=closed, reason=reason)
    if report.state is ReportState.APPROVED and _is_blank(reason):
        raise CorrectionNeedsReason
    version = report.last_version + 1
    return replace(
        report,
        sequence=report.sequence + 1,
        state=ReportState.SUBMITTED,
        last_version=version,
        live=version,
        first_submitted_at=report.first_submitted_at or at,
    )


def require_proxy(report: Report | None, *, reason: str | None) -> None:
    """Whether the receiver may enter for the sender (nhập thay): only where nothing was sent, or
    what was sent is with the sender again. Raises ReasonRequired or ProxyNotNeeded.
    """
    if _is_blank(reason):
        raise ReasonRequired(Act.SUBMIT)
    if not is_with_sender(report):
        raise ProxyNotNeeded


def is_with_sender(report: Report | None) -> bool:
    """Nothing was sent yet, or it was returned or withdrawn."""
    return report is None or report.state in (ReportState.RETURNED, ReportState.WITHDRAWN)


def withdraw(report: Report, *, reason: str | None) -> Report:
    """The sender takes back what is not yet approved (an approved version stays official).

    Raises ReasonRequired, AlreadyApproved, NothingToWithdraw or PeriodClosed. The withdrawal of a
    correction does not make the approved report late.
    """
    _require_reason(reason, act=Act.WITHDRAW)
    if report.state is not ReportState.SUBMITTED:
        raise _refusal(report.state, nothing=NothingToWithdraw)
    return replace(
        report,
        sequence=report.sequence + 1,
        state=ReportState.WITHDRAWN,
        live=None,
        first_submitted_at=report.first_submitted_at if report.official else None,
    )


def return_to_sender(report: Report, *, reason: str | None) -> Report:
    """The receiver sends it back to be mended.

    A returned correction leaves the approved version official; an approved report that is returned
    leaves the official sum until it is approved again. Raises ReasonRequired, NothingToReview or
    PeriodClosed.
    """
    _require_reason(reason, act=Act.RETURN)
    if report.state not in (ReportState.SUBMITTED, ReportState.APPROVED):
        raise _refusal(report.state, nothing=NothingToReview)
    return replace(
        report,
        sequence=report.sequence + 1,
        state=ReportState.RETURNED,
        live=None,
        official=None if report.state is ReportState.APPROVED else report.official,
    )


def approve(report: Report, *, period_closed: bool = False) -> Report:
    """The receiver takes the version that awaits review as official; in a closed period, that
    closes it.

    Raises AlreadyApproved, NothingToReview or PeriodClosed.
    """
    if report.state is not ReportState.SUBMITTED:
        raise _refusal(report.state, nothing=NothingToReview)
    return replace(
        report,
        sequence=report.sequence + 1,
        state=ReportState.CLOSED if period_closed else ReportState.APPROVED,
        official=report.live,
    )


def close(report: Report) -> Report:
    """The report of a period that is closed; raises PeriodClosed if it is so already."""
    if report.state is ReportState.CLOSED:
        raise PeriodClosed
    return replace(report, sequence=report.sequence + 1, state=ReportState.CLOSED)


def reopen(report: Report, *, last: Act) -> Report:
    """The report of a period that is opened again, as its `last` act left it."""
    return replace(report, sequence=report.sequence + 1, state=STATE_AFTER[last])


def _refusal(
    state: ReportState, *, nothing: type[NothingToReview] | type[NothingToWithdraw]
) -> ReportError:
    if state is ReportState.CLOSED:
        return PeriodClosed()
    return AlreadyApproved() if state is ReportState.APPROVED else nothing(state)


def _require_open(*, period_closed: bool, reason: str | None) -> None:
    if period_closed and _is_blank(reason):
        raise PeriodClosed


def _require_reason(reason: str | None, *, act: Act) -> None:
    if _is_blank(reason):
        raise ReasonRequired(act)


def _is_blank(reason: str | None) -> bool:
    return reason is None or not reason.strip()
