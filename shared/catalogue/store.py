"""Loads packs into the database: all at once or not at all, appending and never updating."""

import hashlib
import json
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.catalogue.packs import Pack
from shared.catalogue.planning import Change, LoadPlan, Verb, plan_load
from shared.catalogue.repository import (
    add_change,
    add_documents,
    add_lineage,
    add_links,
    add_organization_versions,
    add_organizations,
    lock_for_loading,
    read_stored,
)
from shared.catalogue.stored import StoredEdge, StoredLink, StoredOrganization
from shared.clock import Clock
from shared.domain.identifiers import OrganizationId

VERB_NAMES: Mapping[Verb, str] = {
    Verb.ADDED: "thêm",
    Verb.CHANGED: "sửa",
    Verb.RETRACTED: "rút",
}


@dataclass(frozen=True, slots=True)
class CatalogueChange:
    """A change as the rest of the world hears of it."""

    number: int
    recorded_at: datetime
    summary: str


Announce = Callable[[AsyncConnection, CatalogueChange], Awaitable[None]]
"""Writes the event of a change in the transaction of the change."""

Advance = Callable[[int, int], None]
"""Hears how many rows of how many are written."""

ROWS_AT_ONCE = 2000


def unheard(_done: int, _total: int) -> None:
    """Few loads are long enough to be watched."""


async def load_packs(
    connection: AsyncConnection,
    packs: Iterable[Pack],
    *,
    clock: Clock,
    announce: Announce,
    advance: Advance = unheard,
) -> int:
    """Append what is new in `packs`; returns the number of the change that now holds.

    Runs in the caller's transaction. When the catalogue holds all of it already, nothing is
    written or announced and the number is that of the last change. Raises PacksRefused with every
    fault of the packs laid over what is stored.
    """
    await lock_for_loading(connection)
    stored = await read_stored(connection)
    plan = plan_load(stored, packs)
    if plan.is_empty:
        return stored.number
    change = CatalogueChange(stored.number + 1, clock.now(), summary_of(plan))
    await add_change(
        connection,
        number=change.number,
        recorded_at=change.recorded_at,
        summary=change.summary,
        digest=digest_of(plan),
    )
    await _append(connection, plan, number=change.number, advance=advance)
    await announce(connection, change)
    return change.number


async def _append(
    connection: AsyncConnection, plan: LoadPlan, *, number: int, advance: Advance
) -> None:
    new_ids = await add_organizations(connection, plan.new_organizations)
    ids = {OrganizationId(-index): given for index, given in enumerate(new_ids, start=1)}
    organizations = [_with_real_ids(change.value, ids=ids) for change in plan.organizations]
    edges = [_edge_with_real_ids(change.value, ids=ids) for change in plan.lineage]
    total = len(organizations) + len(edges)
    for start in range(0, len(organizations), ROWS_AT_ONCE):
        rows = organizations[start : start + ROWS_AT_ONCE]
        await add_organization_versions(connection, rows, number=number)
        advance(start + len(rows), total)
    for start in range(0, len(edges), ROWS_AT_ONCE):
        part = edges[start : start + ROWS_AT_ONCE]
        await add_lineage(connection, part, number=number)
        advance(len(organizations) + start + len(part), total)
    links = [_link_with_real_ids(change.value, ids=ids) for change in plan.links]
    await add_links(connection, links, number=number)
    await add_documents(connection, plan.documents, number=number)


def _with_real_ids(
    stored: StoredOrganization, *, ids: Mapping[OrganizationId, OrganizationId]
) -> StoredOrganization:
    version = stored.version
    parent_id = version.parent_id
    real = replace(
        version,
        id=ids.get(version.id, version.id),
        parent_id=None if parent_id is None else ids.get(parent_id, parent_id),
        province_id=ids.get(version.province_id, version.province_id),
    )
    return StoredOrganization(real, stored.retracted)


def _link_with_real_ids(
    stored: StoredLink, *, ids: Mapping[OrganizationId, OrganizationId]
) -> StoredLink:
    link = stored.link
    real = replace(
        link,
        reporter_id=ids.get(link.reporter_id, link.reporter_id),
        receiver_id=ids.get(link.receiver_id, link.receiver_id),
    )
    return replace(stored, link=real)


def _edge_with_real_ids(
    stored: StoredEdge, *, ids: Mapping[OrganizationId, OrganizationId]
) -> StoredEdge:
    edge = stored.edge
    real = replace(
        edge,
        source_id=ids.get(edge.source_id, edge.source_id),
        target_id=ids.get(edge.target_id, edge.target_id),
    )
    return replace(stored, edge=real)


def summary_of(plan: LoadPlan) -> str:
    """One line for people: the packs, and how many entries of each sort change how."""
    sorts: tuple[tuple[str, Iterable[Change[object]]], ...] = (
        ("đơn vị", plan.organizations),
        ("tuyến báo cáo", plan.links),
        ("quan hệ kế thừa", plan.lineage),
        ("tài liệu (chế độ, biểu mẫu, chỉ tiêu, lịch)", plan.documents),
    )
    parts = [
        f"{VERB_NAMES[verb]} {count} {sort}"
        for sort, changes in sorts
        for verb in Verb
        if (count := sum(change.verb is verb for change in changes))
    ]
    return f"{', '.join(plan.packs)}: {'; '.join(parts) or 'không có gì mới'}"


def digest_of(plan: LoadPlan) -> str:
    """SHA-256 over every row that the plan appends, to compare what two databases were given."""
    rows = [
        *([change.verb, asdict(change.value)] for change in plan.organizations),
        *([change.verb, asdict(change.value)] for change in plan.links),
        *([change.verb, asdict(change.value)] for change in plan.lineage),
        *([change.verb, change.value.model_dump(mode="json")] for change in plan.documents),
    ]
    canonical = json.dumps(rows, ensure_ascii=False, sort_keys=True, default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
