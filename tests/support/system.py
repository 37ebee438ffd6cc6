"""The three services in this process, at an address of this machine, with a clock in hand."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from services.all_in_one import serve
from services.parts import ServiceName
from shared.clock import FixedClock
from shared.domain.organizations import OrganizationVersion
from shared.runtime import listen
from shared.settings import Settings
from tests.support.province import EVE, FORM, PERIOD, Caller, Province, found_province
from tests.support.waiting import until

ANSWER_TIMEOUT_SECONDS = 30


@dataclass(frozen=True)
class System:
    """All of tonghop on a real PostgreSQL, and what a test needs to use it as its users do."""

    owner: AsyncEngine
    province: Province
    clock: FixedClock
    client: httpx.AsyncClient

    def caller(self, unit: OrganizationVersion) -> Caller:
        return Caller(self.client, self.province.tokens[unit.code])

    @property
    def analyst(self) -> Caller:
        """Reads everything in the province."""
        return self.caller(self.province.province)


@asynccontextmanager
async def running_system(
    owner: AsyncEngine, database_url: str, *, settings: Settings
) -> AsyncIterator[System]:
    """Founds the province and serves it for the length of the block; begins when all is quiet."""
    province, clock = await found_province(owner), FixedClock(EVE)
    stop, listening = asyncio.Event(), listen("127.0.0.1", 0)
    serving = asyncio.create_task(
        serve(
            settings,
            database_url,
            names=tuple(ServiceName),
            clock=clock,
            on=listening,
            stop=stop,
        )
    )
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    try:
        async with httpx.AsyncClient(base_url=address, timeout=ANSWER_TIMEOUT_SECONDS) as client:
            system = System(owner=owner, province=province, clock=clock, client=client)
            await until(lambda: _all_duties_are_counted(system))
            yield system
    finally:
        stop.set()
        assert await serving == 0


async def _all_duties_are_counted(system: System) -> bool:
    """The obligations have gone the whole way from the log to the sums."""
    unit = system.province.province
    answer = await system.analyst.get(
        "/api/v1/completeness", form=FORM, period=PERIOD, organization=unit.code
    )
    return bool(answer["expected"] == len(system.province.communes))
