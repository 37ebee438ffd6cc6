"""When an answer stands: now, or at a position of the log with the catalogue known then."""

from dataclasses import dataclass
from datetime import datetime

from services.aggregator.releases.frozen import FrozenRelease
from services.aggregator.service import Aggregator
from shared.catalogue.catalogue import Catalogue
from shared.clock import Clock
from shared.db.engine import driver, snapshot
from shared.domain.time import in_vietnam
from shared.messaging.positions import (
    LogPlace,
    catalogue_number_at,
    newest_place,
    oldest_place,
    place_at,
    place_by,
)
from shared.web.as_of import before_log, beyond_log, in_future, read_as_of


@dataclass(frozen=True, slots=True)
class Moment:
    """What an answer may know. `place` None: now, as far as the consumer has come.

    `asked` is the position or instant that was asked for; `frozen` a release, at whose place the
    answer stands.
    """

    catalogue: Catalogue
    place: LogPlace | None = None
    asked: int | datetime | None = None
    frozen: FrozenRelease | None = None

    @property
    def is_now(self) -> bool:
        return self.place is None

    def now(self, clock: Clock) -> datetime:
        """By what time duties are judged: what was overdue then, not what is today."""
        if isinstance(self.asked, datetime):
            return self.asked
        return clock.now() if self.place is None else self.place.recorded_at

    def parameters(self) -> dict[str, str]:
        """The same moment, as an address of the API or of a page names it."""
        if self.frozen is not None:
            return {"release": str(self.frozen.release.id)}
        if isinstance(self.asked, datetime):
            return {"as_of": in_vietnam(self.asked).isoformat()}
        return {} if self.asked is None else {"as_of": str(self.asked)}


async def latest_moment(aggregator: Aggregator, *, parameter: str = "as_of") -> Moment:
    """The end of the log: what is known now, with its place.

    Raises:
        ValidationFailed: nothing was ever recorded.
    """
    async with snapshot(aggregator.engine) as connection:
        native = await driver(connection)
        place = await newest_place(native)
        if place is None:
            raise before_log(None, parameter=parameter)
        number = await catalogue_number_at(native, place.position)
    return Moment(await aggregator.catalogue.as_known(number), place)


async def moment_of(
    aggregator: Aggregator, as_of: str | None, *, local: bool = False, parameter: str = "as_of"
) -> Moment:
    """The moment that the parameter names; `local`: see `shared.web.as_of`.

    Raises:
        ValidationFailed: unreadable, in the future, or before anything was recorded.
    """
    if as_of is None:
        return Moment(await aggregator.catalogue.current())
    asked = read_as_of(as_of, local=local, parameter=parameter)
    place, number = await _place(aggregator, asked, parameter=parameter)
    return Moment(await aggregator.catalogue.as_known(number), place, asked)


async def _place(
    aggregator: Aggregator, asked: int | datetime, *, parameter: str
) -> tuple[LogPlace, int]:
    """The last place recorded by then, and the catalogue's number there."""
    async with snapshot(aggregator.engine) as connection:
        native = await driver(connection)
        if isinstance(asked, datetime):
            now = aggregator.clock.now()
            if asked > now:
                raise in_future(asked, now=now, parameter=parameter)
            place = await place_by(native, asked)
        else:
            newest = await newest_place(native)
            if newest is not None and asked > newest.position:
                raise beyond_log(asked, newest=newest.position, parameter=parameter)
            place = await place_at(native, asked)
        if place is None:
            oldest = await oldest_place(native)
            first = None if oldest is None else oldest.recorded_at
            raise before_log(first, parameter=parameter)
        return place, await catalogue_number_at(native, place.position)
