"""What an import reads and writes: one statement each for all of its reports.

Heads are written in the order of their obligations, so that two imports cannot wait for each other,
and before the events, which are numbered in the order of time.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

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
    figures_or_none,
    obligation_of,
    report_of,
    version_of,
)
from services.intake.submissions.repository import Context, NewSubmission
from shared.db.engine import write_json
from shared.domain.identifiers import ObligationId
from shared.domain.reports import Act

COMPARED_FIGURES = """
SELECT e.figures FROM log.report p
JOIN log.report_version e
  ON e.report_id = p.id AND e.version = coalesce(p.live_version, p.official_version)
WHERE p.organization_id = asked.organization_id AND p.regime = asked.regime
  AND p.form = asked.form AND p.period =
"""

READ_CONTEXTS = f"""
SELECT {OBLIGATION_COLUMNS}, {REPORT_COLUMNS}, {VERSION_COLUMNS}, {PERIOD_CLOSED},
       asked.attachment IS NULL OR EXISTS (
           SELECT FROM log.attachment a
           WHERE a.obligation_id = o.id AND a.sha256 = asked.attachment
       ) AS attachment_known,
       ({COMPARED_FIGURES} asked.previous) AS previous_figures,
       ({COMPARED_FIGURES} asked.last_year) AS last_year_figures
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[],
            $7::text[])
     WITH ORDINALITY
     AS asked (organization_id, regime, form, period, previous, last_year, attachment, ordinal)
LEFT JOIN log.obligation o
  ON (o.organization_id, o.regime, o.form, o.period)
   = (asked.organization_id, asked.regime, asked.form, asked.period)
LEFT JOIN log.report r ON r.obligation_id = o.id
LEFT JOIN log.report_version v ON v.report_id = r.id AND v.version = r.official_version
ORDER BY asked.ordinal
"""

# The planner guesses how long the arrays are; guessing short, it would compare each with each.
HASH_ARRAYS = "SELECT set_config('enable_nestloop', 'off', true)"

# A report that moved on meanwhile gives no row; whoever counts the rows then begins anew.
SAVE_FILINGS = """
WITH head AS (
    INSERT INTO log.report AS r (
        obligation_id, organization_id, province_id, regime, form, period, sequence, state,
        last_version, live_version, official_version, first_submitted_at)
    SELECT * FROM unnest(
        $1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[],
        $7::integer[], $8::text[], $9::integer[], $10::integer[], $11::integer[],
        $12::timestamptz[]) AS given (obligation_id)
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
        document, proxy_by)
    SELECT id, version, form_version, figures::jsonb, nothing, explanations::jsonb, by, name, at,
           'BN' || generation || '-' || lpad(id::text, greatest(8, length(id::text)), '0')
           || '-' || version, sha256,
           document::jsonb, proxy_by
    FROM head JOIN unnest(
        $13::bigint[], $14::integer[], $15::integer[], $16::text[], $17::boolean[], $18::text[],
        $19::bigint[], $20::text[], $21::timestamptz[], $22::text[], $23::text[], $24::bigint[])
        AS given (obligation_id, version, form_version, figures, nothing, explanations, by, name,
                  at, sha256, document, proxy_by) USING (obligation_id)
), act AS (
    SELECT id, province_id, given.*
    FROM head JOIN unnest(
        $25::bigint[], $26::integer[], $27::text[], $28::integer[], $29::bigint[], $30::text[],
        $31::timestamptz[], $32::text[], $33::uuid[], $34::text[], $35::bigint[], $36::text[])
        WITH ORDINALITY
        AS given (obligation_id, sequence, verb, version, actor_id, actor_name, at, reason,
                  event_id, type, catalogue_number, data, ordinal) USING (obligation_id)
), recorded AS (
    INSERT INTO log.report_act (
        report_id, sequence, verb, version, actor_id, actor_name, at, reason, event_id)
    SELECT id, sequence, verb, version, actor_id, actor_name, at, reason, event_id FROM act
), event AS (
    INSERT INTO log.event (
        event_id, type, subject, province_id, catalogue_number, data, occurred_at)
    SELECT event_id, type, 'report/' || id, province_id, catalogue_number,
           data::jsonb || jsonb_build_object('report_id', id), at
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
    connection: Connection, places: Sequence[Place], *, attachments: Sequence[str | None]
) -> list[Context]:
    """For each place its duty, its report so far, and what its figures are compared with.

    `attachments` are the hashes of the signed files that the reports name, in the same order.
    """
    rows = await connection.fetch(
        READ_CONTEXTS,
        [place.organization.id for place in places],
        [place.regime.code for place in places],
        [place.form.code for place in places],
        [place.period.code for place in places],
        [place.period.previous().code for place in places],
        [place.period.same_period_last_year().code for place in places],
        list(attachments),
    )
    return [_context(row) for row in rows]


async def save(
    connection: Connection, filings: Sequence[Filing], *, timeout_seconds: float
) -> Mapping[ObligationId, Kept]:
    """By obligation; fewer than there are filings if a report moved on since it was read.

    Raises:
        TimeoutError: another act holds one of the reports; the caller rolls back.
    """
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


def _context(row: Row) -> Context:
    exists = row["obligation_id"] is not None
    return Context(
        obligation=obligation_of(row) if exists else None,
        report=report_of(row) if exists else None,
        official=version_of(row) if exists else None,
        previous=figures_or_none(row["previous_figures"]),
        same_period_last_year=figures_or_none(row["last_year_figures"]),
        remembered=None,
        attachment_known=row["attachment_known"],
        period_closed=row["period_closed"],
    )


def _columns(filings: Sequence[Filing]) -> list[list[object]]:
    """The parameters of SAVE_FILINGS: heads, versions, acts; each transposed."""
    records = [(filing, record) for filing in filings for record in filing.records]
    return [
        *_transposed(map(_head, filings), width=12),
        *_transposed(
            (_version(filing, each) for filing, each in records if isinstance(each, NewSubmission)),
            width=12,
        ),
        *_transposed((_act(filing, each) for filing, each in records), width=12),
    ]


def _transposed(rows: Iterable[tuple[object, ...]], *, width: int) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[]] * width


def _head(filing: Filing) -> tuple[object, ...]:
    obligation, report = filing.obligation, filing.report
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
    )


def _version(filing: Filing, new: NewSubmission) -> tuple[object, ...]:
    return (
        filing.obligation.id,
        new.report.last_version,
        new.form_version,
        new.figures,
        new.nothing_to_report,
        write_json(dict(new.explanations)),
        new.actor_id,
        new.actor_name,
        new.at,
        new.content_sha256,
        document_text(new.document),
        new.proxy_by,
    )


def _act(filing: Filing, record: Record) -> tuple[object, ...]:
    submitted = isinstance(record, NewSubmission)
    return (
        filing.obligation.id,
        record.report.sequence,
        Act.SUBMIT.value if isinstance(record, NewSubmission) else record.verb.value,
        record.report.last_version if submitted else record.version,  # type: ignore[union-attr]
        record.actor_id,
        record.actor_name,
        record.at,
        record.reason,
        record.event_id,
        record.event_type,
        record.catalogue_number,
        record.event_data,
    )
