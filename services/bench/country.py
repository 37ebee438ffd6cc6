"""A country for the measurements of the aggregator: provinces, districts and communes by number."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import count
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from services.catalogue_events import announce_change
from services.demo.history import DEMO_START
from services.intake import service as intake_service
from services.intake.obligations.use_cases import keep_obligations
from shared.catalogue.catalogue import CatalogueReader
from shared.catalogue.entries import Item
from shared.catalogue.packs import Pack, read_packs, shipped_packs
from shared.catalogue.schemas import OrganizationModel, PackFile
from shared.catalogue.store import load_packs
from shared.clock import FixedClock
from shared.db.engine import transaction
from shared.domain.organizations import OrganizationKind

VALID_FROM = date(2024, 1, 1)
PACKS = ("calendars/vietnam", "regimes/vpcp-kstt-ii06a")


@dataclass(frozen=True, slots=True)
class CountrySize:
    """The default is the size of Vietnam before July 2025: 10,000 communes."""

    provinces: int = 34
    districts: int = 12
    communes: int = 25

    @property
    def units(self) -> int:
        """How many communes there are in all."""
        return self.provinces * self.districts * self.communes


async def make_country(engine: AsyncEngine, size: CountrySize) -> None:
    """Fill a migrated database; its obligations are in the log."""
    clock = FixedClock(DEMO_START)
    async with transaction(engine) as connection:
        packs = [_pack(size), *read_packs(shipped_packs(*PACKS))]
        await load_packs(connection, packs, clock=clock, announce=announce_change)
    intake = intake_service.build(
        engine=engine, catalogue=CatalogueReader(engine), clock=clock, hint=lambda: None
    )
    await keep_obligations(intake)


def _pack(size: CountrySize) -> Pack:
    return Pack(
        manifest=PackFile(kind="pack", name="bench/country", title="Đất nước để đo"),
        folder=Path("bench/country"),
        organizations=tuple(Item(each) for each in _organizations(size)),
        links=(),
        lineage=(),
        documents=(),
    )


def _organizations(size: CountrySize) -> Iterator[OrganizationModel]:
    """Codes have two, three and five digits, as those of real units do."""
    districts, communes = count(1), count(1)
    for number in range(1, size.provinces + 1):
        province = f"{number:02}"
        yield _unit(province, OrganizationKind.PROVINCE, parent=None)
        for district in (f"{next(districts):03}" for _ in range(size.districts)):
            yield _unit(district, OrganizationKind.DISTRICT, parent=province)
            for commune in (f"{next(communes):05}" for _ in range(size.communes)):
                yield _unit(commune, OrganizationKind.COMMUNE, parent=district)


def _unit(code: str, kind: OrganizationKind, *, parent: str | None) -> OrganizationModel:
    return OrganizationModel(
        code=code, name=code, kind=kind, level=kind.value, parent=parent, valid_from=VALID_FROM
    )
