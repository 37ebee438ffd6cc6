"""Reads the ledger: every reminder, every attempt, and whom no mail could be sent to."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from services.notifier.abouts import DUTIES, MailKind
from services.notifier.reminders import repository
from services.notifier.reminders.repository import LedgerLine, LedgerQuery, ReminderState
from services.notifier.service import Notifier, current_scope
from services.notifier.timers.repository import Unaddressed, without_recipient
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import snapshot
from shared.domain.identifiers import OrganizationId
from shared.web.principals import Principal, Role

MOST_UNADDRESSED = 500


@dataclass(frozen=True, slots=True)
class LedgerFilter:
    """What the reader asks for; see `LedgerQuery`."""

    obligation_id: int | None = None
    state: ReminderState | None = None
    before_id: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Ledger:
    """A page of the ledger; `older` is the `before_id` of the next one, None on the last."""

    lines: tuple[LedgerLine, ...]
    counts: Mapping[ReminderState, int]
    unaddressed: tuple[Unaddressed, ...]
    older: int | None


async def read_ledger(notifier: Notifier, principal: Principal, wanted: LedgerFilter) -> Ledger:
    """What was, or could not be, sent to the organizations within the caller's scope.

    Who asked for a new password is for administrators to know.
    """
    kinds = tuple(MailKind) if principal.has_any(Role.ADMINISTRATOR) else DUTIES
    scope = await current_scope(notifier, principal)
    query = LedgerQuery(
        organization_ids=scope.readable,
        kinds=kinds,
        obligation_id=wanted.obligation_id,
        state=wanted.state,
        before_id=wanted.before_id,
        limit=wanted.limit + 1,
    )
    async with snapshot(notifier.engine) as connection:
        lines = await repository.ledger(connection, query)
        counts = await repository.count_by_state(connection, scope.readable, kinds=kinds)
        unaddressed = await without_recipient(connection, scope.readable, limit=MOST_UNADDRESSED)
    shown = lines[: wanted.limit]
    older = shown[-1].id if len(lines) > wanted.limit else None
    return Ledger(lines=shown, counts=counts, unaddressed=unaddressed, older=older)


async def read_unaddressed(
    notifier: Notifier, principal: Principal, *, most: int
) -> tuple[Unaddressed, ...]:
    """Whom no mail could be sent to, within the caller's scope, for want of an address."""
    scope = await current_scope(notifier, principal)
    async with snapshot(notifier.engine) as connection:
        return await without_recipient(connection, scope.readable, limit=most)


def organization_name(organization_id: int, *, known: Catalogue, on: date) -> str:
    """As of today; its last name if it is gone."""
    wanted = OrganizationId(organization_id)
    current = known.tree(on).organizations.get(wanted)
    if current is not None:
        return current.name
    versions = [each for each in known.organizations if each.id == wanted]
    return max(versions, key=lambda each: each.valid_from).name if versions else str(wanted)
