"""What an import reads and writes: one statement each for all of its reports.

Heads are written in the order of their obligations, so that two imports cannot wait for each other,
and before the events, which are numbered in the order of time.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from services.intake.comparing import Compared, compared
from services.intake.connections import Connection
from services.intake.imports.stories import Filing, Record
from services.intake.places import Place
from services.intake.reports.documents import document_text
from services.intake.reports.rows import (
    OBLIGATION_COLUMNS,
    PERIOD_CLOSED,
    REPORT_COLUMNS,
    VERSION_COLUMNS,
    Row,
    obligation_of,
    report_of,
    version_of,
)
from services.intake.submissions.repository import Context, NewSubmission
from shared.catalogue.catalogue import Catalogue
from shared.db.arrays import Arrays
from shared.db.engine import write_json
from shared.domain.identifiers import ObligationId
from shared.domain.obligations import Obligation
from shared.domain.reports import Act, Report

COMPARED_FIGURES = """
SELECT e.figures FROM log.report p
JOIN log.report_version e
  ON e.report_id = p.id AND e.version = coalesce(p.live_version, p.official_version)
WHERE p.regime = asked.regime AND p.form = asked.form
"""

READ_CONTEXTS = f"""
SELECT {OBLIGATION_COLUMNS}, {REPORT_COLUMNS}, {VERSION_COLUMNS}, {PERIOD_CLOSED},
       asked.attachment IS NULL OR EXISTS (
           SELECT FROM log.attachment a
           WHERE a.obligation_id = o.id AND a.sha256 = asked.attachment
       ) AS attachment_known,
       ARRAY({COMPARED_FIGURES} AND p.period = asked.previous
             AND p.organization_id = ANY(asked.previous_units::bigint[])) AS previous_figures,
       ARRAY({COMPARED_FIGURES} AND p.period = asked.last_year
             AND p.organization_id = ANY(asked.last_year_units::bigint[])) AS last_year_figures
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
            $7::text[], $8::text[], $9::text[])
     WITH ORDINALITY
     AS asked (organization_id, regime, form, period, previous, last_year, attachment,
               previous_units, last_year_units, ordinal)
LEFT JOIN log.obligation o
  ON (o.organization_id, o.regime, o.form, o.period)
   = (asked.organization_id, asked.regime, asked.form, asked.period)
LEFT JOIN log.report r ON r.obligation_id = o.id
LEFT JOIN log.report_version v ON v.report_id = r.id AND v.version = r.official_version
ORDER BY asked.ordinal
"""

# Held in this order by all who hold several; what moved on since it was read is left out.
HOLD_DUTIES = """
SELECT o.id FROM log.obligation o
JOIN unnest($1::bigint[], $2::integer[], $3::integer[]) AS known (id, sequence, period_sequence)
  ON known.id = o.id
WHERE (o.sequence, o.period_sequence) = (known.sequence, known.period_sequence)
ORDER BY o.id FOR SHARE OF o
"""

# The planner guesses how long the arrays are; guessing short, it would compare each with each.
HASH_ARRAYS = "SELECT set_config('enable_nestloop', 'off', true)"

HEADS = Arrays(
    {
        "obligation_id": "bigint",
        "organization_id": "bigint",
        "province_id": "bigint",
        "regime": "text",
        "form": "text",
        "period": "text",
        "sequence": "integer",
        "state": "text",
        "last_version": "integer",
        "live_version": "integer",
        "official_version": "integer",
        "first_submitted_at": "timestamptz",
    }
)
VERSIONS = Arrays(
    {
        "obligation_id": "bigint",
        "version": "integer",
        "form_version": "integer",
        "figures": "jsonb",
        "nothing_to_report": "boolean",
        "explanations": "jsonb",
        "submitted_by": "bigint",
        "submitted_by_name": "text",
        "submitted_at": "timestamptz",
        "content_sha256": "text",
        "document": "jsonb",
        "proxy_by": "bigint",
        "content": "jsonb",
    },
    first=HEADS.next,
)
ACTS = Arrays(
    {
        "obligation_id": "bigint",
        "sequence": "integer",
        "verb": "text",
        "version": "integer",
        "actor_id": "bigint",
        "actor_name": "text",
        "at": "timestamptz",
        "reason": "text",
        "event_id": "uuid",
        "type": "text",
        "catalogue_number": "bigint",
        "data": "jsonb",
    },
    first=VERSIONS.next,
)

RECEIPT_NUMBER = """
'BN' || generation || '-' || lpad(id::text, greatest(8, length(id::text)), '0') || '-' || version
"""

# A report that moved on meanwhile gives no row; whoever counts the rows then begins anew.
SAVE_FILINGS = f"""
WITH head AS (
    INSERT INTO log.report AS r ({HEADS.names})
    SELECT {HEADS.names} FROM {HEADS.source}
    ORDER BY obligation_id
    ON CONFLICT (obligation_id) DO UPDATE
    SET sequence = excluded.sequence, state = excluded.state,
        last_version = excluded.last_version, live_version = excluded.live_version,
        official_version = excluded.official_version,
        first_submitted_at = excluded.first_submitted_at
    WHERE r.sequence < excluded.sequence
    RETURNING id, obligation_id, province_id, (SELECT generation FROM log.identity) AS generation
), version AS (
    INSERT INTO log.report_version (
        report_id, version, form_version, figures, nothing_to_report, explanations,
        submitted_by, submitted_by_name, submitted_at, receipt_number, content_sha256,
        document, proxy_by, content)
    SELECT id, version, form_version, figures, nothing_to_report, explanations, submitted_by,
           submitted_by_name, submitted_at, {RECEIPT_NUMBER}, content_sha256, document, proxy_by,
           content
    FROM head JOIN {VERSIONS.source} USING (obligation_id)
), act AS (
    SELECT id, province_id, given.*
    FROM head JOIN {ACTS.source} USING (obligation_id)
), recorded AS (
    INSERT INTO log.report_act (
        report_id, sequence, verb, version, actor_id, actor_name, at, reason, event_id)
    SELECT id, sequence, verb, version, actor_id, actor_name, at, reason, event_id FROM act
), event AS (
    INSERT INTO log.event (
        event_id, type, subject, province_id, catalogue_number, data, occurred_at)
    SELECT event_id, type, 'report/' || id, province_id, catalogue_number,
           data || jsonb_build_object('report_id', id), at
    FROM act ORDER BY at, ordinal
)
SELECT obligation_id, id, generation FROM head
"""

REMEMBER = """
INSERT INTO intake.idempotency (account_id, key, request_sha256, status, response, created_at)
VALUES ($1, $2, $3, 201, $4::jsonb, $5)
"""


@dataclass(frozen=True, slots=True)
class Kept:
    """Where a report was stored; the number of its receipt is made of it."""

    report_id: int
    generation: int

    def receipt_number(self, version: int) -> str:
        return f"BN{self.generation}-{self.report_id:08d}-{version}"


async def read_contexts(
    connection: Connection,
    places: Sequence[Place],
    *,
    known: Catalogue,
    attachments: Sequence[str | None],
) -> list[Context]:
    """For each place its duty, its report so far, and what its figures are compared with.

    `attachments` are the hashes of the signed files that the reports name, in the same order.
    """
    beside = [compared(known, place) for place in places]
    rows = await connection.fetch(
        READ_CONTEXTS,
        [place.organization.id for place in places],
        [place.regime.code for place in places],
        [place.form.code for place in places],
        [place.period.code for place in places],
        [each.previous.period for each in beside],
        [each.last_year.period for each in beside],
        list(attachments),
        [_array(each.previous.units) for each in beside],
        [_array(each.last_year.units) for each in beside],
    )
    return [_context(row, compared_with=each) for row, each in zip(rows, beside, strict=True)]


def _array(ids: Sequence[int]) -> str:
    """As PostgreSQL writes it: an array of arrays would have to be of equal lengths."""
    return f"{{{','.join(map(str, ids))}}}"


async def save(
    connection: Connection, filings: Sequence[Filing], *, timeout_seconds: float
) -> Mapping[ObligationId, Kept]:
    """By obligation; fewer than there are filings if a report, or its duty, moved on since.

    Raises:
        TimeoutError: another act holds one of the reports; the caller rolls back.
    """
    duties = [each.obligation for each in filings]
    held = await connection.fetch(
        HOLD_DUTIES,
        [each.id for each in duties],
        [each.sequence for each in duties],
        [each.period_sequence for each in duties],
        timeout=timeout_seconds,
    )
    if len(held) < len(duties):
        return {}
    await connection.execute(HASH_ARRAYS)
    rows = await connection.fetch(SAVE_FILINGS, *_columns(filings), timeout=timeout_seconds)
    return {ObligationId(row["obligation_id"]): Kept(row["id"], row["generation"]) for row in rows}


async def remember(
    connection: Connection,
    *,
    account_id: int,
    key: str,
    sha256: str,
    response: Mapping[str, Any],
    at: datetime,
) -> None:
    """The answer to the key. Raises asyncpg.UniqueViolationError if it was used meanwhile."""
    await connection.execute(REMEMBER, account_id, key, sha256, write_json(dict(response)), at)


def _context(row: Row, *, compared_with: Compared) -> Context:
    exists = row["obligation_id"] is not None
    return Context(
        obligation=obligation_of(row) if exists else None,
        report=report_of(row) if exists else None,
        official=version_of(row) if exists else None,
        previous=compared_with.previous.figures(row["previous_figures"]),
        same_period_last_year=compared_with.last_year.figures(row["last_year_figures"]),
        remembered=None,
        attachment_known=row["attachment_known"],
        period_closed=row["period_closed"],
    )


def _columns(filings: Sequence[Filing]) -> list[Sequence[object]]:
    """The parameters of SAVE_FILINGS."""
    records = [(filing, record) for filing in filings for record in filing.records]
    sent = [(filing, each) for filing, each in records if isinstance(each, NewSubmission)]
    return [
        *HEADS.parameters(head_row(filing.obligation, filing.report) for filing in filings),
        *VERSIONS.parameters(_version(filing, each) for filing, each in sent),
        *ACTS.parameters(_act(filing, each) for filing, each in records),
    ]


def head_row(obligation: Obligation, report: Report) -> dict[str, object]:
    """The row of a report in HEADS."""
    return {
        "obligation_id": obligation.id,
        "organization_id": obligation.organization_id,
        "province_id": obligation.province_id,
        "regime": obligation.regime,
        "form": obligation.form,
        "period": obligation.period,
        "sequence": report.sequence,
        "state": report.state.value,
        "last_version": report.last_version,
        "live_version": report.live,
        "official_version": report.official,
        "first_submitted_at": report.first_submitted_at,
    }


def _version(filing: Filing, new: NewSubmission) -> dict[str, object]:
    return {
        "obligation_id": filing.obligation.id,
        "version": new.report.last_version,
        "form_version": new.form_version,
        "figures": new.figures,
        "nothing_to_report": new.nothing_to_report,
        "explanations": write_json(dict(new.explanations)),
        "submitted_by": new.actor_id,
        "submitted_by_name": new.actor_name,
        "submitted_at": new.at,
        "content_sha256": new.content_sha256,
        "document": document_text(new.document),
        "proxy_by": new.proxy_by,
        "content": new.content,
    }


def _act(filing: Filing, record: Record) -> dict[str, object]:
    verb, version = (
        (Act.SUBMIT, record.report.last_version)
        if isinstance(record, NewSubmission)
        else (record.verb, record.version)
    )
    return {
        "obligation_id": filing.obligation.id,
        "sequence": record.report.sequence,
        "verb": verb.value,
        "version": version,
        "actor_id": record.actor_id,
        "actor_name": record.actor_name,
        "at": record.at,
        "reason": record.reason,
        "event_id": record.event_id,
        "type": record.event_type,
        "catalogue_number": record.catalogue_number,
        "data": record.event_data,
    }
