"""Where the rows of docs/peers.md are tried out: a province after a working day."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from shared.catalogue.catalogue import CatalogueReader
from shared.catalogue.packs import SHIPPED_PACKS
from shared.domain.identifiers import OrganizationCode
from shared.domain.organizations import OrganizationVersion
from shared.web.principals import Role
from tests.acceptance.api_cast import Places, places_of
from tests.acceptance.api_story import ROW
from tests.acceptance.recording import Story
from tests.support.province import FORM, PERIOD, Caller
from tests.support.system import System
from tests.support.waiting import until
from tests.support.web import add_account, bearer_token, sign_in_as

RECEIVED = "II06A.RECEIVED"
FIGURES = {column: int(figure) for column, figure in ROW.items()}
RECEIVED_BY_ROW = FIGURES["4"] + FIGURES["5"] + FIGURES["6"]
WHY = "Số liệu đã được rà soát lại."
AFTER_THE_REFORM = datetime(2025, 7, 2, 2, tzinfo=UTC)


@dataclass(frozen=True)
class Desk:
    """`silent` are communes that had no part in the story, for tests that send; `browser` is that
    of an officer of the province.
    """

    told: Story
    places: Places
    silent: list[OrganizationVersion]
    browser: httpx.AsyncClient

    @property
    def system(self) -> System:
        return self.told.system

    @property
    def analyst(self) -> Caller:
        return self.system.analyst

    async def send(self, unit: OrganizationVersion, *, key: str, **members: Any) -> httpx.Response:
        body = {"organization": unit.code, "form": FORM, "period": PERIOD, **members}
        caller = self.system.caller(unit)
        return await caller.call("POST", "/api/v1/submissions", body=body, idempotency_key=key)

    async def duty_of(self, unit: OrganizationVersion) -> dict[str, Any]:
        found = await self.system.caller(unit).get("/api/v1/obligations", period=PERIOD)
        duty: dict[str, Any] = found["items"][0]
        return duty

    async def waiting_for(self, unit: OrganizationVersion, *, value: int) -> dict[str, Any]:
        """The files received, once they are as many."""

        async def look() -> Any:
            found = (await figures_of(self.analyst, unit.code))[RECEIVED]
            return found if found["value"] == value else None

        found: dict[str, Any] = await until(look)
        return found


@asynccontextmanager
async def desk_of(told: Story) -> AsyncIterator[Desk]:
    """For as long as the browser is open."""
    system, places = told.system, places_of(told.system)
    silent = [each for each in system.province.communes if each.parent_id != places.district.id]
    roles = (Role.ANALYST, Role.REVIEWER)
    officer = await add_account(system.owner, roles=roles, organization_id=places.province.id)
    async with httpx.AsyncClient(base_url=system.client.base_url, timeout=30) as browser:
        await sign_in_as(browser, system.owner, officer)
        yield Desk(told, places, silent, browser)


async def figures_of(caller: Caller, organization: str, **query: str) -> dict[str, Any]:
    """The indicators by their codes, and `as_of`."""
    answer = await caller.get(
        "/api/v1/indicators", **{"period": PERIOD, "organization": organization, **query}
    )
    return {each["code"]: each for each in answer["indicators"]} | {"as_of": answer["as_of"]}


async def administrator_of(desk: Desk) -> Caller:
    account = await add_account(
        desk.system.owner, roles=(Role.ADMINISTRATOR,), organization_id=desk.places.province.id
    )
    return Caller(desk.system.client, await bearer_token(desk.system.owner, account))


async def load_pack(administrator: Caller, folder: Path) -> None:
    """Over the API, as an administrator does."""
    loaded = await administrator.client.post(
        "/api/v1/catalogue",
        files=files_of(folder),
        headers={"authorization": f"Bearer {administrator.token}"},
    )
    assert loaded.status_code == 200, loaded.text


def files_of(folder: Path) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", (each.name, each.read_bytes())) for each in sorted(folder.glob("*.yaml"))]


async def analyst_after_the_reform(desk: Desk) -> Caller:
    """Loads what became of the communes, pack by pack, and goes on to the months after."""
    administrator, system = await administrator_of(desk), desk.system
    for name in ("dong-nai-until-2025", "dong-nai-2025", "dong-nai-lineage-2025"):
        await load_pack(administrator, SHIPPED_PACKS / "organizations" / name)
    system.clock.move_to(AFTER_THE_REFORM)
    known = await CatalogueReader(system.owner).current()
    province = known.organization_by_code(OrganizationCode("75"), on=system.clock.today())
    account = await add_account(system.owner, roles=(Role.ANALYST,), organization_id=province.id)
    analyst = Caller(system.client, await bearer_token(system.owner, account))

    async def is_known() -> bool:
        path = f"/api/v1/indicators?period={PERIOD}&organization=75&geography=as_now"
        answer = await analyst.call("GET", path)
        return answer.is_success and answer.json()["catalogue_number"] == known.number

    await until(is_known)
    return analyst
