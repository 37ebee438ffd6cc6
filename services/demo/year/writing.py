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
from services.intake.places import Place
from services.intake.reports.events import EVENT_TYPES, act_of, event_data, track
from services.intake.submissions.records import content_sha256
from services.intake.submissions.schemas import SubmissionBody
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

INSERT_REPORTS = """
INSERT INTO log.report (
    obligation_id, organization_id, province_id, regime, form, period, sequence, state,
    last_version, live_version, official_version, first_submitted_at)
SELECT * FROM unnest(
    $1::bigint[], $2::bigint[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::int[],
    $8::text[], $9::int[], $10::int[], $11::int[], $12::timestamptz[])
RETURNING id, obligation_id
"""

INSERT_VERSIONS = """
INSERT INTO log.report_version (
    report_id, version, form_version, figures, nothing_to_report, explanations, submitted_by,
    submitted_by_name, submitted_at, content_sha256, receipt_number)
SELECT report_id, version, form_version, figures::jsonb, nothing_to_report, explanations::jsonb,
       $1, submitted_by_name, submitted_at, content_sha256,
       'BN' || (SELECT generation FROM log.identity) || '-'
       || lpad(report_id::text, greatest(8, length(report_id::text)), '0') || '-' || version
FROM unnest(
    $2::bigint[], $3::int[], $4::int[], $5::text[], $6::boolean[], $7::text[], $8::text[],
    $9::timestamptz[], $10::text[])
    AS given (report_id, version, form_version, figures, nothing_to_report, explanations,
              submitted_by_name, submitted_at, content_sha256)
"""

INSERT_ACTS = """
INSERT INTO log.report_act (
    report_id, sequence, verb, version, actor_id, actor_name, at, reason, event_id)
SELECT report_id, sequence, verb, version, $1, actor_name, at, reason, event_id
FROM unnest(
    $2::bigint[], $3::int[], $4::text[], $5::int[], $6::text[], $7::timestamptz[], $8::text[],
    $9::uuid[])
    AS given (report_id, sequence, verb, version, actor_name, at, reason, event_id)
"""

INSERT_EVENTS = """
INSERT INTO log.event (event_id, type, subject, province_id, catalogue_number, data, occurred_at)
SELECT event_id, type, 'report/' || report_id, province_id, $1, data::jsonb, occurred_at
FROM unnest(
    $2::uuid[], $3::text[], $4::bigint[], $5::bigint[], $6::text[], $7::timestamptz[])
    AS given (event_id, type, report_id, province_id, data, occurred_at)
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
        rows = await self.native.fetch(INSERT_REPORTS, *_columns(_head(each) for each in last))
        return {row["obligation_id"]: ReportId(row["id"]) for row in rows}

    async def _insert_versions(self, done: Iterable[Done]) -> None:
        await self.native.execute(
            INSERT_VERSIONS, self.actor_id, *_columns(_version(each) for each in done)
        )

    async def _insert_acts(self, done: Iterable[Done]) -> None:
        await self.native.execute(
            INSERT_ACTS, self.actor_id, *_columns(_act(each) for each in done)
        )

    async def _insert_events(self, done: Iterable[Done]) -> None:
        rows = (
            (
                each.event_id,
                EVENT_TYPES[each.step.verb].value,
                each.report.id,
                each.told.obligation.province_id,
                each.event(actor_id=self.actor_id),
                each.step.at,
            )
            for each in done
        )
        await self.native.execute(INSERT_EVENTS, self.catalogue_number, *_columns(rows))


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


def _head(done: Done) -> tuple[Any, ...]:
    report, obligation = done.report, done.told.obligation
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


def _version(done: Done) -> tuple[Any, ...]:
    place, content = done.told.place, done.sent[done.report.last_version].content
    return (
        done.report.id,
        done.report.last_version,
        place.form.version,
        write_json(content.texts),
        content.nothing_to_report,
        write_json(dict(content.explanations)),
        done.actor,
        done.step.at,
        content_sha256(
            place,
            figures=content.texts,
            body=_body(place, content),
            explanations=content.explanations,
            document=Document(),
        ),
    )


def _body(place: Place, content: Content) -> SubmissionBody:
    return SubmissionBody(
        organization=place.organization.code,
        form=place.form.code,
        period=place.period.code,
        figures=content.texts,
        nothing_to_report=content.nothing_to_report,
    )


def _act(done: Done) -> tuple[Any, ...]:
    return (
        done.report.id,
        done.report.sequence,
        done.step.verb.value,
        done.about,
        done.actor,
        done.step.at,
        done.step.reason,
        done.event_id,
    )


def _columns(rows: Iterable[tuple[Any, ...]]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]
