"""The data of report events (`ReportStateV1`): the whole state after an act.

Written as plain values, because a submission is the hot path and the report's id of a first one is
known to the database only; the tests hold every stored event against the published schema.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.intake.reports.rows import FigureTexts, StoredVersion
from shared.db.engine import write_plain_json
from shared.domain.contents import NOTHING, Content
from shared.domain.obligations import Obligation
from shared.domain.reports import Act, Report
from shared.domain.time import rfc3339
from shared.events.topics import EventType

EVENT_TYPES: Mapping[Act, EventType] = {
    Act.SUBMIT: EventType.REPORT_SUBMITTED,
    Act.WITHDRAW: EventType.REPORT_WITHDRAWN,
    Act.RETURN: EventType.REPORT_RETURNED,
    Act.APPROVE: EventType.REPORT_APPROVED,
    Act.CLOSE: EventType.REPORT_CLOSED,
    Act.REOPEN: EventType.REPORT_REOPENED,
}


def track(
    *,
    version: int,
    submitted_at: datetime,
    nothing_to_report: bool,
    figures: FigureTexts,
    content: Content = NOTHING,
) -> dict[str, Any]:
    """A version that stands in a track."""
    said = {} if content.is_blank else {"content": content.as_json()}
    return {
        "version": version,
        "submitted_at": rfc3339(submitted_at),
        "nothing_to_report": nothing_to_report,
        "figures": figures,
        **said,
    }


def track_of(version: StoredVersion | None) -> dict[str, Any] | None:
    """The track of a stored version, None where nothing stands."""
    if version is None:
        return None
    return track(
        version=version.version,
        submitted_at=version.submitted_at,
        nothing_to_report=version.nothing_to_report,
        figures=version.texts,
        content=version.content,
    )


def act_of(
    verb: Act,
    *,
    actor_id: int,
    actor_name: str,
    at: datetime,
    reason: str | None,
    proxy: bool = False,
) -> dict[str, Any]:
    """What was done, by whom, when and why."""
    return {
        "verb": verb.value,
        "actor_id": actor_id,
        "actor_name": actor_name,
        "at": rfc3339(at),
        "reason": reason,
        "proxy": proxy,
    }


def event_data(
    report: Report,
    *,
    obligation: Obligation,
    organization_code: str,
    form_version: int,
    live: Mapping[str, Any] | None,
    official: Mapping[str, Any] | None,
    act: Mapping[str, Any],
) -> str:
    """The JSON text; without `report_id` when the report has none yet."""
    first = report.first_submitted_at
    data: dict[str, Any] = {} if report.id is None else {"report_id": report.id}
    return write_plain_json(
        data
        | {
            "sequence": report.sequence,
            "organization_id": report.organization_id,
            "organization_code": organization_code,
            "province_id": obligation.province_id,
            "regime": report.regime,
            "form": report.form,
            "form_version": form_version,
            "period": report.period,
            "state": report.state.value,
            "first_submitted_at": None if first is None else rfc3339(first),
            "live": live,
            "official": official,
            "act": act,
        }
    )
