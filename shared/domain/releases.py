"""Releasing a period's approved figures (bản chốt số liệu): what may be frozen, and its number.

A release never changes. What changes in the figures afterwards is a revision, which names its
cause, and may be the content of a further release.

ReleaseError
├── DataWindowOpen
├── NothingToRelease
├── NotAProvince
├── OlderThanLastRelease
└── ReleaseUnchanged
ReleaseNeedsReason
"""

from datetime import date

from shared.domain.errors import DomainError
from shared.domain.identifiers import PeriodCode
from shared.domain.rollups import Coverage


class ReleaseError(DomainError):
    """A release that the figures do not allow."""

    code = "release_error"


class NotAProvince(ReleaseError):
    """Figures are released by the province, for all of it."""

    code = "not_a_province"

    def __init__(self) -> None:
        super().__init__(
            "Số liệu được chốt cho cả tỉnh. Hãy chọn đơn vị cấp tỉnh tại thời điểm chốt số liệu "
            "của kỳ."
        )


class DataWindowOpen(ReleaseError):
    """`cutoff` is the last day whose figures belong to the period."""

    code = "data_window_open"

    def __init__(self, *, cutoff: date) -> None:
        self.cutoff = cutoff
        super().__init__(
            f"Kỳ báo cáo chưa kết thúc: số liệu tính đến hết ngày {cutoff:%d/%m/%Y}. Hãy chốt số "
            "liệu sau ngày đó."
        )


class NothingToRelease(ReleaseError):
    code = "nothing_to_release"

    def __init__(self) -> None:
        super().__init__("Chưa có báo cáo nào được duyệt nên chưa có số liệu để chốt.")


class ReleaseUnchanged(ReleaseError):
    """`number` is that of the release that says the same."""

    code = "release_unchanged"

    def __init__(self, *, number: str) -> None:
        self.number = number
        super().__init__(f"Số liệu chưa thay đổi từ bản chốt {number}, nên không cần chốt lại.")


class OlderThanLastRelease(ReleaseError):
    """`position` is that of the log at which the last release stands."""

    code = "older_than_last_release"

    def __init__(self, *, position: int) -> None:
        self.position = position
        super().__init__(
            "Đã có bản chốt của số liệu mới hơn. Hãy tải lại để xem số liệu mới nhất rồi chốt."
        )


class ReleaseNeedsReason(DomainError):
    """`missing` reports are expected and not approved; 0: it takes the place of another release."""

    code = "release_needs_reason"

    def __init__(self, *, missing: int) -> None:
        self.missing = missing
        super().__init__(
            f"Còn {missing} báo cáo chưa duyệt. Hãy nêu lý do chốt khi số liệu chưa đủ."
            if missing
            else "Kỳ này đã có bản chốt. Hãy nêu lý do chốt lại."
        )


def release_number(period: PeriodCode, sequence: int) -> str:
    """What people call a release: `2025-Q2/1` is the first of the second quarter."""
    return f"{period}/{sequence}"


def require_release(
    coverage: Coverage, *, sequence: int, reason: str | None, cutoff: date, today: date
) -> None:
    """Whether the approved figures may be released as number `sequence` of their period.

    Raises DataWindowOpen, NothingToRelease or ReleaseNeedsReason.
    """
    if today <= cutoff:
        raise DataWindowOpen(cutoff=cutoff)
    if coverage.reported == 0:
        raise NothingToRelease
    missing = coverage.expected - coverage.reported
    if (missing or sequence > 1) and not (reason or "").strip():
        raise ReleaseNeedsReason(missing=missing)
