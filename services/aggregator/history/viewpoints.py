"""Who asks, and as of when: what every read of the aggregator begins with."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends

from services.aggregator.history.moments import Moment, moment_of
from services.aggregator.reading.geography import (
    AS_REPORTED,
    Geography,
    GeographyQuery,
    read_geography,
)
from services.aggregator.service import Aggregator
from shared.catalogue.catalogue import Catalogue
from shared.domain.time import vietnam_date
from shared.web.as_of import AsOfQuery
from shared.web.principals import Principal
from shared.web.scope import Scope


@dataclass(frozen=True, slots=True)
class When:
    """The parameters of an address that say as of when, and in which tree."""

    as_of: AsOfQuery = None
    geography: GeographyQuery = None


WhenDep = Annotated[When, Depends()]


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """`scope` is what the caller may see today, whenever the figures are of.

    `now` is the instant by which duties are judged: that of the moment.
    """

    moment: Moment
    scope: Scope
    now: datetime
    geography: Geography = AS_REPORTED

    @property
    def catalogue(self) -> Catalogue:
        return self.moment.catalogue

    @property
    def today(self) -> date:
        return vietnam_date(self.now)

    @property
    def marks(self) -> tuple[object, ...]:
        """What an answer depends on, beside its address and its position."""
        return self.catalogue.number, self.geography.day

    def parameters(self) -> dict[str, str]:
        """The same viewpoint, as an address names it."""
        return {**self.moment.parameters(), **self.geography.parameters()}


async def viewpoint(
    aggregator: Aggregator, principal: Principal, when: When, *, local: bool = False
) -> Viewpoint:
    """The caller's viewpoint; `local`: an instant without a zone is the time of Vietnam.

    Raises:
        ValidationFailed: the moment is unreadable, in the future, or before the log began; or the
            tree is none.
    """
    moment = await moment_of(aggregator, when.as_of, local=local)
    known = moment.catalogue if moment.is_now else await aggregator.catalogue.current()
    scope = aggregator.scope(principal, known=known)
    now = moment.now(aggregator.clock)
    geography = read_geography(when.geography, today=vietnam_date(now))
    return Viewpoint(moment, scope, now, geography)
