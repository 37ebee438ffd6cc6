"""What people do with an obligation: extend, exclude, take in again, hand over; with a reason.

ObligationError
├── AlreadyExcluded
├── AlreadyHeld
├── ExtensionNotLater
├── ExtensionTooLate
├── NotASuccessor
├── NotExcluded
└── ReportStands
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import StrEnum

from shared.domain.errors import DomainError, ReasonRequired
from shared.domain.identifiers import OrganizationId
from shared.domain.obligations import Obligation, ObligationState, excluded, state_at
from shared.domain.time import day_before, end_of_day

LONGEST_EXTENSION = timedelta(days=5 * 366)
"""Beyond it somebody mistyped the year."""


class ObligationAct(StrEnum):
    EXTEND = "extend"
    EXCLUDE = "exclude"
    INCLUDE = "include"
    TRANSFER = "transfer"


class ObligationError(DomainError):
    """An act that the obligation's state does not allow."""

    code = "obligation_error"


class AlreadyExcluded(ObligationError):
    code = "already_excluded"

    def __init__(self) -> None:
        super().__init__(
            "Đơn vị đã được loại khỏi diện phải gửi báo cáo này. Nếu loại nhầm, hãy đưa trở lại."
        )


class NotExcluded(ObligationError):
    code = "not_excluded"

    def __init__(self) -> None:
        super().__init__("Đơn vị đang thuộc diện phải gửi báo cáo này nên không cần đưa trở lại.")


class ExtensionNotLater(ObligationError):
    """`last_day` is the last day by the rule: an extension must end after it."""

    code = "extension_not_later"

    def __init__(self, *, last_day: date) -> None:
        self.last_day = last_day
        super().__init__(
            f"Gia hạn phải sau thời hạn quy định là ngày {last_day:%d/%m/%Y}. Hãy chọn ngày muộn "
            "hơn."
        )


class ExtensionTooLate(ObligationError):
    """`last_day` is the last day that an extension may name."""

    code = "extension_too_late"

    def __init__(self, *, last_day: date) -> None:
        self.last_day = last_day
        super().__init__(
            f"Gia hạn muộn nhất đến ngày {last_day:%d/%m/%Y}. Hãy kiểm tra lại năm đã nhập."
        )


class ReportStands(ObligationError):
    code = "report_stands"

    def __init__(self) -> None:
        super().__init__(
            "Đơn vị đã gửi báo cáo này nên không loại khỏi diện phải gửi được. Hãy trả lại báo cáo "
            "trước."
        )


class AlreadyHeld(ObligationError):
    code = "already_held"

    def __init__(self) -> None:
        super().__init__("Đơn vị này đang thực hiện nghĩa vụ đó nên không cần chuyển.")


class NotASuccessor(ObligationError):
    """Neither has the organization a part of the unit that owes it, nor is it above who has."""

    code = "not_a_successor"

    def __init__(self) -> None:
        super().__init__(
            "Đơn vị nhận không kế thừa đơn vị có nghĩa vụ. Hãy chọn đơn vị đã nhận một phần hoặc "
            "toàn bộ đơn vị đó, hoặc cơ quan cấp trên."
        )


def exclude(obligation: Obligation, *, reason: str, is_in: bool = False) -> Obligation:
    """The obligation taken out of what is expected; `is_in`: a report of it stands.

    Raises ReasonRequired for a blank reason, AlreadyExcluded or ReportStands.
    """
    _require_reason(reason, act=ObligationAct.EXCLUDE)
    if obligation.state is ObligationState.EXCLUDED:
        raise AlreadyExcluded
    if is_in:
        raise ReportStands
    return excluded(obligation)


def include(obligation: Obligation, *, reason: str, now: datetime) -> Obligation:
    """An excluded obligation expected again. Raises ReasonRequired or NotExcluded."""
    _require_reason(reason, act=ObligationAct.INCLUDE)
    if obligation.state is not ObligationState.EXCLUDED:
        raise NotExcluded
    state = state_at(now, cutoff_date=obligation.cutoff_date)
    return replace(obligation, state=state, sequence=obligation.sequence + 1)


def extend(obligation: Obligation, *, until: date, reason: str) -> Obligation:
    """The obligation with `until` as the last day, in place of an earlier extension if any.

    It may be granted after the deadline, even after the report: what is late by the rules and on
    time by the extension keeps both verdicts. Raises ReasonRequired, AlreadyExcluded,
    ExtensionNotLater for a day that the rules allow anyway, or ExtensionTooLate.
    """
    _require_reason(reason, act=ObligationAct.EXTEND)
    if obligation.state is ObligationState.EXCLUDED:
        raise AlreadyExcluded
    ruled = obligation.ruled_deadline
    latest = day_before(ruled) + LONGEST_EXTENSION
    if until > latest:
        raise ExtensionTooLate(last_day=latest)
    if end_of_day(until) <= ruled:
        raise ExtensionNotLater(last_day=day_before(ruled))
    return replace(
        obligation,
        deadline=end_of_day(until),
        original_deadline=ruled,
        sequence=obligation.sequence + 1,
    )


def transfer(
    obligation: Obligation,
    *,
    to: OrganizationId,
    heirs: Collection[OrganizationId],
    reason: str,
) -> Obligation:
    """The obligation in the hands of one of the `heirs`.

    Figures stay under the unit that owes them. Raises ReasonRequired, AlreadyExcluded, AlreadyHeld
    or NotASuccessor.
    """
    _require_reason(reason, act=ObligationAct.TRANSFER)
    if obligation.state is ObligationState.EXCLUDED:
        raise AlreadyExcluded
    if to == obligation.holder_id:
        raise AlreadyHeld
    if to not in heirs:
        raise NotASuccessor
    return replace(obligation, holder_id=to, sequence=obligation.sequence + 1)


def _require_reason(reason: str, *, act: ObligationAct) -> None:
    if not reason.strip():
        raise ReasonRequired(act)
