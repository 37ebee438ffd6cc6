"""What is written for an accepted submission, and the receipt that comes of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from services.intake.places import Place
from services.intake.reports.documents import document_json, document_members
from services.intake.reports.events import EVENT_TYPES, act_of, event_data, track, track_of
from services.intake.reports.rows import FigureTexts, StoredVersion
from services.intake.service import Intake
from services.intake.submissions.judging import Judged
from services.intake.submissions.repository import NewSubmission
from services.intake.submissions.schemas import SubmissionBody
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import write_canonical_json, write_plain_json
from shared.domain.contents import NOTHING, Content
from shared.domain.documents import Document
from shared.domain.obligations import Obligation
from shared.domain.reports import Act, Report
from shared.domain.sheets import canonical_figures
from shared.domain.time import rfc3339
from shared.web.principals import Principal
from shared.web.problems import ProblemFault


@dataclass(frozen=True, slots=True)
class Request:
    """A submission with how it came.

    `sha256` is that of the bytes sent; `faults` are those of the body's shape; `expected_sequence`
    is what If-Match named, if it was given.
    """

    body: SubmissionBody
    key: str
    sha256: str
    faults: Sequence[ProblemFault] = ()
    expected_sequence: int | None = None


@dataclass(frozen=True, slots=True)
class Sending:
    """A request that names a report: who sends it, by which catalogue it is judged, and when.

    `proxy` says that the receiver enters it for the sender.
    """

    intake: Intake
    known: Catalogue
    principal: Principal
    request: Request
    place: Place
    at: datetime
    proxy: bool = False


def new_submission(
    judged: Judged, *, sending: Sending, official: StoredVersion | None
) -> NewSubmission:
    """The rows of the version, the act, the event and the answer to the key."""
    principal, at = sending.principal, sending.at
    report, body, event_id = judged.report, sending.request.body, uuid4()
    figures = canonical_figures(judged.form, judged.figures)
    explanations = {key: text.strip() for key, text in body.explanations.items() if text.strip()}
    reason = (body.reason or "").strip() or None
    sha256 = _sha256(judged, sending=sending, figures=figures, explanations=explanations)
    return NewSubmission(
        obligation=judged.obligation,
        report=report,
        form_version=judged.form.version,
        figures=write_plain_json(figures),
        nothing_to_report=body.nothing_to_report,
        explanations=explanations,
        actor_id=principal.account_id,
        actor_name=principal.display_name,
        at=at,
        content_sha256=sha256,
        document=judged.document,
        content=_json_or_none(judged.content),
        proxy_by=principal.organization_id if sending.proxy else None,
        reason=reason,
        event_id=event_id,
        event_type=EVENT_TYPES[Act.SUBMIT],
        event_data=_event_data(
            judged, sending=sending, official=official, figures=figures, reason=reason
        ),
        catalogue_number=sending.known.number,
        key=sending.request.key,
        request_sha256=sending.request.sha256,
        response=_response(report, obligation=judged.obligation, at=rfc3339(at))
        | {
            "sha256": sha256,
            "document": document_json(judged.document),
            "proxy": sending.proxy,
            "event_id": str(event_id),
        },
    )


def _json_or_none(content: Content) -> str | None:
    return None if content.is_blank else write_plain_json(content.as_json())


def _event_data(
    judged: Judged,
    *,
    sending: Sending,
    official: StoredVersion | None,
    figures: FigureTexts,
    reason: str | None,
) -> str:
    return event_data(
        judged.report,
        obligation=judged.obligation,
        organization_code=sending.place.organization.code,
        form_version=judged.form.version,
        live=track(
            version=judged.report.last_version,
            submitted_at=sending.at,
            nothing_to_report=sending.request.body.nothing_to_report,
            figures=figures,
            content=judged.content,
        ),
        official=track_of(official),
        act=act_of(
            Act.SUBMIT,
            actor_id=sending.principal.account_id,
            actor_name=sending.principal.display_name,
            at=sending.at,
            reason=reason,
            proxy=sending.proxy,
        ),
    )


def receipt_of(new: NewSubmission, stored: tuple[int, str]) -> dict[str, Any]:
    """The receipt, as it is remembered for the key."""
    report_id, receipt_number = stored
    return {**new.response, "report_id": report_id, "receipt_number": receipt_number}


def _sha256(
    judged: Judged, *, sending: Sending, figures: FigureTexts, explanations: Mapping[str, str]
) -> str:
    return content_sha256(
        sending.place,
        figures=figures,
        body=sending.request.body,
        explanations=explanations,
        document=judged.document,
        content=judged.content,
    )


def content_sha256(
    place: Place,
    *,
    figures: FigureTexts,
    body: SubmissionBody,
    explanations: Mapping[str, str],
    document: Document,
    content: Content = NOTHING,
) -> str:
    """The hash of what was received, over canonical JSON: sorted keys, no spaces, UTF-8.

    `QCVN 12:2026/BCA` asks for a hash of each document on receipt.
    """
    received = {
        "organization": place.organization.code,
        "regime": place.regime.code,
        "form": place.form.code,
        "form_version": place.form.version,
        "period": place.period.code,
        "figures": figures,
        "nothing_to_report": body.nothing_to_report,
        "explanations": explanations,
    }
    if not document.is_blank:
        received["document"] = document_members(document)
    if not content.is_blank:
        received["content"] = content.as_json()
    return hashlib.sha256(write_canonical_json(received).encode()).hexdigest()


def _response(report: Report, *, obligation: Obligation, at: str) -> dict[str, Any]:
    first = report.first_submitted_at
    return {
        "version": report.last_version,
        "sequence": report.sequence,
        "state": report.state.value,
        "submitted_at": at,
        "on_time": first is not None and first <= obligation.deadline,
        "deadline": rfc3339(obligation.deadline),
    }
