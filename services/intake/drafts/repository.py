"""Drafts: what was typed so far, as typed. One row for each obligation and typing organization.

It is the sender's, or that of the receiver who enters for the sender: neither reads the other's.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.intake.connections import Connection
from services.intake.reports.documents import document_of, document_text
from shared.db.engine import read_json, write_json
from shared.domain.documents import Document
from shared.domain.drafts import DraftAct, DraftState
from shared.domain.identifiers import AccountId, ObligationId, OrganizationId

RawFigures = Mapping[str, Mapping[str, str]]
"""Row → column → the text of the cell as it was typed."""

RawWords = Mapping[str, Any]
"""What is said besides figures, as typed: `texts`, `lists` and `sections`."""

NO_DRAFT = 0
"""The version to name when a first draft is saved."""

READ = """
SELECT version, figures, nothing_to_report, explanations, updated_at, state, document, reason,
       prepared_by_name, prepared_at, hand_back_reason, content
FROM intake.draft WHERE obligation_id = $1 AND organization_id = $2
"""

CREATE = """
INSERT INTO intake.draft (
    obligation_id, organization_id, version, figures, nothing_to_report, explanations, document,
    updated_by, updated_at, content)
VALUES ($1, $2, 1, $3::jsonb, $4, $5::jsonb, $6::jsonb, $7, $8, $9::jsonb)
ON CONFLICT (obligation_id, organization_id) DO NOTHING
RETURNING version
"""

REPLACE = """
UPDATE intake.draft
SET version = version + 1, figures = $3::jsonb, nothing_to_report = $4,
    explanations = $5::jsonb, document = coalesce($6::jsonb, document), updated_by = $7,
    updated_at = $8, content = coalesce($9::jsonb, content)
WHERE obligation_id = $1 AND organization_id = $2 AND version = $10
RETURNING version
"""

LAY_BEFORE_SIGNER = """
UPDATE intake.draft
SET version = version + 1, state = 'awaiting_signature', explanations = $4::jsonb,
    document = $5::jsonb, reason = $6, prepared_by_name = $7, prepared_at = $8,
    hand_back_reason = NULL
WHERE obligation_id = $1 AND organization_id = $2 AND version = $3
RETURNING version
"""

REOPEN = """
UPDATE intake.draft
SET version = version + 1, state = 'draft', hand_back_reason = $4
WHERE obligation_id = $1 AND organization_id = $2 AND version = $3
RETURNING version
"""

RECORD_ACT = """
INSERT INTO log.draft_act (obligation_id, verb, actor_id, actor_name, at, reason)
VALUES ($1, $2, $3, $4, $5, $6)
"""

READ_ACTS = """
SELECT verb, actor_name, at, reason FROM log.draft_act WHERE obligation_id = $1 ORDER BY id
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is kept of a report before it is sent.

    `prepared_by_name` and `prepared_at` tell who sent it for signature last, `hand_back_reason` why
    the signer handed it back; None where that did not happen. `reason` is that of a correction.
    """

    version: int
    figures: RawFigures
    nothing_to_report: bool
    explanations: Mapping[str, str]
    updated_at: datetime | None
    state: DraftState = DraftState.DRAFT
    document: Document = field(default_factory=Document)
    reason: str | None = None
    prepared_by_name: str | None = None
    prepared_at: datetime | None = None
    hand_back_reason: str | None = None
    words: RawWords | None = None


@dataclass(frozen=True, slots=True)
class DraftContent:
    """What an officer wants kept. `document` and `words` None leave that part as it is."""

    figures: RawFigures
    nothing_to_report: bool
    explanations: Mapping[str, str]
    document: Document | None = None
    words: RawWords | None = None


@dataclass(frozen=True, slots=True)
class RecordedDraftAct:
    """Something that was done with a draft."""

    verb: DraftAct
    actor_name: str
    at: datetime
    reason: str | None


async def read_draft(
    connection: Connection, obligation_id: ObligationId, *, by: OrganizationId
) -> Draft | None:
    """The draft of the organization that types, None if nothing is kept."""
    row = await connection.fetchrow(READ, obligation_id, by)
    return None if row is None else _draft(row)


async def save_draft(
    connection: Connection,
    obligation_id: ObligationId,
    *,
    content: DraftContent,
    replaces: int,
    organization_id: OrganizationId,
    by: AccountId,
    at: datetime,
) -> int | None:
    """The new version; None if the draft is no longer at version `replaces`."""
    values = (
        obligation_id,
        organization_id,
        write_json(content.figures),
        content.nothing_to_report,
        write_json(dict(content.explanations)),
        None if content.document is None else document_text(content.document) or "{}",
        by,
        at,
        None if content.words is None else write_json(content.words),
    )
    if replaces == NO_DRAFT:
        created: int | None = await connection.fetchval(CREATE, *values)
        return created
    replaced: int | None = await connection.fetchval(REPLACE, *values, replaces)
    return replaced


async def lay_before_signer(
    connection: Connection,
    obligation_id: ObligationId,
    *,
    draft: Draft,
    organization_id: OrganizationId,
) -> int | None:
    """Stores what the preparer says of the draft; None if it is no longer at its version."""
    version: int | None = await connection.fetchval(
        LAY_BEFORE_SIGNER,
        obligation_id,
        organization_id,
        draft.version,
        write_json(dict(draft.explanations)),
        document_text(draft.document),
        draft.reason,
        draft.prepared_by_name,
        draft.prepared_at,
    )
    return version


async def reopen(
    connection: Connection,
    obligation_id: ObligationId,
    *,
    organization_id: OrganizationId,
    version: int,
    hand_back_reason: str | None,
) -> int | None:
    """The new version; None if the draft is no longer at `version`."""
    reopened: int | None = await connection.fetchval(
        REOPEN, obligation_id, organization_id, version, hand_back_reason
    )
    return reopened


async def record_act(
    connection: Connection, obligation_id: ObligationId, *, act: RecordedDraftAct, by: AccountId
) -> None:
    """Adds the act to what is never changed."""
    await connection.execute(
        RECORD_ACT, obligation_id, act.verb.value, by, act.actor_name, act.at, act.reason
    )


async def read_draft_acts(
    connection: Connection, obligation_id: ObligationId
) -> tuple[RecordedDraftAct, ...]:
    """All acts on the sender's drafts, oldest first."""
    rows = await connection.fetch(READ_ACTS, obligation_id)
    return tuple(RecordedDraftAct(**{**row, "verb": DraftAct(row["verb"])}) for row in rows)


async def delete_draft(
    connection: Connection,
    obligation_id: ObligationId,
    *,
    organization_id: OrganizationId,
    version: int,
) -> None:
    """Forgets the draft, unless somebody typed on meanwhile."""
    await connection.execute(
        "DELETE FROM intake.draft"
        " WHERE obligation_id = $1 AND organization_id = $2 AND version = $3",
        obligation_id,
        organization_id,
        version,
    )


def _draft(row: Mapping[str, Any]) -> Draft:
    return Draft(
        version=row["version"],
        figures=read_json(row["figures"]),
        nothing_to_report=row["nothing_to_report"],
        explanations=read_json(row["explanations"]),
        updated_at=row["updated_at"],
        state=DraftState(row["state"]),
        document=document_of(row["document"]),
        reason=row["reason"],
        prepared_by_name=row["prepared_by_name"],
        prepared_at=row["prepared_at"],
        hand_back_reason=row["hand_back_reason"],
        words=None if row["content"] is None else read_json(row["content"]),
    )
