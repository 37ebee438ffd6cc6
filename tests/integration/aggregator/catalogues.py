"""What `CatalogueReader` gives, without a database."""

from shared.catalogue.catalogue import Catalogue
from tests.integration.aggregator.world import make_catalogue


class CatalogueInMemory:
    """`catalogue` is the one that holds now, and may be replaced.

    `older` are those that were known before, by number.
    """

    def __init__(self, catalogue: Catalogue | None = None) -> None:
        self.catalogue = catalogue or make_catalogue()
        self.older: dict[int, Catalogue] = {}

    async def as_known(self, number: int) -> Catalogue:
        return self.older.get(number, self.catalogue)

    async def current(self, *, minimum: int = 0) -> Catalogue:
        return self.catalogue

    async def at_least(self, number: int) -> Catalogue:
        assert self.catalogue.number >= number
        return self.catalogue
