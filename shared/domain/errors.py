"""The error tree of the domain. An error carries data; its message says what to do.

Messages are Vietnamese, because people see them; programs match on ``code``, which never changes.
Errors of one module only may be declared beside it, but the whole tree is printed here:

DomainError
├── AggregateError
│   ├── AggregateUnchanged
│   ├── IncompleteAggregate
│   └── NothingToSignOff
├── CatalogueError
│   ├── AmbiguousOrganizationCode
│   ├── AmbiguousReceiver
│   ├── ContradictoryCalendar
│   ├── EmptyValidity
│   ├── InvalidForm
│   ├── InvalidIndicator
│   ├── InvalidRule
│   ├── LevelWithoutDeadline
│   ├── OverlappingVersions
│   ├── TreeCycle
│   ├── TreeOfAnotherDay
│   ├── UnknownCell
│   ├── UnknownOrganization
│   └── UnknownOrganizationCode
├── ClosingError
│   ├── DeadlineAhead
│   ├── PeriodAlreadyClosed
│   └── PeriodNotClosed
├── DocumentError
│   ├── AttachmentNotPdf
│   ├── AttachmentOfOtherKind
│   └── AttachmentTooLarge
├── DraftError
│   ├── AwaitingSignature
│   └── NotAwaitingSignature
├── InvalidFigure
│   ├── AmbiguousText
│   ├── NegativeCount
│   ├── NotANumber
│   ├── NotAnInteger
│   ├── TooLarge
│   └── TooManyDecimals
├── ObligationError
│   ├── AlreadyExcluded
│   ├── AlreadyHeld
│   ├── ExtensionNotLater
│   ├── ExtensionTooLate
│   ├── NotASuccessor
│   ├── NotExcluded
│   └── ReportStands
├── PeriodError
│   ├── InvalidPeriod
│   └── UnknownPeriodCode
├── ReleaseError
│   ├── DataWindowOpen
│   ├── NotAProvince
│   ├── NothingToRelease
│   ├── OlderThanLastRelease
│   └── ReleaseUnchanged
├── ReportError
│   ├── AlreadyApproved
│   ├── CorrectionNeedsReason
│   ├── NothingToReview
│   ├── NothingToWithdraw
│   ├── PeriodClosed
│   └── ProxyNotNeeded
├── ImpossibleCoverage
├── IncompletePeriod
├── InvalidExpression
├── ReasonRequired
└── ReleaseNeedsReason
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import ClassVar

from shared.domain.identifiers import OrganizationCode, OrganizationId


class DomainError(Exception):
    """Something the rules of reporting do not allow.

    ``code`` is stable snake_case: the same in the API, events, dead letters, logs and metrics.
    """

    code: ClassVar[str] = "domain_error"


class PeriodError(DomainError):
    """A reporting period that does not exist."""

    code = "period_error"


class UnknownPeriodCode(PeriodError):
    code = "unknown_period_code"

    def __init__(self, period_code: str) -> None:
        super().__init__(
            f"Mã kỳ báo cáo “{period_code}” không đúng. Hãy dùng một trong các dạng: 2025-W26 "
            "(tuần), 2025-06 (tháng), 2025-Q2 (quý), 2025-H1 (sáu tháng), 2025-9M (chín tháng), "
            "2025 (năm), 2025-01-01--2025-10-31 (từ ngày đến ngày)."
        )
        self.period_code = period_code


class InvalidPeriod(PeriodError):
    code = "invalid_period"

    def __init__(self, *, frequency: str, year: int, ordinal: int) -> None:
        super().__init__(
            f"Không có kỳ thứ {ordinal} của năm {year} với tần suất “{frequency}”. "
            "Hãy kiểm tra năm và số thứ tự của kỳ."
        )
        self.frequency = frequency
        self.year = year
        self.ordinal = ordinal


class CatalogueError(DomainError):
    """Reference data (organizations, chain, calendar, regime) that contradict themselves."""

    code = "catalogue_error"


class UnknownOrganization(CatalogueError):
    code = "unknown_organization"

    def __init__(self, organization_id: OrganizationId, *, on: date) -> None:
        super().__init__(
            f"Không có đơn vị số {organization_id} vào ngày {on:%d/%m/%Y}. "
            "Hãy kiểm tra đơn vị và thời gian hiệu lực của đơn vị trong danh mục."
        )
        self.organization_id = organization_id
        self.on = on


class UnknownOrganizationCode(CatalogueError):
    code = "unknown_organization_code"

    def __init__(self, organization_code: OrganizationCode, *, on: date) -> None:
        super().__init__(
            f"Không có đơn vị nào mang mã “{organization_code}” vào ngày {on:%d/%m/%Y}. "
            "Hãy kiểm tra mã: mã đơn vị có thể đổi nghĩa sau khi sắp xếp."
        )
        self.organization_code = organization_code
        self.on = on


class AmbiguousOrganizationCode(CatalogueError):
    code = "ambiguous_organization_code"

    def __init__(
        self,
        organization_code: OrganizationCode,
        *,
        on: date,
        organization_ids: Sequence[OrganizationId],
    ) -> None:
        super().__init__(
            f"Mã “{organization_code}” chỉ nhiều đơn vị vào ngày {on:%d/%m/%Y}. "
            "Hãy nêu thêm cấp của đơn vị."
        )
        self.organization_code = organization_code
        self.on = on
        self.organization_ids = tuple(organization_ids)


class TreeCycle(CatalogueError):
    """``organization_ids`` walks the cycle upwards, each followed by its parent."""

    code = "tree_cycle"

    def __init__(self, organization_ids: Sequence[OrganizationId]) -> None:
        walk = " → ".join(str(each) for each in organization_ids)
        super().__init__(
            f"Các đơn vị trực thuộc lẫn nhau thành vòng: {walk}. Hãy sửa cơ quan cấp trên của một "
            "đơn vị trong vòng."
        )
        self.organization_ids = tuple(organization_ids)


class OverlappingVersions(CatalogueError):
    code = "overlapping_versions"

    def __init__(self, organization_id: OrganizationId, *, on: date) -> None:
        super().__init__(
            f"Đơn vị số {organization_id} có hai bản thông tin cùng hiệu lực vào ngày "
            f"{on:%d/%m/%Y}. Hãy kết thúc hiệu lực của bản cũ."
        )
        self.organization_id = organization_id
        self.on = on


class EmptyValidity(CatalogueError):
    code = "empty_validity"

    def __init__(self, *, valid_from: date, valid_to: date) -> None:
        super().__init__(
            f"Thời gian hiệu lực từ {valid_from:%d/%m/%Y} đến trước {valid_to:%d/%m/%Y} không có "
            "ngày nào. Hãy nhập ngày hết hiệu lực sau ngày bắt đầu."
        )
        self.valid_from = valid_from
        self.valid_to = valid_to


class AmbiguousReceiver(CatalogueError):
    code = "ambiguous_receiver"

    def __init__(
        self,
        reporter_id: OrganizationId,
        *,
        on: date,
        receiver_ids: Collection[OrganizationId],
    ) -> None:
        super().__init__(
            f"Đơn vị số {reporter_id} có nhiều cơ quan nhận báo cáo vào ngày {on:%d/%m/%Y}. "
            "Hãy chỉ để một tuyến báo cáo có hiệu lực."
        )
        self.reporter_id = reporter_id
        self.on = on
        self.receiver_ids = tuple(receiver_ids)


class ContradictoryCalendar(CatalogueError):
    code = "contradictory_calendar"

    def __init__(self, days: Collection[date]) -> None:
        shown = ", ".join(f"{day:%d/%m/%Y}" for day in sorted(days))
        super().__init__(
            f"Lịch làm việc ghi vừa nghỉ vừa làm việc: {shown}. Hãy bỏ ngày đó khỏi một danh sách."
        )
        self.days = tuple(sorted(days))


class InvalidRule(CatalogueError):
    """A regime's rule (deadline, ladder, reminder) that no calendar can satisfy."""

    code = "invalid_rule"

    def __init__(self, field: str, *, allowed: str) -> None:
        super().__init__(f"Quy tắc có “{field}” không hợp lệ. Giá trị hợp lệ: {allowed}.")
        self.field = field
        self.allowed = allowed


class LevelWithoutDeadline(CatalogueError):
    code = "level_without_deadline"

    def __init__(self, level: str) -> None:
        super().__init__(
            f"Chế độ báo cáo chưa có thời hạn gửi cho cấp “{level}”. Hãy thêm một bậc thời hạn."
        )
        self.level = level


class TreeOfAnotherDay(CatalogueError):
    code = "tree_of_another_day"

    def __init__(self, *, on: date, cutoff_date: date) -> None:
        super().__init__(
            f"Cây đơn vị được lập cho ngày {on:%d/%m/%Y}, trong khi kỳ báo cáo chốt số liệu ngày "
            f"{cutoff_date:%d/%m/%Y}. Hãy dùng cây đơn vị của ngày chốt số liệu."
        )
        self.on = on
        self.cutoff_date = cutoff_date


class ReasonRequired(DomainError):
    """An act that changes what others rely on was done without saying why."""

    code = "reason_required"

    def __init__(self, act: str) -> None:
        super().__init__("Việc này cần nêu lý do. Hãy nhập lý do rồi thực hiện lại.")
        self.act = act
