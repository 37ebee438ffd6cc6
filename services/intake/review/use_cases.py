"""What waits for a receiver's decision."""

from dataclasses import dataclass

from services.intake.review import repository
from services.intake.review.repository import Waiting
from services.intake.service import Intake, current_scope
from shared.db.engine import driver, snapshot
from shared.domain.obligations import Obligation
from shared.domain.reports import ReportState
from shared.web.principals import Principal


@dataclass(frozen=True, slots=True)
class QueueFilter:
    """Which part of the queue is wanted."""

    state: ReportState = ReportState.SUBMITTED
    period: str | None = None
    after: int = 0
    limit: int = 100
    newest: bool = False


@dataclass(frozen=True, slots=True)
class Queue:
    """One part of the queue, and how many reports are in each state."""

    waiting: tuple[Waiting, ...]
    counts: dict[str, int]


async def read_queue(intake: Intake, principal: Principal, wanted: QueueFilter) -> Queue:
    """The reports that the caller's organization receives by the chain, in order of id.

    With `newest`, those that were sent last, and they first.
    """
    scope = await current_scope(intake, principal)
    async with snapshot(intake.engine) as connection:
        native = await driver(connection)
        return Queue(
            waiting=await repository.read_queue(
                native,
                principal.organization_id,
                reporters=scope.readable,
                states=[wanted.state.value],
                period=wanted.period,
                after=wanted.after,
                limit=wanted.limit,
                newest=wanted.newest,
            ),
            counts=await repository.count_queue(
                native, principal.organization_id, reporters=scope.readable
            ),
        )


async def read_missing(
    intake: Intake, principal: Principal, *, limit: int
) -> tuple[Obligation, ...]:
    """What the caller's organization may enter for its senders (nhập thay)."""
    scope = await current_scope(intake, principal)
    async with snapshot(intake.engine) as connection:
        return await repository.read_missing(
            await driver(connection),
            principal.organization_id,
            reporters=scope.readable,
            limit=limit,
        )


async def count_waiting(intake: Intake, principal: Principal) -> int:
    """How many reports wait for the caller's organization."""
    scope = await current_scope(intake, principal)
    async with snapshot(intake.engine) as connection:
        counts = await repository.count_queue(
            await driver(connection), principal.organization_id, reporters=scope.readable
        )
    return counts.get(ReportState.SUBMITTED.value, 0)
