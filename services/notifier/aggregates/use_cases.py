"""Whether an aggregate still has to be signed off, as the log holds it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.notifier.abouts import About, MailKind
from services.notifier.aggregates import repository
from services.notifier.aggregates.repository import KnownDuty, Standing
from shared.catalogue.catalogue import Catalogue
from shared.domain.identifiers import OrganizationId


@dataclass(frozen=True, slots=True)
class OwedAggregate:
    """An aggregate, what it is made of, and whether it was signed off; its receiver is above."""

    duty: KnownDuty
    receiver_id: int | None
    standing: Standing

    @property
    def about(self) -> About:
        return About(MailKind.AGGREGATE, self.duty.id)

    @property
    def organization_id(self) -> int:
        return self.duty.organization_id

    @property
    def met_by(self) -> int:
        return self.duty.organization_id

    @property
    def form(self) -> str:
        return self.duty.form

    @property
    def period(self) -> str:
        return self.duty.period

    @property
    def cutoff_date(self) -> date:
        return self.duty.cutoff_date

    @property
    def deadline(self) -> datetime:
        return self.duty.deadline

    @property
    def is_owed(self) -> bool:
        """Not where nothing is expected below, nor for a period that is closed."""
        standing = self.standing
        return not (standing.signed or standing.period_closed) and standing.expected > 0


async def owed_aggregates(
    connection: AsyncConnection, ids: Collection[int], *, catalogue: Catalogue
) -> tuple[OwedAggregate, ...]:
    """The aggregates of those ids; none for an organization that the catalogue has taken back."""
    if not ids:
        return ()
    owed: list[OwedAggregate] = []
    for duty in await repository.known_duties(connection, ids):
        tree = catalogue.tree(duty.cutoff_date)
        organization = tree.organizations.get(OrganizationId(duty.organization_id))
        if organization is None:
            continue
        standing = await repository.standing_of(
            connection,
            duty,
            province_id=organization.province_id,
            below=list(tree.subtree(organization.id)),
        )
        owed.append(OwedAggregate(duty, organization.parent_id, standing))
    return tuple(owed)
