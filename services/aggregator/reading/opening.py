"""Opens the figures that an answer is made of."""

from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from services.aggregator.history.moments import Moment
from services.aggregator.history.past import PastFigures
from services.aggregator.history.viewpoints import Viewpoint
from services.aggregator.reading.figures import FigureSource
from services.aggregator.reading.geography import AS_REPORTED, Geography
from services.aggregator.reading.live import LiveFigures
from services.aggregator.reading.redrawn import RedrawnFigures
from services.aggregator.reading.weighing import WeighedFigures, weighs
from services.aggregator.releases.frozen import FrozenFigures
from services.aggregator.service import Aggregator
from shared.db.engine import native_snapshot


def figures_seen(
    aggregator: Aggregator, view: Viewpoint
) -> AbstractAsyncContextManager[FigureSource]:
    """The figures as somebody looks at them: of the moment, in the tree."""
    return figures_of(aggregator, view.moment, geography=view.geography)


@asynccontextmanager
async def figures_of(
    aggregator: Aggregator, moment: Moment, *, geography: Geography = AS_REPORTED
) -> AsyncIterator[FigureSource]:
    """The figures of one snapshot, for as long as the block lasts."""
    async with native_snapshot(aggregator.engine) as connection:
        source: FigureSource = LiveFigures(connection)
        if moment.place is not None:
            source = PastFigures(connection, catalogue=moment.catalogue, place=moment.place)
        if moment.frozen is not None:
            source = FrozenFigures(source, moment.frozen)
        if weighs(moment.catalogue):
            source = WeighedFigures(source, catalogue=moment.catalogue)
        if geography.day is not None:
            source = RedrawnFigures(source, catalogue=moment.catalogue, day=geography.day)
        yield source
