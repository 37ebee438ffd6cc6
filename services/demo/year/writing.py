"""Stores a whole period of reports at once: heads, versions, acts and events, as acts would have.

The domain says what each act makes of a report, and intake's own modules what its event carries.
Only the statements differ: one for all reports of a period instead of one for each act.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from services.demo.year.sheets import Content
from services.demo.year.timeline import Step
from services.intake.connections import Connection
from services.intake.imports.repository import HEADS, head_row
from services.intake.places import Place
from services.intake.reports.events import EVENT_TYPES, act_of, event_data, track
from services.intake.submissions.records import content_sha256
from services.intake.submissions.schemas import SubmissionBody
from shared.db.arrays import Arrays
from shared.db.engine import write_json
from shared.domain.documents import Document
from shared.domain.identifiers import AccountId, ReportId
from shared.domain.obligations import Obligation
from shared.domain.reports import (
    Act,
    Report,
    approve,
    first_submission,
    return_to_sender,
    submit,
    withdraw,
)

VERSIONS = Arrays(
    {
        "report_id": "bigint",
        "version": "integer",
        "form_version": "integer",
        "figures": "jsonb",
        "nothing_to_report": "boolean",
        "explanations": "jsonb",
        "submitted_by_name": "text",
        "submitted_at": "timestamptz",
        "content_sha256": "text",
    },
    first=2,
)
ACTS = Arrays(
    {
        "report_id": "bigint",
        "sequence": "integer",
        "verb": "text",
        "version": "integer",
        "actor_name": "text",
        "at": "timestamptz",
        "reason": "text",
        "event_id": "uuid",
    },
    first=2,
)
EVENTS = Arrays(
    {
        "event_id": "uuid",
        "type": "text",
        "subject": "text",
        "province_id": "bigint",
        "data": "jsonb",
        "occurred_at": "timestamptz",
    },
    first=2,
)

INSERT_REPORTS = f"""
INSERT INTO log.report ({HEADS.names}) SELECT {HEADS.names} FROM {HEADS.source}
RETURNING id, obligation_id
"""

INSERT_VERSIONS = f"""
INSERT INTO log.report_version (submitted_by, receipt_number, {VERSIONS.names})
SELECT $1, 'BN' || (SELECT generation FROM log.identity) || '-'
       || lpad(report_id::text, greatest(8, length(report_id::text)), '0') || '-' || version,
       {VERSIONS.names}
FROM {VERSIONS.source}
"""

INSERT_ACTS = f"""
INSERT INTO log.report_act (actor_id, {ACTS.names}) SELECT $1, {ACTS.names} FROM {ACTS.source}
"""

INSERT_EVENTS = f"""
INSERT INTO log.event (catalogue_number, {EVENTS.names})
SELECT $1, {EVENTS.names} FROM {EVENTS.source} ORDER BY ordinal
"""


@dataclass(frozen=True, slots=True)
class Told:
    """One report with all that was done with it. `slip` is what steps with a mistake sent."""

    obligation: Obligation
    place: Place
    sender: str
    receiver: str
    steps: Sequence[Step]
    content: Content
    slip: Content | None


@dataclass(frozen=True, slots=True)
class Sent:
    """One version as it was sent."""

    number: int
    content: Content
    at: datetime

    def track(self) -> dict[str, Any]:
        return track(
            version=self.number,
            submitted_at=self.at,
            nothing_to_report=self.content.nothing_to_report,
            figures=self.content.texts,
        )


@dataclass(frozen=True, slots=True)
class Done:
    """One act with what it made of the report; `about` is the version that it speaks of."""

    told: Told
    step: Step
    report: Report
    about: int
    sent: Mapping[int, Sent]
    event_id: UUID

    @property
    def actor(self) -> str:
        by_sender = self.step.verb in (Act.SUBMIT, Act.WITHDRAW)
        return self.told.sender if by_sender else self.told.receiver

    def event(self, *, actor_id: AccountId) -> str:
        """The data of its event."""
        return event_data(
            self.report,
            obligation=self.told.obligation,
            organization_code=self.told.place.organization.code,
            form_version=self.told.place.form.version,
            live=self._track(self.report.live),
            official=self._track(self.report.official),
            act=act_of(
                self.step.verb,
                actor_id=actor_id,
                actor_name=self.actor,
                at=self.step.at,
                reason=self.step.reason,
            ),
        )

    def _track(self, version: int | None) -> dict[str, Any] | None:
        return None if version is None else self.sent[version].track()


@dataclass(frozen=True, slots=True)
class Writer:
    """`actor_id` is the account that a made-up history is told under."""

    native: Connection
    actor_id: AccountId
    catalogue_number: int

    async def write(self, reports: Sequence[Told]) -> None:
        """Store the reports of one period, with all that was done with them."""
        lives = [list(_life(told)) for told in reports]
        ids = await self._insert_reports([life[-1] for life in lives])
        done = [
            replace(each, report=replace(each.report, id=ids[each.told.obligation.id or 0]))
            for life in lives
            for each in life
        ]
        await self._insert_versions([each for each in done if each.step.verb is Act.SUBMIT])
        await self._insert_acts(done)
        await self._insert_events(sorted(done, key=lambda each: each.step.at))

    async def _insert_reports(self, last: Sequence[Done]) -> dict[int, ReportId]:
        heads = (head_row(each.told.obligation, each.report) for each in last)
        rows = await self.native.fetch(INSERT_REPORTS, *HEADS.parameters(heads))
        return {row["obligation_id"]: ReportId(row["id"]) for row in rows}

    async def _insert_versions(self, done: Iterable[Done]) -> None:
        rows = VERSIONS.parameters(map(_version, done))
        await self.native.execute(INSERT_VERSIONS, self.actor_id, *rows)

    async def _insert_acts(self, done: Iterable[Done]) -> None:
        await self.native.execute(INSERT_ACTS, self.actor_id, *ACTS.parameters(map(_act, done)))

    async def _insert_events(self, done: Iterable[Done]) -> None:
        rows = EVENTS.parameters(_event(each, actor_id=self.actor_id) for each in done)
        await self.native.execute(INSERT_EVENTS, self.catalogue_number, *rows)


def _life(told: Told) -> Iterator[Done]:
    """What each step makes of the report."""
    report: Report | None = None
    sent: dict[int, Sent] = {}
    for step in told.steps:
        before, report = report, _after(report, step, obligation=told.obligation)
        if step.verb is Act.SUBMIT:
            content = (told.slip if step.slip else None) or told.content
            sent[report.last_version] = Sent(report.last_version, content, step.at)
        standing = before.live or before.official if before else None
        submitted = step.verb is Act.SUBMIT or standing is None
        about = report.last_version if submitted else standing
        yield Done(told, step, report, about or report.last_version, dict(sent), uuid4())


def _after(report: Report | None, step: Step, *, obligation: Obligation) -> Report:
    if report is None:
        return first_submission(
            organization_id=obligation.organization_id,
            regime=obligation.regime,
            form=obligation.form,
            period=obligation.period,
            at=step.at,
        )
    if step.verb is Act.SUBMIT:
        return submit(report, at=step.at, reason=step.reason)
    if step.verb is Act.WITHDRAW:
        return withdraw(report, reason=step.reason)
    if step.verb is Act.RETURN:
        return return_to_sender(report, reason=step.reason)
    return approve(report)


def _version(done: Done) -> dict[str, object]:
    place, content = done.told.place, done.sent[done.report.last_version].content
    return {
        "report_id": done.report.id,
        "version": done.report.last_version,
        "form_version": place.form.version,
        "figures": write_json(content.texts),
        "nothing_to_report": content.nothing_to_report,
        "explanations": write_json(dict(content.explanations)),
        "submitted_by_name": done.actor,
        "submitted_at": done.step.at,
        "content_sha256": content_sha256(
            place,
            figures=content.texts,
            body=_body(place, content),
            explanations=content.explanations,
            document=Document(),
        ),
    }


def _body(place: Place, content: Content) -> SubmissionBody:
    return SubmissionBody(
        organization=place.organization.code,
        form=place.form.code,
        period=place.period.code,
        figures=content.texts,
        nothing_to_report=content.nothing_to_report,
    )


def _act(done: Done) -> dict[str, object]:
    return {
        "report_id": done.report.id,
        "sequence": done.report.sequence,
        "verb": done.step.verb.value,
        "version": done.about,
        "actor_name": done.actor,
        "at": done.step.at,
        "reason": done.step.reason,
        "event_id": done.event_id,
    }


def _event(done: Done, *, actor_id: AccountId) -> dict[str, object]:
    return {
        "event_id": done.event_id,
        "type": EVENT_TYPES[done.step.verb].value,
        "subject": f"report/{done.report.id}",
        "province_id": done.told.obligation.province_id,
        "data": done.event(actor_id=actor_id),
        "occurred_at": done.step.at,
    }
