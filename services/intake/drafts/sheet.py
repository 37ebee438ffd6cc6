"""The sheet on an officer's desk: what is typed so far, and what it is compared with."""

from dataclasses import dataclass, replace

from services.intake.comparing import compared
from services.intake.contents import typed_words
from services.intake.drafts.repository import Draft, DraftContent, RawFigures
from services.intake.drafts.use_cases import Desk, open_desk
from services.intake.reports.documents import body_of_document
from services.intake.reports.repository import read_compared, read_last_version
from services.intake.reports.rows import StoredVersion
from services.intake.service import Intake
from services.intake.submissions.judging import read_figures
from services.intake.submissions.schemas import SubmissionBody
from shared.db.engine import driver, snapshot
from shared.domain.faults import Fault
from shared.domain.figures import Figures
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import ObligationId
from shared.web.principals import Principal


@dataclass(frozen=True, slots=True)
class Sheetwork:
    """A desk with the figures of other periods; `draft` of the desk is what the page shows."""

    desk: Desk
    previous: Figures | None
    last_year: Figures | None

    def kept(self, draft: Draft) -> "Sheetwork":
        """The same with the draft that was just kept."""
        return replace(self, desk=replace(self.desk, draft=draft))

    def filled(self, figures: RawFigures) -> "Sheetwork":
        """The same with figures that nobody has kept yet."""
        return self.kept(replace(self.desk.draft, figures=figures))

    def typed(self, content: DraftContent) -> "Sheetwork":
        """The same with what was typed but could not be kept; the version is the current one."""
        draft = replace(
            self.desk.draft,
            figures=content.figures,
            nothing_to_report=content.nothing_to_report,
            explanations=content.explanations,
            words=self.desk.draft.words if content.words is None else content.words,
        )
        return self.kept(draft)


async def open_sheet(
    intake: Intake, principal: Principal, obligation_id: ObligationId
) -> Sheetwork:
    """The draft, or what was sent last when nothing is kept.

    Raises NotFound for a duty that is not the organization's own.
    """
    desk = await open_desk(intake, principal, obligation_id)
    obligation = desk.duty.obligation
    beside = compared(await intake.catalogue.current(), desk.place)
    async with snapshot(intake.engine) as connection:
        native = await driver(connection)
        last = None
        if desk.draft.updated_at is None and desk.duty.report and desk.duty.report.id:
            last = await read_last_version(native, desk.duty.report.id)
        work = Sheetwork(
            desk=desk,
            previous=await read_compared(native, obligation, before=beside.previous),
            last_year=await read_compared(native, obligation, before=beside.last_year),
        )
    return work if last is None else work.kept(_draft_of(last, desk.place.form))


def judge_draft(work: Sheetwork) -> tuple[Fault, ...]:
    """Every fault of the draft, hard and soft, by the rules that a submission is judged by."""
    _, faults = read_figures(
        work.desk.place.form,
        body_of(work.desk),
        previous=work.previous,
        last_year=work.last_year,
    )
    return faults


def body_of(desk: Desk) -> SubmissionBody:
    """The draft as a submission."""
    place, draft = desk.place, desk.draft
    return SubmissionBody(
        organization=place.organization.code,
        regime=place.regime.code,
        form=place.form.code,
        period=place.period.code,
        figures={} if draft.nothing_to_report else draft.figures,
        content=None if draft.nothing_to_report else draft.words,
        nothing_to_report=draft.nothing_to_report,
        explanations=dict(draft.explanations),
        document=None if draft.document.is_blank else body_of_document(draft.document),
        reason=draft.reason,
    )


def _draft_of(version: StoredVersion, form: FormTemplate) -> Draft:
    """What was sent last, to go on from; it is kept only when somebody types."""
    return Draft(
        version=0,
        figures={
            row: {column: text.replace(".", ",") for column, text in cells.items()}
            for row, cells in version.texts.items()
        },
        nothing_to_report=version.nothing_to_report,
        explanations=version.explanations,
        updated_at=None,
        document=version.document,
        words=typed_words(form, version.content),
    )
