"""Who takes part in the story of the API, and where."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass

import httpx

from shared.domain.organizations import OrganizationVersion
from shared.web.principals import Role
from tests.support.system import System
from tests.support.web import add_account, bearer_token, sign_in_as

COMMUNE = "25381"
"""Xã Tân Lập, huyện Đồng Phú."""


@dataclass(frozen=True)
class Cast:
    """Who takes part, each with a client of their own; `person` has a session."""

    commune: httpx.AsyncClient
    neighbour: httpx.AsyncClient
    district: httpx.AsyncClient
    signing_district: httpx.AsyncClient
    province: httpx.AsyncClient
    administrator: httpx.AsyncClient
    person: httpx.AsyncClient


@dataclass(frozen=True)
class Places:
    commune: OrganizationVersion
    neighbour: OrganizationVersion
    others: Sequence[OrganizationVersion]
    district: OrganizationVersion
    province: OrganizationVersion


def places_of(system: System) -> Places:
    province = system.province
    commune = next(each for each in province.communes if each.code == COMMUNE)
    siblings = [
        each
        for each in province.communes
        if each.parent_id == commune.parent_id and each.id != commune.id
    ]
    neighbour, *others = siblings
    return Places(commune, neighbour, others[:2], province.district_of(commune), province.province)


async def cast_of(system: System, places: Places, stack: AsyncExitStack) -> Cast:
    """Everybody signed in, for as long as `stack` is open."""

    async def client(token: str | None) -> httpx.AsyncClient:
        headers = {} if token is None else {"authorization": f"Bearer {token}"}
        made = httpx.AsyncClient(base_url=system.client.base_url, headers=headers, timeout=30)
        return await stack.enter_async_context(made)

    async def account(unit: OrganizationVersion, *roles: Role) -> str:
        made = await add_account(system.owner, roles=roles, organization_id=unit.id)
        return await bearer_token(system.owner, made)

    person = await client(None)
    officer = await add_account(
        system.owner, organization_id=places.commune.id, username="tan-lap.an"
    )
    await sign_in_as(person, system.owner, officer)
    tokens = system.province.tokens
    return Cast(
        commune=await client(tokens[places.commune.code]),
        neighbour=await client(tokens[places.neighbour.code]),
        district=await client(tokens[places.district.code]),
        signing_district=await client(await account(places.district, Role.SIGNER)),
        province=await client(tokens[places.province.code]),
        administrator=await client(await account(places.province, Role.ADMINISTRATOR)),
        person=person,
    )
