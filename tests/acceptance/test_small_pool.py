"""Every service works with the fewest connections that the settings allow."""

import asyncio
from typing import Any

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.settings import SMALLEST_POOL, Settings
from tests.support.province import FORM, PERIOD
from tests.support.system import System, running_system
from tests.support.waiting import until

READERS, MAILS = 40, 20


async def test_mails_go_out_while_many_read(engine: AsyncEngine, database_url: str) -> None:
    settings = Settings(
        demo=True, database_pool_size=SMALLEST_POOL, requests_per_minute_of_account=0
    )
    async with running_system(engine, database_url, settings=settings) as system:

        async def mails_went_out() -> bool:
            ledger = await system.analyst.get("/api/v1/reminders", state="sent", limit=str(MAILS))
            return len(ledger["items"]) == MAILS

        reading = [asyncio.create_task(_read(system)) for _ in range(READERS)]
        await until(mails_went_out)
        answers = await asyncio.gather(*reading)

    assert {each["expected"] for each in answers} == {len(system.province.communes)}


async def _read(system: System) -> Any:
    unit = system.province.province
    return await system.analyst.get(
        "/api/v1/completeness", form=FORM, period=PERIOD, organization=unit.code
    )
