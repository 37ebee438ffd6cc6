"""What the features of the aggregator share. `build` is the only place where it is put together."""

from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.consuming.handler import AggregatorHandler
from services.aggregator.stream.open_streams import OpenStreams
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.clock import Clock
from shared.web.principals import Principal
from shared.web.scope import Scope, scope_of

CONSUMER_GROUP = "aggregator"


@dataclass(frozen=True, slots=True)
class Aggregator:
    """`engine` acts as the role tonghop_aggregator. `handler` is what the consuming loop drives.

    `simulated`: the figures of this world are made up, and whatever leaves it says so.
    """

    engine: AsyncEngine
    catalogue: CatalogueReader
    clock: Clock
    handler: AggregatorHandler
    simulated: bool = False
    streams: OpenStreams = field(default_factory=OpenStreams)

    def scope(self, principal: Principal, *, known: Catalogue) -> Scope:
        """What the caller may see today."""
        return scope_of(principal, known, on=self.clock.today())


def build(
    *,
    engine: AsyncEngine,
    catalogue: CatalogueReader,
    clock: Clock,
    simulated: bool = False,
    streams_of_account: int = 0,
) -> Aggregator:
    """The service on its adapters. Nothing is opened here."""
    return Aggregator(
        engine=engine,
        catalogue=catalogue,
        clock=clock,
        handler=AggregatorHandler(catalogue),
        simulated=simulated,
        streams=OpenStreams(streams_of_account),
    )
