"""What a list of missing reports says beside each unit about urging."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from services.aggregator.completeness.use_cases import UnitProgress
from services.aggregator.reading.choices import Choice
from services.aggregator.service import Aggregator
from services.aggregator.urging.repository import Owed, read_owed
from shared.db.engine import snapshot
from shared.domain.identifiers import OrganizationId
from shared.web.principals import Principal, Role

URGING = (Role.REVIEWER,)


@dataclass(frozen=True, slots=True)
class Urging:
    """`owed` are the missing reports; `receiver_id` is the reader's organization if they may urge.

    The notifier has the last word: a report may come in while the list is read.
    """

    owed: Mapping[OrganizationId, Owed]
    receiver_id: OrganizationId | None
    today: date

    def of(self, organization_id: OrganizationId) -> Owed | None:
        return self.owed.get(organization_id)

    def may_urge(self, owed: Owed) -> bool:
        """Once a day, and from the day after the cut-off."""
        is_receiver = self.receiver_id is not None and owed.receiver_id == self.receiver_id
        return is_receiver and owed.urged_on != self.today and owed.cutoff_date < self.today

    @property
    def open(self) -> tuple[int, ...]:
        """The obligations that may be urged for now."""
        return tuple(each.obligation_id for each in self.owed.values() if self.may_urge(each))


async def read_urging(
    aggregator: Aggregator, principal: Principal, choice: Choice, missing: Iterable[UnitProgress]
) -> Urging:
    """For the missing reports of a list. What was known in the past is not urged for."""
    now = choice.view.moment.is_now
    ids = [each.organization.id for each in missing] if now else []
    owed: Mapping[OrganizationId, Owed] = {}
    if ids:
        async with snapshot(aggregator.engine) as connection:
            sheaf = choice.question.topic.sheaf
            owed = await read_owed(connection, sheaf, organization_ids=ids)
    may = now and principal.has_any(*URGING)
    return Urging(owed, principal.organization_id if may else None, choice.view.today)
