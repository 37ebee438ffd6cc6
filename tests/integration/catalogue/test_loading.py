"""Packs in a real database: all at once or not at all, append-only, the same twice is nothing."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.catalogue.faults import CatalogueBehind, PacksRefused
from shared.catalogue.packs import Pack, find_packs, read_packs, shipped_packs
from shared.catalogue.repository import read_stored
from shared.catalogue.store import CatalogueChange, load_packs
from shared.clock import FixedClock
from shared.db.engine import snapshot, transaction
from shared.domain.identifiers import OrganizationCode, OrganizationId, RegimeCode
from tests.factories.packs import TWO_PROVINCES, copied_packs, demo_packs, spoil

NOW = datetime(2025, 6, 16, 1, 0, tzinfo=UTC)
CLOCK = FixedClock(NOW)
CUTOFF = date(2025, 6, 14)
UNITS = "organizations/binh-phuoc-2025/organizations.yaml"
FORM = "regimes/vpcp-kstt-ii06a/form-ii-06a.yaml"

CHAIN = """\
kind: chain
regime: VPCP-KSTT
assumption: true
valid_from: 2025-01-01
valid_until: 2025-06-30
links:
  - {reporter: "25216", receiver: "70"}
"""


async def load(engine: AsyncEngine, packs: Sequence[Pack]) -> tuple[int, list[CatalogueChange]]:
    """Load in one transaction; returns the number and what was announced."""
    announced: list[CatalogueChange] = []

    async def announce(connection: AsyncConnection, change: CatalogueChange) -> None:
        assert connection.in_transaction()
        announced.append(change)

    async with transaction(engine) as connection:
        number = await load_packs(connection, packs, clock=CLOCK, announce=announce)
    return number, announced


async def view(engine: AsyncEngine) -> Catalogue:
    async with snapshot(engine) as connection:
        return Catalogue.of(await read_stored(connection))


async def count(engine: AsyncEngine, table: str) -> int:
    async with snapshot(engine) as connection:
        return int((await connection.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one())


def unit_id(catalogue: Catalogue, code: str, *, on: date = CUTOFF) -> OrganizationId:
    return catalogue.organization_by_code(OrganizationCode(code), on=on).id


async def test_loading_the_demo_is_one_announced_change(engine: AsyncEngine) -> None:
    number, announced = await load(engine, demo_packs())
    assert number == 1
    assert [(change.number, change.recorded_at) for change in announced] == [(1, NOW)]
    assert "thêm 123 đơn vị" in announced[0].summary
    catalogue = await view(engine)
    assert catalogue.number == 1
    assert len(catalogue.tree(CUTOFF).organizations) == 123


async def test_what_was_loaded_reads_back_as_the_packs_say(engine: AsyncEngine) -> None:
    await load(engine, demo_packs())
    catalogue = await view(engine)
    commune = catalogue.organization_by_code(OrganizationCode("25216"), on=CUTOFF)
    assert (commune.name, commune.level) == ("Phường Thác Mơ", "commune")
    assert str(commune.latitude) == "11.849869"
    regime = catalogue.regime(RegimeCode("VPCP-KSTT"), on=CUTOFF)
    deadlines = catalogue.deadlines(regime, regime.period("2025-Q2"))
    assert deadlines["province"].date == date(2025, 6, 23)
    assert len(catalogue.form_by_slug("ii-06a", on=CUTOFF).input_cells) == 160
    assert len(catalogue.indicators_of(regime.forms[0], on=CUTOFF)) == 6


async def test_the_identifier_of_an_agency_is_kept_as_it_was_written(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    paths = copied_packs(tmp_path)
    first = '{code: "25216", level: commune, kind: ward, parent: "688"'
    spoil(tmp_path / UNITS, first, f'{first}, agency_code: "000.00.15.H10"')
    await load(engine, read_packs(paths))
    number, _ = await load(engine, read_packs(paths))

    catalogue = await view(engine)
    agencies = {each.agency_code for each in catalogue.tree(CUTOFF).organizations.values()}
    assert number == 1
    assert agencies == {"000.00.15.H10", None}


async def test_the_shipped_packs_loaded_twice_are_one_change(engine: AsyncEngine) -> None:
    packs = read_packs(find_packs())
    assert (await load(engine, packs))[0] == 1
    assert await load(engine, packs) == (1, [])
    assert await count(engine, "catalogue.change") == 1


async def test_a_change_appends_and_keeps_the_ids(engine: AsyncEngine, tmp_path: Path) -> None:
    await load(engine, demo_packs())
    before = await view(engine)
    folders = copied_packs(tmp_path)
    spoil(tmp_path / UNITS, 'name: "Phường Thác Mơ"', 'name: "Phường Thác Mơ Mới"')
    number, announced = await load(engine, read_packs(folders))
    after = await view(engine)
    assert number == 2
    assert "sửa 1 đơn vị" in announced[0].summary
    assert unit_id(after, "25216") == unit_id(before, "25216")
    assert after.tree(CUTOFF).get(unit_id(after, "25216")).name == "Phường Thác Mơ Mới"
    assert await count(engine, "catalogue.organization") == 123
    assert await count(engine, "catalogue.organization_version") == 124


async def test_a_renamed_unit_stays_itself_and_a_reused_code_is_another(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await load(engine, demo_packs())
    folders = copied_packs(tmp_path)
    (tmp_path / "organizations/binh-phuoc-2025/renamed.yaml").write_text(
        """\
kind: organizations
assumption: true
organizations:
  - {code: "25217", level: commune, kind: ward, parent: "688", name: "Phường Long Thủy Mới",
     valid_from: 2025-01-01, valid_until: 2025-03-31, continues_from: 2024-01-01}
  - {code: "25217", level: commune, kind: ward, parent: "688", name: "Phường Khác",
     valid_from: 2025-04-01, valid_until: 2025-06-30}
""",
        encoding="utf-8",
    )
    spoil(tmp_path / UNITS, '{code: "25217"', '{valid_until: 2024-12-31, code: "25217"')
    await load(engine, read_packs(folders))
    catalogue = await view(engine)
    first = unit_id(catalogue, "25217", on=date(2024, 6, 1))
    assert unit_id(catalogue, "25217", on=date(2025, 2, 1)) == first
    assert unit_id(catalogue, "25217", on=date(2025, 5, 1)) != first
    assert (await load(engine, read_packs(folders)))[1] == []


async def test_a_retracted_unit_is_gone_and_comes_back_as_itself(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await load(engine, demo_packs())
    own = unit_id(await view(engine), "25216")
    folders = copied_packs(tmp_path)
    spoil(tmp_path / UNITS, '{code: "25216"', '{retracted: true, code: "25216"')
    number, announced = await load(engine, read_packs(folders))
    assert "rút 1 đơn vị" in announced[0].summary
    assert len((await view(engine)).tree(CUTOFF).organizations) == 122
    assert await load(engine, read_packs(folders)) == (number, [])
    await load(engine, demo_packs())
    assert unit_id(await view(engine), "25216") == own


async def test_two_provinces_and_their_successor_share_codes_but_not_ids(
    engine: AsyncEngine,
) -> None:
    await load(engine, demo_packs())
    names = ("organizations/dong-nai-until-2025", "organizations/dong-nai-2025")
    number, _ = await load(engine, read_packs(shipped_packs(*names)))
    catalogue = await view(engine)
    assert number == 2
    assert len(catalogue.tree(date(2025, 6, 30)).organizations) == 123 + 171
    assert len(catalogue.tree(date(2025, 7, 1)).organizations) == 96
    old, new = (unit_id(catalogue, "75", on=date(2025, month, 1)) for month in (6, 7))
    assert old != new


async def test_a_pack_that_contradicts_what_is_stored_changes_nothing(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await load(engine, demo_packs())
    (folder,) = copied_packs(tmp_path, ["organizations/binh-phuoc-2025"])
    spoil(tmp_path / UNITS, "valid_from: 2024-01-01", "valid_from: 2024-02-01")
    with pytest.raises(PacksRefused) as refused:
        await load(engine, read_packs([folder]))
    assert {fault.code for fault in refused.value.faults} == {"overlapping_validity"}
    assert await count(engine, "catalogue.change") == 1


async def test_a_failed_announcement_takes_the_load_back(engine: AsyncEngine) -> None:
    async def announce(connection: AsyncConnection, change: CatalogueChange) -> None:
        raise ConnectionError

    with pytest.raises(ConnectionError):
        async with transaction(engine) as connection:
            await load_packs(connection, demo_packs(), clock=CLOCK, announce=announce)
    assert await count(engine, "catalogue.organization") == 0
    assert await count(engine, "catalogue.change") == 0


async def test_a_stored_version_of_a_form_keeps_its_cells(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await load(engine, demo_packs())
    folders = copied_packs(tmp_path)
    line = spoil(tmp_path / FORM, "{code: LV01,", "{code: LV99,")
    assert line
    with pytest.raises(PacksRefused) as refused:
        await load(engine, read_packs(folders))
    assert [fault.code for fault in refused.value.faults] == ["form_changed_in_place"]
    spoil(tmp_path / FORM, "{code: LV99,", "{code: LV01,")
    spoil(tmp_path / FORM, "label: Hộ tịch", "label: Hộ tịch (mới)")
    assert (await load(engine, read_packs(folders)))[0] == 2


async def test_the_chain_goes_before_the_tree(engine: AsyncEngine, tmp_path: Path) -> None:
    folders = copied_packs(tmp_path)
    (tmp_path / "regimes/vpcp-kstt-ii06a/chain.yaml").write_text(CHAIN, encoding="utf-8")
    await load(engine, read_packs(folders))
    catalogue = await view(engine)
    regime = RegimeCode("VPCP-KSTT")
    linked, other = unit_id(catalogue, "25216"), unit_id(catalogue, "25217")
    province, district = unit_id(catalogue, "70"), unit_id(catalogue, "688")
    assert catalogue.receiver(linked, regime=regime, on=CUTOFF) == province
    assert catalogue.receiver(other, regime=regime, on=CUTOFF) == district
    assert catalogue.receiver(province, regime=regime, on=CUTOFF) is None
    assert linked in catalogue.reporters_to(province, on=CUTOFF)
    assert linked not in catalogue.reporters_to(district, on=CUTOFF)
    assert other in catalogue.reporters_to(district, on=CUTOFF)
    assert linked not in catalogue.reporters_to(province, on=date(2024, 12, 31))
    assert (await load(engine, read_packs(folders)))[1] == []


async def test_two_loads_at_once_follow_one_another(engine: AsyncEngine) -> None:
    results = await asyncio.gather(*(load(engine, demo_packs()) for _ in range(3)))
    assert [number for number, _ in results] == [1, 1, 1]
    assert sum(len(announced) for _, announced in results) == 1


async def test_a_reader_sees_a_change_within_a_second(engine: AsyncEngine) -> None:
    seconds = 0.0
    reader = CatalogueReader(engine, seconds=lambda: seconds)
    assert (await reader.current()).number == 0
    await load(engine, demo_packs())
    seconds = 0.5
    assert (await reader.current()).number == 0
    seconds = 1.0
    catalogue = await reader.current()
    assert catalogue.number == 1
    seconds = 2.0
    assert await reader.current() is catalogue


async def test_a_reader_that_is_asked_for_a_change_reads_it_at_once(engine: AsyncEngine) -> None:
    reader = CatalogueReader(engine, seconds=lambda: 0.0)
    assert (await reader.current()).number == 0
    await load(engine, demo_packs())
    assert (await reader.at_least(0)).number == 0
    assert (await reader.at_least(1)).number == 1
    with pytest.raises(CatalogueBehind):
        await reader.current(minimum=2)


async def test_the_catalogue_is_read_as_it_was_known_after_any_change(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    await load(engine, demo_packs())
    folders = copied_packs(tmp_path)
    spoil(tmp_path / UNITS, 'name: "Phường Thác Mơ"', 'name: "Phường Thác Mơ Mới"')
    await load(engine, read_packs(folders))
    reader = CatalogueReader(engine)

    async def name_at(number: int) -> str:
        known = await reader.as_known(number)
        assert known.number == number
        return known.tree(CUTOFF).get(unit_id(known, "25216")).name

    assert [await name_at(number) for number in (1, 2)] == ["Phường Thác Mơ", "Phường Thác Mơ Mới"]
    assert await reader.as_known(1) is await reader.as_known(1)
    assert not (await reader.as_known(0)).organizations
    with pytest.raises(CatalogueBehind):
        await reader.as_known(3)


@pytest.mark.parametrize("service", ["intake", "aggregator", "notifier"])
async def test_every_service_may_read_the_catalogue(
    engine: AsyncEngine, database_url: str, service: str
) -> None:
    await load(engine, demo_packs())
    async with transaction(engine) as connection:
        await connection.execute(text(f"SET LOCAL ROLE tonghop_{service}"))
        assert (await read_stored(connection)).number == 1


async def test_lineage_is_read_back_as_it_was_loaded(engine: AsyncEngine) -> None:
    packs = read_packs(shipped_packs(*TWO_PROVINCES, "organizations/dong-nai-lineage-2025"))
    number, _ = await load(engine, packs)
    again, announced = await load(engine, packs)
    assert (number, again, announced) == (1, 1, [])
    catalogue = await view(engine)
    province = unit_id(catalogue, "75", on=date(2025, 7, 1))
    assert len(catalogue.lineage) == 2 + 22 + 271
    assert len(catalogue.predecessors([province], on=date(2025, 7, 1))) == 24
    assert not catalogue.predecessors([province], on=date(2025, 6, 30))
