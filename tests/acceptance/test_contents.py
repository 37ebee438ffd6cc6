"""What lists say adds up to the province, what words say is never put together."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.upkeep.verify import verify
from shared.catalogue.catalogue import CatalogueReader
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.store import load_packs
from shared.db.engine import transaction
from shared.domain.organizations import OrganizationKind, OrganizationVersion
from shared.settings import Settings
from tests.support.intake_world import announce
from tests.support.system import System, running_system
from tests.support.waiting import until

FORM, PERIOD = "CD-DTC-01", "2025-Q2"
CLOSED_FOR = {OrganizationKind.WARD, OrganizationKind.TOWNSHIP}


@pytest.fixture
async def system(engine: AsyncEngine, database_url: str) -> AsyncIterator[System]:
    """The shipped regime that asks for words and lists is loaded while everything runs."""
    async with running_system(engine, database_url, settings=Settings(demo=True)) as made:
        async with transaction(engine) as connection:
            packs = read_packs(shipped_packs("regimes/slow-projects"))
            await load_packs(connection, packs, clock=made.clock, announce=announce)
        yield made


async def send(system: System, unit: OrganizationVersion, *, amounts: list[str]) -> None:
    """A report on four projects, of which so many are delayed."""
    entry = {"name": "Cầu", "disbursed": "0", "due": "2025-09-30", "cause": "land"}
    figures: dict[str, Any] = {"DA": {"1": 4, "2": 900, "3": 90}}
    if unit.kind not in CLOSED_FOR:
        figures["TL"] = {"1": 1, "2": 100, "3": 10}
    body = {
        "organization": unit.code,
        "form": FORM,
        "period": PERIOD,
        "figures": figures,
        "content": {
            "texts": {"DA": {"5": "delayed", "6": "2025-06-10"}},
            "lists": {"DS": [{**entry, "planned": each} for each in amounts]},
            "sections": {"I": "Đã họp.", "II": "Thiếu mặt bằng."},
        },
    }
    raw = json.dumps(body).encode()
    sent = await system.caller(unit).send(raw, key=f"{unit.code}-{FORM}")
    assert sent.status_code == 201, sent.text


async def cells(system: System, unit: OrganizationVersion) -> dict[tuple[str, str], Any]:
    answer = await system.analyst.get(
        "/api/v1/rollups", form=FORM, period=PERIOD, organization=unit.code
    )
    return {(each["row"], each["column"]): each["total"] for each in answer["cells"]}


async def test_lists_add_up_and_words_do_not(system: System, engine: AsyncEngine) -> None:
    province = system.province
    wards = [each for each in province.communes if each.kind in CLOSED_FOR]
    communes = [each for each in province.communes if each.kind not in CLOSED_FOR]

    async def asked() -> bool:
        path = f"/api/v1/obligations?period={PERIOD}&form={FORM}"
        items = (await system.caller(wards[0]).call("GET", path)).json()["items"]
        return len(items) == 1

    await until(asked)
    await send(system, wards[0], amounts=["1.5", "2"])
    await send(system, communes[0], amounts=["1000.5"])
    await send(system, communes[1], amounts=[])

    async def added() -> Any:
        found = await cells(system, province.province)
        return found if found["DA", "1"] == 12 else None

    found = await until(added)
    assert [found["CHAM", each] for each in "123"] == [3, 1004, 0]
    assert [found["TL", each] for each in "12"] == [2, 200]
    assert {found[row, each] for row in ("DA", "TL", "CHAM") for each in "567"} == {None}
    ward = await cells(system, wards[0])
    assert [ward["TL", each] for each in "1234"] == [None] * 4
    answer = await system.analyst.get(
        "/api/v1/indicators", form=FORM, period=PERIOD, organization=province.province.code
    )
    values = {each["code"]: each["value"] for each in answer["indicators"]}
    assert (values["CDDTC.SLOW"], values["CDDTC.SLOW_RATE"]) == (3, 25)
    verified = await verify(engine, catalogue=await CatalogueReader(engine).current())
    assert (verified.differences, verified.pending) == ((), ())
