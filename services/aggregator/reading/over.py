"""A point of view on the figures over another one: what it does not see otherwise, it passes on."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from services.aggregator.reading.figures import AsOf, DutyRow, FigureSource, Rollup, StandingReport
from services.aggregator.shapes import Node, Sheaf
from services.aggregator.tracks import Track
from shared.domain.identifiers import OrganizationId, PeriodCode, RegimeCode


class FiguresOver:
    """A `FigureSource` that answers as `source` does. Made to be inherited from."""

    def __init__(self, source: FigureSource) -> None:
        self._source = source

    async def rollups(self, nodes: Iterable[Node], *, track: Track) -> dict[Node, Rollup]:
        return await self._source.rollups(nodes, track=track)

    async def position(self, nodes: Iterable[Node]) -> int:
        return await self._source.position(nodes)

    async def as_of(self, position: int) -> AsOf:
        return await self._source.as_of(position)

    async def duties(
        self, sheaf: Sheaf, *, organization_ids: Sequence[OrganizationId]
    ) -> dict[OrganizationId, DutyRow]:
        return await self._source.duties(sheaf, organization_ids=organization_ids)

    async def exclusions(
        self, sheaf: Sheaf, *, organization_ids: Sequence[OrganizationId]
    ) -> dict[OrganizationId, str]:
        return await self._source.exclusions(sheaf, organization_ids=organization_ids)

    async def closed_at(
        self, regime: RegimeCode, period: PeriodCode, *, province_id: OrganizationId
    ) -> datetime | None:
        return await self._source.closed_at(regime, period, province_id=province_id)

    async def reports(
        self, sheaf: Sheaf, *, organization_ids: Sequence[OrganizationId], track: Track
    ) -> Mapping[OrganizationId, StandingReport]:
        return await self._source.reports(sheaf, organization_ids=organization_ids, track=track)

    async def last_deadline_passed(self, sheaf: Sheaf, *, now: datetime) -> datetime | None:
        return await self._source.last_deadline_passed(sheaf, now=now)
