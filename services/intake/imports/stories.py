"""What becomes of one report in an import: each act judged on what the acts before it left.

Sent over the API a report has one act, its submission. A history, as the demonstration makes up,
has more: approved, returned, sent again, each at its own instant and by its own person.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeAlias
from uuid import uuid4

from services.intake.places import Place
from services.intake.reports.events import EVENT_TYPES, act_of, event_data, track_of
from services.intake.reports.repository import NewAct
from services.intake.reports.rows import StoredVersion
from services.intake.service import Intake
from services.intake.submissions.faults import no_obligation, refusal
from services.intake.submissions.judging import judge, judge_figures
from services.intake.submissions.records import Request, Sending, new_submission
from services.intake.submissions.repository import Context, NewSubmission
from services.intake.submissions.schemas import SubmissionBody
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import read_json
from shared.domain.figures import Figures
from shared.domain.identifiers import OrganizationId
from shared.domain.obligations import Obligation, ObligationState
from shared.domain.reports import Act, Report, approve, return_to_sender, withdraw
from shared.web.principals import Principal

Record: TypeAlias = NewSubmission | NewAct


@dataclass(frozen=True, slots=True)
class Step:
    """One act. `body` is what a submission sends; the other acts have none.

    `proxy`: the receiver enters it for the sender.
    """

    verb: Act
    at: datetime
    actor: Principal
    body: SubmissionBody | None = None
    reason: str | None = None
    proxy: bool = False


@dataclass(frozen=True, slots=True)
class Story:
    """One report and what is to be recorded of it, oldest first."""

    place: Place
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Filing:
    """What is stored of a story. `figures` are those that now count, for later periods' rules."""

    obligation: Obligation
    report: Report
    records: tuple[Record, ...]
    figures: Figures | None


@dataclass
class _Telling:
    """A story half told."""

    intake: Intake
    known: Catalogue
    story: Story
    obligation: Obligation
    context: Context
    versions: dict[int, StoredVersion]
    figures: Figures | None = None

    def tell(self) -> Filing:
        records = tuple(map(self._record, self.story.steps))
        return Filing(self.obligation, self._report, records, self.figures)

    @property
    def _report(self) -> Report:
        if self.context.report is None:
            raise LookupError("a story begins with a submission")
        return self.context.report

    def _record(self, step: Step) -> Record:
        record = self._submitted(step) if step.body is not None else self._decided(step)
        official = self.versions.get(record.report.official or 0)
        self.context = replace(self.context, report=record.report, official=official)
        return record

    def _submitted(self, step: Step) -> NewSubmission:
        body = step.body
        if body is None:
            raise LookupError("a submission has a body")
        place = self.story.place
        judged = judge(
            body,
            form=place.form,
            obligation=self.obligation,
            context=self.context,
            at=step.at,
            proxy=step.proxy,
        )
        request = Request(body=body, key="", sha256="")
        sending = Sending(
            self.intake, self.known, step.actor, request, place, at=step.at, proxy=step.proxy
        )
        new = new_submission(judged, sending=sending, official=self.context.official)
        if len(self.story.steps) > 1:
            self.versions[new.report.last_version] = _version(new)
        self.figures = judged.figures
        return new

    def _decided(self, step: Step) -> NewAct:
        before = self._report
        after = _acted(before, step)
        judged = before.live or before.official or before.last_version
        return NewAct(
            report=after,
            verb=step.verb,
            version=judged,
            actor_id=step.actor.account_id,
            actor_name=step.actor.display_name,
            at=step.at,
            reason=step.reason,
            event_id=uuid4(),
            event_type=EVENT_TYPES[step.verb],
            catalogue_number=self.known.number,
            event_data=event_data(
                after,
                obligation=self.obligation,
                organization_code=self.story.place.organization.code,
                form_version=self.versions[judged].form_version,
                live=track_of(self.versions.get(after.live or 0)),
                official=track_of(self.versions.get(after.official or 0)),
                act=act_of(
                    step.verb,
                    actor_id=step.actor.account_id,
                    actor_name=step.actor.display_name,
                    at=step.at,
                    reason=step.reason,
                ),
            ),
        )


def tell(story: Story, *, intake: Intake, known: Catalogue, context: Context) -> Filing:
    """What is to be stored.

    Raises:
        ValidationFailed, CrossCheckFailed: every fault of the first submission that has any.
        ReportError, ReasonRequired: an act that the report's state does not allow.
    """
    obligation = context.obligation
    if obligation is None or obligation.state is ObligationState.EXCLUDED:
        place, body = story.place, story.steps[0].body
        fault = no_obligation(organization=place.organization.name, period=place.period.code)
        figures = [] if body is None else judge_figures(place.form, body)
        raise refusal([fault, *figures])
    return _Telling(intake, known, story, obligation, context, _stored_versions(context)).tell()


def _stored_versions(context: Context) -> dict[int, StoredVersion]:
    official = context.official
    return {} if official is None else {official.version: official}


def _acted(report: Report, step: Step) -> Report:
    if step.verb is Act.APPROVE:
        return approve(report)
    if step.verb is Act.RETURN:
        return return_to_sender(report, reason=step.reason)
    return withdraw(report, reason=step.reason)


def _version(new: NewSubmission) -> StoredVersion:
    """As it will be stored; the number of its receipt is known to the database only."""
    texts: Mapping[str, Mapping[str, str]] = read_json(new.figures)
    return StoredVersion(
        version=new.report.last_version,
        form_version=new.form_version,
        texts=texts,
        nothing_to_report=new.nothing_to_report,
        explanations=new.explanations,
        submitted_at=new.at,
        submitted_by_name=new.actor_name,
        receipt_number="",
        content_sha256=new.content_sha256,
        document=new.document,
        proxy_by=None if new.proxy_by is None else OrganizationId(new.proxy_by),
    )
