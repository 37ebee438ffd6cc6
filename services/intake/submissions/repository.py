"""What a submission reads and writes: one statement each, on asyncpg's own connection.

The report row is locked before the event is inserted, so that for one report the order of event ids
is the order of commits. The statement changes nothing when the report, its duty or the period has
moved on meanwhile: whoever excludes a duty or closes a period holds the duty for it.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from services.intake.comparing import Compared
from services.intake.connections import Connection
from services.intake.places import Place
from services.intake.reports.documents import document_text
from services.intake.reports.rows import (
    Row,
    StoredVersion,
    obligation_of,
    report_of,
    version_of,
)
from shared.db.engine import read_json, write_plain_json
from shared.domain.documents import Document
from shared.domain.figures import Figures
from shared.domain.obligations import Obligation
from shared.domain.reports import Report
from shared.web.authentication import principal_of
from shared.web.principals import Principal

READ_CONTEXT = """
SELECT o.id AS obligation_id, o.organization_id, o.province_id, o.regime, o.form, o.period,
       o.receiver_id, o.cutoff_date, o.deadline, o.original_deadline,
       o.state AS obligation_state,
       o.sequence AS obligation_sequence, o.holder_id, o.period_sequence,
       r.id AS report_id, r.sequence, r.state, r.last_version, r.live_version,
       r.official_version, r.first_submitted_at,
       v.version, v.form_version, v.figures, v.nothing_to_report, v.explanations,
       v.submitted_at, v.submitted_by_name, v.receipt_number, v.content_sha256, v.document,
       v.proxy_by, v.content,
       $9::text IS NULL OR EXISTS (
           SELECT FROM log.attachment a WHERE a.obligation_id = o.id AND a.sha256 = $9
       ) AS attachment_known,
       ARRAY(SELECT e.figures FROM log.report p
        JOIN log.report_version e
          ON e.report_id = p.id AND e.version = coalesce(p.live_version, p.official_version)
        WHERE p.organization_id = ANY($11::bigint[]) AND (p.regime, p.form, p.period) = ($2, $3, $5)
       ) AS previous_figures,
       ARRAY(SELECT e.figures FROM log.report p
        JOIN log.report_version e
          ON e.report_id = p.id AND e.version = coalesce(p.live_version, p.official_version)
        WHERE p.organization_id = ANY($12::bigint[]) AND (p.regime, p.form, p.period) = ($2, $3, $6)
       ) AS last_year_figures,
       coalesce((SELECT c.verb = 'close' FROM log.period_act c
        WHERE (c.province_id, c.regime, c.period) = (o.province_id, o.regime, o.period)
        ORDER BY c.sequence DESC LIMIT 1), false) AS period_closed,
       k.request_sha256, k.response,
       who.account_id, who.username, who.display_name, who.organization_id AS home_id, who.roles,
       who.language, who.csrf_token, who.must_change_password
FROM (VALUES (1)) AS always
LEFT JOIN identity.caller who ON who.token_sha256 = $10::bytea
LEFT JOIN log.obligation o
  ON (o.organization_id, o.regime, o.form, o.period) = ($1, $2, $3, $4)
LEFT JOIN log.report r ON r.obligation_id = o.id
LEFT JOIN log.report_version v ON v.report_id = r.id AND v.version = r.official_version
LEFT JOIN intake.idempotency k ON k.account_id = coalesce($7, who.account_id) AND k.key = $8
"""

READ_REMEMBERED = """
SELECT request_sha256, response FROM intake.idempotency WHERE account_id = $1 AND key = $2
"""

READ_KEPT_FILES = """
SELECT a.sha256 FROM log.attachment a
JOIN log.obligation o ON o.id = a.obligation_id
WHERE (o.organization_id, o.regime, o.form, o.period) = ($1, $2, $3, $4)
  AND a.sha256 = ANY($5::text[])
"""

# In the order in which closing a period holds them, too.
HOLD_DUTY = """
SELECT 1 FROM log.obligation
WHERE (organization_id, regime, form, period) = ($1, $2, $3, $4) FOR SHARE
"""

LOCK_REPORT = """
SELECT 1 FROM log.report
WHERE (organization_id, regime, form, period) = ($1, $2, $3, $4) FOR UPDATE
"""

SAVE_SUBMISSION = """
WITH duty AS (
    SELECT id FROM log.obligation
    WHERE id = $1 AND (sequence, period_sequence) = ($32, $33) FOR SHARE
), head AS (
    INSERT INTO log.report AS r (
        obligation_id, organization_id, province_id, regime, form, period, sequence, state,
        last_version, live_version, official_version, first_submitted_at)
    SELECT id, $2::bigint, $3::bigint, $4, $5, $6, $7::integer, $8, $9::integer, $10::integer,
           $11::integer, $12::timestamptz
    FROM duty
    ON CONFLICT (obligation_id) DO UPDATE
    SET sequence = excluded.sequence, state = excluded.state,
        last_version = excluded.last_version, live_version = excluded.live_version,
        official_version = excluded.official_version,
        first_submitted_at = excluded.first_submitted_at
    WHERE r.sequence = excluded.sequence - 1
    RETURNING id, 'BN' || (SELECT generation FROM log.identity) || '-'
                  || lpad(id::text, greatest(8, length(id::text)), '0')
                  || '-' || last_version AS receipt_number
), version AS (
    INSERT INTO log.report_version (
        report_id, version, form_version, figures, nothing_to_report, explanations,
        submitted_by, submitted_by_name, submitted_at, receipt_number, content_sha256,
        document, proxy_by, content)
    SELECT id, $9, $13, $14::jsonb, $15, $16::jsonb, $17, $18, $19, receipt_number, $20,
           $29::jsonb, $30, $31::jsonb
    FROM head
), act AS (
    INSERT INTO log.report_act (
        report_id, sequence, verb, version, actor_id, actor_name, at, reason, event_id)
    SELECT id, $7, 'submit', $9, $17, $18, $19, $21, $22 FROM head
), remembered AS (
    INSERT INTO intake.idempotency (account_id, key, request_sha256, status, response, created_at)
    SELECT $17, $23, $24, 201,
           $25::jsonb || jsonb_build_object('report_id', id, 'receipt_number', receipt_number), $19
    FROM head
), event AS (
    INSERT INTO log.event (
        event_id, type, subject, province_id, catalogue_number, data, occurred_at)
    SELECT $22, $26, 'report/' || id, $3, $27,
           $28::jsonb || jsonb_build_object('report_id', id), $19
    FROM head
)
SELECT id, receipt_number FROM head
"""


@dataclass(frozen=True, slots=True)
class Remembered:
    """What was answered to an Idempotency-Key, and to which request."""

    request_sha256: str
    response: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Context:
    """All that judging one submission needs from the database."""

    obligation: Obligation | None
    report: Report | None
    official: StoredVersion | None
    previous: Figures | None
    same_period_last_year: Figures | None
    remembered: Remembered | None
    attachment_known: bool = True
    period_closed: bool = False
    kept_files: frozenset[str] = frozenset()
    caller: Principal | None = None
    """Whose the token is that was asked about."""


@dataclass(frozen=True, slots=True)
class NewSubmission:
    """The rows of one accepted submission; data and response lack only the report's id."""

    obligation: Obligation
    report: Report
    form_version: int
    figures: str
    nothing_to_report: bool
    explanations: Mapping[str, str]
    actor_id: int
    actor_name: str
    at: datetime
    content_sha256: str
    document: Document
    content: str | None
    proxy_by: int | None
    reason: str | None
    event_id: UUID
    event_type: str
    event_data: str
    catalogue_number: int
    key: str
    request_sha256: str
    response: Mapping[str, Any]


async def read_context(
    connection: Connection,
    place: Place,
    *,
    compared: Compared,
    sender: int | bytes,
    key: str,
    attachment_sha256: str | None = None,
) -> Context:
    """One statement: duty, report so far, what it is compared with, and the key's answer.

    `sender` is the account's id, or the SHA-256 of a token; then the context tells whose it is.
    """
    is_account = isinstance(sender, int)
    row = await connection.fetchrow(
        READ_CONTEXT,
        *_identity(place),
        compared.previous.period,
        compared.last_year.period,
        sender if is_account else None,
        key,
        attachment_sha256,
        None if is_account else sender,
        compared.previous.units,
        compared.last_year.units,
    )
    return _context(row, compared=compared)


async def read_kept_files(
    connection: Connection, place: Place, *, named: Collection[str]
) -> frozenset[str]:
    """Which of the files named are kept for the report."""
    rows = await connection.fetch(READ_KEPT_FILES, *_identity(place), list(named))
    return frozenset(row["sha256"] for row in rows)


async def read_remembered(
    connection: Connection, *, account_id: int, key: str
) -> Remembered | None:
    """What was answered to the key, None if it is new."""
    row = await connection.fetchrow(READ_REMEMBERED, account_id, key)
    return None if row is None else _remembered(row)


async def lock_report(connection: Connection, place: Place, *, timeout_seconds: float) -> None:
    """Until the end of the transaction nobody else acts on the report, if there is one.

    Raises:
        TimeoutError: somebody else holds it for that long.
    """
    for statement in (HOLD_DUTY, LOCK_REPORT):
        await connection.execute(statement, *_identity(place), timeout=timeout_seconds)


async def save(
    connection: Connection, new: NewSubmission, *, timeout_seconds: float
) -> tuple[int, str] | None:
    """The report's id and the receipt number; None if it, or its duty, moved on since it was read.

    Raises:
        asyncpg.UniqueViolationError: the Idempotency-Key was used meanwhile.
        TimeoutError: another act on the report holds it; whether ours was committed is unknown.
    """
    row = await connection.fetchrow(SAVE_SUBMISSION, *_saved_values(new), timeout=timeout_seconds)
    return None if row is None else (row["id"], row["receipt_number"])


def _identity(place: Place) -> tuple[object, ...]:
    return place.organization.id, place.regime.code, place.form.code, place.period.code


def _context(row: Row, *, compared: Compared) -> Context:
    exists = row["obligation_id"] is not None
    return Context(
        obligation=obligation_of(row) if exists else None,
        report=report_of(row) if exists else None,
        official=version_of(row) if exists else None,
        previous=compared.previous.figures(row["previous_figures"]),
        same_period_last_year=compared.last_year.figures(row["last_year_figures"]),
        remembered=_remembered(row) if row["request_sha256"] is not None else None,
        attachment_known=row["attachment_known"],
        period_closed=row["period_closed"],
        caller=None if row["account_id"] is None else principal_of(row, organization_id="home_id"),
    )


def _remembered(row: Row) -> Remembered:
    return Remembered(row["request_sha256"], read_json(row["response"]))


def _saved_values(new: NewSubmission) -> tuple[object, ...]:
    obligation, report = new.obligation, new.report
    return (
        obligation.id,
        obligation.organization_id,
        obligation.province_id,
        obligation.regime,
        obligation.form,
        obligation.period,
        report.sequence,
        report.state.value,
        report.last_version,
        report.live,
        report.official,
        report.first_submitted_at,
        new.form_version,
        new.figures,
        new.nothing_to_report,
        write_plain_json(new.explanations),
        new.actor_id,
        new.actor_name,
        new.at,
        new.content_sha256,
        new.reason,
        new.event_id,
        new.key,
        new.request_sha256,
        write_plain_json(new.response),
        new.event_type,
        new.catalogue_number,
        new.event_data,
        document_text(new.document),
        new.proxy_by,
        new.content,
        obligation.sequence,
        obligation.period_sequence,
    )
