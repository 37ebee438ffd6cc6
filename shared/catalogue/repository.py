"""The tables of the schema `catalogue`: reads the newest row of each entry, appends rows."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import Row, TextClause, text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.catalogue.entries import DOCUMENT_MODELS, document_kind
from shared.catalogue.planning import Change, Verb
from shared.catalogue.schemas import DocumentModel
from shared.catalogue.stored import Stored, StoredEdge, StoredLink, StoredOrganization
from shared.db.locks import AdvisoryLock
from shared.domain.chains import ChainLink
from shared.domain.identifiers import OrganizationCode, OrganizationId, RegimeCode
from shared.domain.lineage import LineageEdge, LineageKind
from shared.domain.organizations import OrganizationKind, OrganizationVersion

NEWEST_NUMBER = text("SELECT coalesce(max(number), 0) FROM catalogue.change")
# Loads follow one another; readers are not held up. The role of intake may not lock tables.
ONE_LOAD_AT_A_TIME = text(f"SELECT pg_advisory_xact_lock({AdvisoryLock.CATALOGUE_LOAD:d})")
NEWEST_ORGANIZATIONS = text("""
    SELECT DISTINCT ON (organization_id, valid_from)
           organization_id, code, name, kind, level, parent_id, province_id, valid_from, valid_to,
           email, phone, contact_name, latitude, longitude, search_key, sort_key, agency_code,
           retracted
    FROM catalogue.organization_version
    WHERE change_number <= :number
    ORDER BY organization_id, valid_from, change_number DESC
""")
NEWEST_LINKS = text("""
    SELECT DISTINCT ON (regime, reporter_id, valid_from)
           regime, reporter_id, receiver_id, valid_from, valid_to, retracted
    FROM catalogue.chain_link
    WHERE change_number <= :number
    ORDER BY regime, reporter_id, valid_from, change_number DESC
""")
NEWEST_DOCUMENTS = text("""
    SELECT DISTINCT ON (kind, code, valid_from) kind, document::text AS document
    FROM catalogue.document
    WHERE change_number <= :number
    ORDER BY kind, code, valid_from, change_number DESC
""")
NEWEST_LINEAGE = text("""
    SELECT DISTINCT ON (source_id, target_id, effective_on)
           source_id, target_id, effective_on, kind, legal_basis, weight, weight_basis, retracted
    FROM catalogue.lineage
    WHERE change_number <= :number
    ORDER BY source_id, target_id, effective_on, change_number DESC
""")
ADD_CHANGE = text("""
    INSERT INTO catalogue.change (number, recorded_at, summary, digest)
    VALUES (:number, :recorded_at, :summary, :digest)
""")
ADD_ORGANIZATIONS = text("""
    INSERT INTO catalogue.organization
    SELECT FROM generate_series(1, :count)
    RETURNING id
""")
ADD_ORGANIZATION_VERSION = text("""
    INSERT INTO catalogue.organization_version
        (organization_id, valid_from, change_number, valid_to, retracted, code, name, kind, level,
         parent_id, province_id, email, phone, contact_name, latitude, longitude, search_key,
         sort_key, agency_code)
    VALUES
        (:organization_id, :valid_from, :change_number, :valid_to, :retracted, :code, :name, :kind,
         :level, :parent_id, :province_id, :email, :phone, :contact_name, :latitude, :longitude,
         :search_key, :sort_key, :agency_code)
""")
ADD_LINK = text("""
    INSERT INTO catalogue.chain_link
        (regime, reporter_id, valid_from, change_number, valid_to, retracted, receiver_id)
    VALUES
        (:regime, :reporter_id, :valid_from, :change_number, :valid_to, :retracted, :receiver_id)
""")
ADD_EDGE = text("""
    INSERT INTO catalogue.lineage
        (source_id, target_id, effective_on, change_number, retracted, kind, legal_basis, weight,
         weight_basis)
    VALUES
        (:source_id, :target_id, :effective_on, :change_number, :retracted, :kind, :legal_basis,
         :weight, :weight_basis)
""")
ADD_DOCUMENT = text("""
    INSERT INTO catalogue.document
        (kind, code, valid_from, change_number, valid_to, retracted, version, document)
    VALUES
        (:kind, :code, :valid_from, :change_number, :valid_to, :retracted, :version,
         CAST(:document AS jsonb))
""")

DOCUMENTS: Mapping[str, TypeAdapter[DocumentModel]] = {
    kind: TypeAdapter(model) for kind, model in DOCUMENT_MODELS.items()
}


async def newest_number(connection: AsyncConnection) -> int:
    """The number of the last change; 0 if nothing was ever loaded."""
    return int((await connection.execute(NEWEST_NUMBER)).scalar_one())


async def lock_for_loading(connection: AsyncConnection) -> None:
    """Wait until no other transaction loads, and let none begin before this one ends."""
    await connection.execute(ONE_LOAD_AT_A_TIME)


async def read_stored(connection: AsyncConnection, *, number: int | None = None) -> Stored:
    """The whole catalogue as of change `number`, by default the last one.

    Several statements: call it in a snapshot, or under the lock.
    """
    known = await newest_number(connection) if number is None else number

    async def rows(statement: TextClause) -> Iterable[Row[Any]]:
        return await connection.execute(statement, {"number": known})

    return Stored(
        number=known,
        organizations=tuple(map(_organization, await rows(NEWEST_ORGANIZATIONS))),
        links=tuple(map(_link, await rows(NEWEST_LINKS))),
        documents=tuple(map(_document, await rows(NEWEST_DOCUMENTS))),
        lineage=tuple(map(_edge, await rows(NEWEST_LINEAGE))),
    )


async def add_change(
    connection: AsyncConnection, *, number: int, recorded_at: datetime, summary: str, digest: str
) -> None:
    """Append the change that the rows of one load refer to."""
    await connection.execute(
        ADD_CHANGE,
        {"number": number, "recorded_at": recorded_at, "summary": summary, "digest": digest},
    )


async def add_organizations(connection: AsyncConnection, count: int) -> list[OrganizationId]:
    """New surrogate ids, in rising order."""
    rows = await connection.execute(ADD_ORGANIZATIONS, {"count": count})
    return sorted(OrganizationId(row.id) for row in rows)


async def add_organization_versions(
    connection: AsyncConnection, rows: Iterable[StoredOrganization], *, number: int
) -> None:
    """Append versions of organizations."""
    versions = [_organization_row(row) for row in rows]
    await _add(connection, ADD_ORGANIZATION_VERSION, rows=versions, number=number)


async def add_links(
    connection: AsyncConnection, rows: Iterable[StoredLink], *, number: int
) -> None:
    """Append chain links."""
    await _add(connection, ADD_LINK, rows=[_link_row(row) for row in rows], number=number)


async def add_lineage(
    connection: AsyncConnection, rows: Iterable[StoredEdge], *, number: int
) -> None:
    """Append edges between organizations."""
    await _add(connection, ADD_EDGE, rows=[_edge_row(row) for row in rows], number=number)


async def add_documents(
    connection: AsyncConnection, changes: Iterable[Change[DocumentModel]], *, number: int
) -> None:
    """Append documents."""
    documents = [_document_row(change) for change in changes]
    await _add(connection, ADD_DOCUMENT, rows=documents, number=number)


async def _add(
    connection: AsyncConnection,
    statement: TextClause,
    *,
    rows: Sequence[dict[str, Any]],
    number: int,
) -> None:
    if rows:
        await connection.execute(statement, [{**row, "change_number": number} for row in rows])


def _organization(row: Row[Any]) -> StoredOrganization:
    version = OrganizationVersion(
        id=OrganizationId(row.organization_id),
        code=OrganizationCode(row.code),
        name=row.name,
        kind=OrganizationKind(row.kind),
        level=row.level,
        parent_id=row.parent_id,
        province_id=OrganizationId(row.province_id),
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        email=row.email,
        phone=row.phone,
        contact_name=row.contact_name,
        latitude=row.latitude,
        longitude=row.longitude,
        search_key=row.search_key,
        sort_key=row.sort_key,
        agency_code=row.agency_code,
    )
    return StoredOrganization(version, row.retracted)


def _organization_row(stored: StoredOrganization) -> dict[str, Any]:
    version = stored.version
    names = (
        "valid_from", "valid_to", "code", "name", "level", "parent_id", "province_id", "email",
        "phone", "contact_name", "latitude", "longitude", "search_key", "sort_key",
        "agency_code",
    )  # fmt: skip
    return {
        **{name: getattr(version, name) for name in names},
        "organization_id": version.id,
        "kind": version.kind.value,
        "retracted": stored.retracted,
    }


def _link(row: Row[Any]) -> StoredLink:
    link = ChainLink(
        OrganizationId(row.reporter_id),
        OrganizationId(row.receiver_id),
        row.valid_from,
        row.valid_to,
    )
    return StoredLink(RegimeCode(row.regime), link, row.retracted)


def _link_row(stored: StoredLink) -> dict[str, Any]:
    link = stored.link
    return {
        "regime": stored.regime,
        "reporter_id": link.reporter_id,
        "receiver_id": link.receiver_id,
        "valid_from": link.valid_from,
        "valid_to": link.valid_to,
        "retracted": stored.retracted,
    }


def _edge(row: Row[Any]) -> StoredEdge:
    edge = LineageEdge(
        source_id=OrganizationId(row.source_id),
        target_id=OrganizationId(row.target_id),
        effective_on=row.effective_on,
        kind=LineageKind(row.kind),
        legal_basis=row.legal_basis,
        weight=row.weight,
        weight_basis=row.weight_basis,
    )
    return StoredEdge(edge, row.retracted)


def _edge_row(stored: StoredEdge) -> dict[str, Any]:
    edge = stored.edge
    return {
        "source_id": edge.source_id,
        "target_id": edge.target_id,
        "effective_on": edge.effective_on,
        "kind": edge.kind.value,
        "legal_basis": edge.legal_basis,
        "weight": edge.weight,
        "weight_basis": edge.weight_basis,
        "retracted": stored.retracted,
    }


def _document(row: Row[Any]) -> DocumentModel:
    return DOCUMENTS[row.kind].validate_json(row.document)


def _document_row(change: Change[DocumentModel]) -> dict[str, Any]:
    model = change.value
    return {
        "kind": document_kind(model),
        "code": model.code,
        "valid_from": model.valid_from,
        "valid_to": model.valid_to,
        "retracted": change.verb is Verb.RETRACTED,
        "version": model.version,
        "document": model.model_dump_json(exclude_defaults=True),
    }
