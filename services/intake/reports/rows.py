"""Table rows of the log to domain values, for every feature that reads them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from services.intake.reports.documents import document_of
from shared.db.engine import read_json
from shared.domain.contents import NOTHING, Content, content_of
from shared.domain.documents import Document
from shared.domain.figures import Figures, figures_from_text
from shared.domain.identifiers import (
    FormCode,
    ObligationId,
    OrganizationId,
    PeriodCode,
    RegimeCode,
    ReportId,
)
from shared.domain.obligations import Obligation, ObligationState
from shared.domain.reports import Report, ReportState

Row = Mapping[str, Any]

FigureTexts = Mapping[str, Mapping[str, str]]
"""Row → column → exact text, as it is stored and as events carry it."""


@dataclass(frozen=True, slots=True)
class StoredVersion:
    """One version as it was sent. It never changes.

    `proxy_by` is the receiver that entered it for the sender, None where the sender sent it.
    """

    version: int
    form_version: int
    texts: FigureTexts
    nothing_to_report: bool
    explanations: Mapping[str, str]
    submitted_at: datetime
    submitted_by_name: str
    receipt_number: str
    content_sha256: str
    document: Document = field(default_factory=Document)
    proxy_by: OrganizationId | None = None
    content: Content = NOTHING

    @property
    def figures(self) -> Figures:
        return figures_from_text(self.texts)


OBLIGATION_COLUMNS = """
o.id AS obligation_id, o.organization_id, o.province_id, o.regime, o.form, o.period,
o.receiver_id, o.cutoff_date, o.deadline, o.original_deadline, o.state AS obligation_state,
o.sequence AS obligation_sequence, o.holder_id, o.period_sequence
"""

PERIOD_CLOSED = """
coalesce((
    SELECT closing.verb = 'close' FROM log.period_act closing
    WHERE closing.province_id = o.province_id AND closing.regime = o.regime
      AND closing.period = o.period
    ORDER BY closing.sequence DESC LIMIT 1
), false) AS period_closed
"""
"""Whether the obligation's period is closed; a look-up by key that mostly finds no row."""

REPORT_COLUMNS = """
r.id AS report_id, r.sequence, r.state, r.last_version, r.live_version, r.official_version,
r.first_submitted_at
"""

VERSION_COLUMNS = """
v.version, v.form_version, v.figures, v.nothing_to_report, v.explanations, v.submitted_at,
v.submitted_by_name, v.receipt_number, v.content_sha256, v.document, v.proxy_by,
v.content
"""


def obligation_of(row: Row) -> Obligation:
    """The obligation in a row that selected `OBLIGATION_COLUMNS`."""
    return Obligation(
        id=ObligationId(row["obligation_id"]),
        organization_id=OrganizationId(row["organization_id"]),
        province_id=OrganizationId(row["province_id"]),
        regime=RegimeCode(row["regime"]),
        form=FormCode(row["form"]),
        period=PeriodCode(row["period"]),
        receiver_id=None if row["receiver_id"] is None else OrganizationId(row["receiver_id"]),
        cutoff_date=row["cutoff_date"],
        deadline=row["deadline"],
        state=ObligationState(row["obligation_state"]),
        sequence=row["obligation_sequence"],
        original_deadline=row["original_deadline"],
        holder_id=None if row["holder_id"] is None else OrganizationId(row["holder_id"]),
        period_sequence=row["period_sequence"],
    )


def report_of(row: Row) -> Report | None:
    """The head of the report in a row that selected both, None where nothing was ever sent."""
    if row["report_id"] is None:
        return None
    return Report(
        id=ReportId(row["report_id"]),
        organization_id=OrganizationId(row["organization_id"]),
        regime=RegimeCode(row["regime"]),
        form=FormCode(row["form"]),
        period=PeriodCode(row["period"]),
        sequence=row["sequence"],
        state=ReportState(row["state"]),
        last_version=row["last_version"],
        live=row["live_version"],
        official=row["official_version"],
        first_submitted_at=row["first_submitted_at"],
    )


def version_of(row: Row) -> StoredVersion | None:
    """The version in a row that selected `VERSION_COLUMNS`, None where there is none."""
    if row["version"] is None:
        return None
    return StoredVersion(
        version=row["version"],
        form_version=row["form_version"],
        texts=read_json(row["figures"]),
        nothing_to_report=row["nothing_to_report"],
        explanations=read_json(row["explanations"]),
        submitted_at=row["submitted_at"],
        submitted_by_name=row["submitted_by_name"],
        receipt_number=row["receipt_number"],
        content_sha256=row["content_sha256"],
        document=document_of(row["document"]),
        proxy_by=None if row["proxy_by"] is None else OrganizationId(row["proxy_by"]),
        content=NOTHING if row["content"] is None else content_of(read_json(row["content"])),
    )


def figures_of(text: str) -> Figures:
    """Figures from the text of their jsonb."""
    return figures_from_text(read_json(text))
