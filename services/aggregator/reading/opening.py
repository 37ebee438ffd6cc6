"""Opens the figures that an answer is made of."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.aggregator.history.moments import Moment
from services.aggregator.history.past import PastFigures
from services.aggregator.reading.figures import FigureSource
from services.aggregator.reading.live import LiveFigures
from services.aggregator.service import Aggregator
from shared.db.engine import driver, snapshot


@asynccontextmanager
async def figures_of(aggregator: Aggregator, moment: Moment) -> AsyncIterator[FigureSource]:
    """The figures of one snapshot, for as long as the block lasts."""
    async with snapshot(aggregator.engine) as connection:
        native = await driver(connection)
        if moment.place is None:
            yield LiveFigures(native)
        else:
            yield PastFigures(native, catalogue=moment.catalogue, place=moment.place)
