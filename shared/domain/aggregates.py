"""Signing off an aggregate: what was rolled up is frozen as it is sent upward.

A sign-off is never an input of a roll-up. What changes below afterwards shows as a difference.

AggregateError
├── AggregateUnchanged
├── IncompleteAggregate
└── NothingToSignOff
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum

from shared.domain.deadlines import LadderDeadline
from shared.domain.errors import DomainError
from shared.domain.figures import Figures
from shared.domain.forms import CellRef
from shared.domain.identifiers import OrganizationId
from shared.domain.organizations import Tree
from shared.domain.rollups import Coverage


class AggregateError(DomainError):
    """A sign-off that the figures do not allow."""

    code = "aggregate_error"


class NothingToSignOff(AggregateError):
    code = "nothing_to_sign_off"

    def __init__(self) -> None:
        super().__init__("Chưa có báo cáo nào được duyệt nên chưa ký duyệt được số tổng hợp.")


class IncompleteAggregate(AggregateError):
    """`missing` is how many reports are expected and not approved."""

    code = "incomplete_aggregate"

    def __init__(self, *, missing: int) -> None:
        self.missing = missing
        super().__init__(
            f"Còn {missing} báo cáo chưa duyệt. Hãy nêu lý do ký duyệt khi số tổng hợp chưa đủ."
        )


class AggregateUnchanged(AggregateError):
    code = "aggregate_unchanged"

    def __init__(self) -> None:
        super().__init__("Số tổng hợp đã ký duyệt và chưa có thay đổi nào từ đó.")


class AggregateStanding(StrEnum):
    """How the duty to sign off stands; what counts is when it was signed off first."""

    DUE = "due"
    OVERDUE = "overdue"
    SIGNED_ON_TIME = "signed_on_time"
    SIGNED_LATE = "signed_late"


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell that is not as it was signed off; None is missing."""

    cell: CellRef
    signed: Decimal | None
    now: Decimal | None


def owes_aggregate(
    organization_id: OrganizationId, *, summing_levels: Collection[str], tree: Tree
) -> bool:
    """An organization with children, of a level that adds them up, on the cut-off date."""
    organization = tree.organizations.get(organization_id)
    return (
        organization is not None
        and organization.level in summing_levels
        and bool(tree.children(organization_id))
    )


def aggregate_deadline(
    organization_id: OrganizationId, *, deadlines: Mapping[str, LadderDeadline], tree: Tree
) -> datetime | None:
    """The instant by the ladder, None where the ladder has no step for the level."""
    step = deadlines.get(tree.get(organization_id).level)
    return None if step is None else step.instant


def aggregate_standing(
    *, deadline: datetime, signed_at: datetime | None, now: datetime
) -> AggregateStanding:
    """By the first sign-off; the deadline is the instant after the last day."""
    if signed_at is not None:
        late = signed_at > deadline
        return AggregateStanding.SIGNED_LATE if late else AggregateStanding.SIGNED_ON_TIME
    return AggregateStanding.OVERDUE if now > deadline else AggregateStanding.DUE


def require_sign_off(coverage: Coverage, *, reason: str | None, unchanged: bool) -> None:
    """Whether the approved figures may be signed off.

    Raises NothingToSignOff, AggregateUnchanged, or IncompleteAggregate without a reason.
    """
    if coverage.reported == 0:
        raise NothingToSignOff
    if unchanged:
        raise AggregateUnchanged
    if coverage.reported < coverage.expected and not (reason or "").strip():
        raise IncompleteAggregate(missing=coverage.expected - coverage.reported)


def changed_cells(signed: Figures, now: Figures) -> tuple[CellChange, ...]:
    """What is not as it was signed off, cell by cell, in the order of the rows."""
    rows = [*signed, *(row for row in now if row not in signed)]
    changes: list[CellChange] = []
    for row in rows:
        before, after = signed.get(row, {}), now.get(row, {})
        for column in [*before, *(each for each in after if each not in before)]:
            old, new = before.get(column), after.get(column)
            if old != new:
                changes.append(CellChange(CellRef(row, column), old, new))
    return tuple(changes)
