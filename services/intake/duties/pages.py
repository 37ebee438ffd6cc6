"""/obligations/{obligation_id}: a duty with its whole history, and the receiver's acts on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from services.intake.dependencies import IntakeDep
from services.intake.duties.holding import held_by
from services.intake.duties.use_cases import ACTING, Wanted, act, authority_of
from services.intake.grids import part_label
from services.intake.history.use_cases import Entry, Story, read_story
from services.intake.obligations.pages import duty_line
from services.intake.places import place_of
from services.intake.reports.schemas import LONGEST_REASON
from services.intake.reports.use_cases import read_history
from services.intake.service import Intake
from services.intake.word_changes import ShownWord, shown_words
from services.intake.wording import form_title, name_of, office_name, regime_name
from shared.catalogue.catalogue import Catalogue
from shared.domain.errors import ReasonRequired
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import ColumnCode, ObligationId, ReportId, RowCode
from shared.domain.obligation_acts import (
    ExtensionNotLater,
    ExtensionTooLate,
    ObligationAct,
    ObligationError,
)
from shared.domain.obligations import Obligation
from shared.domain.reports import PeriodClosed
from shared.domain.time import day_before
from shared.labels.labels import Labels, Language
from shared.web.access import SignedIn, require
from shared.web.forms import read_form, seen_version
from shared.web.identifiers import LARGEST_ID
from shared.web.languages import language_of
from shared.web.pages import Pages, PagesDep
from shared.web.principals import Principal
from shared.web.problems import VersionConflict

WRONG_DAYS = (ExtensionNotLater, ExtensionTooLate)

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Path(ge=1, le=LARGEST_ID)]
ActingDep = Annotated[Principal, require(*ACTING)]


@dataclass(frozen=True, slots=True)
class ShownChange:
    """A cell that a version changed, by the names that people read."""

    row: str
    column: str
    before: Any
    after: Any


@dataclass(frozen=True, slots=True)
class ShownEntry:
    """One thing that was done, in words; `last_day` is told where it changed."""

    entry: Entry
    text: str
    changes: Sequence[ShownChange]
    words: Sequence[ShownWord]
    last_day: date | None


class Unsaid(Exception):
    """What a page asks for and nobody said: faults, each with its `text` and the field's `href`."""

    def __init__(self, faults: Sequence[Mapping[str, str]]) -> None:
        super().__init__(f"{len(faults)} faults in what was asked for")
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Refusal:
    """An act that was not possible, with what was typed for it."""

    verb: ObligationAct
    error: Exception
    reason: str = ""
    until: str = ""
    to: str = ""

    @property
    def status_code(self) -> int:
        if isinstance(self.error, VersionConflict):
            return 412
        typed = isinstance(self.error, (ReasonRequired, *WRONG_DAYS, Unsaid))
        return 422 if typed else 409

    def messages(self, labels: Labels, language: Language) -> list[Mapping[str, Any]]:
        if isinstance(self.error, VersionConflict):
            return [{"text": labels.text("duties.conflict", language)}]
        if isinstance(self.error, Unsaid):
            return list(self.error.faults)
        field = "until" if isinstance(self.error, WRONG_DAYS) else "reason"
        typed = isinstance(self.error, (ReasonRequired, *WRONG_DAYS))
        href = f"#{self.verb}-{field}" if typed else None
        return [{"text": str(self.error), "href": href}]


@router.get("/obligations/{obligation_id}")
async def duty_page(
    request: Request,
    obligation_id: Number,
    *,
    pages: PagesDep,
    principal: SignedIn,
    intake: IntakeDep,
) -> Response:
    """What is owed, and everything that was done about it."""
    return await _page(request, pages, intake, principal=principal, number=obligation_id)


@router.get("/reports/{report_id}/history")
async def history_of_report(
    report_id: Number, *, principal: SignedIn, intake: IntakeDep
) -> Response:
    """The history is that of the duty."""
    found = await read_history(intake, principal, ReportId(report_id))
    return RedirectResponse(f"/obligations/{found.filed.obligation.id}#history", status_code=303)


@router.post("/obligations/{obligation_id}/extend")
async def extend(
    request: Request,
    obligation_id: Number,
    *,
    pages: PagesDep,
    principal: ActingDep,
    intake: IntakeDep,
) -> Response:
    """Gives the sender until another day."""
    return await _act(
        request, pages, intake, principal, number=obligation_id, verb=ObligationAct.EXTEND
    )


@router.post("/obligations/{obligation_id}/exclude")
async def exclude(
    request: Request,
    obligation_id: Number,
    *,
    pages: PagesDep,
    principal: ActingDep,
    intake: IntakeDep,
) -> Response:
    """Takes the report out of what is expected."""
    return await _act(
        request, pages, intake, principal, number=obligation_id, verb=ObligationAct.EXCLUDE
    )


@router.post("/obligations/{obligation_id}/include")
async def include(
    request: Request,
    obligation_id: Number,
    *,
    pages: PagesDep,
    principal: ActingDep,
    intake: IntakeDep,
) -> Response:
    """Expects the report again."""
    return await _act(
        request, pages, intake, principal, number=obligation_id, verb=ObligationAct.INCLUDE
    )


@router.post("/obligations/{obligation_id}/transfer")
async def transfer(
    request: Request,
    obligation_id: Number,
    *,
    pages: PagesDep,
    principal: ActingDep,
    intake: IntakeDep,
) -> Response:
    """Names who reports in place of a unit that was divided or ended."""
    return await _act(
        request, pages, intake, principal, number=obligation_id, verb=ObligationAct.TRANSFER
    )


async def _act(
    request: Request,
    pages: Pages,
    intake: Intake,
    principal: Principal,
    *,
    number: int,
    verb: ObligationAct,
) -> Response:
    form = await read_form(request)
    reason, until, to = reason_of(form), str(form.get("until", "")), str(form.get("to", ""))
    target = {ObligationId(number): seen_version(form, "sequence")}
    wanted = Wanted(verb, target, reason, until=last_day_of(form), to=to)
    try:
        if verb is ObligationAct.EXTEND and wanted.until is None:
            raise Unsaid([no_last_day(request, href="#extend-until")])
        await act(intake, principal, wanted)
    except (ReasonRequired, ObligationError, PeriodClosed, VersionConflict, Unsaid) as error:
        refusal = Refusal(verb, error, reason=reason, until=until, to=to)
        return await _page(
            request, pages, intake, principal=principal, number=number, refusal=refusal
        )
    return RedirectResponse(f"/obligations/{number}", status_code=303)


def reason_of(form: FormData) -> str:
    """Why, as it was typed."""
    return str(form.get("reason", "")).strip()[:LONGEST_REASON]


def last_day_of(form: FormData) -> date | None:
    """The day typed, None without any."""
    try:
        return date.fromisoformat(str(form.get("until", "")))
    except ValueError:
        return None


def no_last_day(request: Request, *, href: str) -> Mapping[str, str]:
    """The fault of an extension without its last day."""
    labels: Labels = request.app.state.labels
    return {"text": labels.text("duties.no_last_day", language_of(request)), "href": href}


async def _page(
    request: Request,
    pages: Pages,
    intake: Intake,
    *,
    principal: Principal,
    number: int,
    refusal: Refusal | None = None,
) -> Response:
    story = await read_story(intake, principal, ObligationId(number))
    authority = await authority_of(intake, principal)
    language, known, today = language_of(request), authority.known, intake.clock.today()
    duty, obligation = story.duty, story.duty.obligation
    labels: Labels = request.app.state.labels
    place = place_of(known, obligation)
    line = duty_line(duty, known, now=intake.clock.now(), today=today, language=language)
    return pages.render(
        request,
        "intake/duty.html",
        status_code=refusal.status_code if refusal else 200,
        duty=duty,
        line=line,
        place=place,
        title=form_title(place.form, language),
        regime=regime_name(place.regime, language),
        organization_name=office_name(place.organization),
        receiver=name_of(known, obligation.receiver_id, on=today),
        held=held_by(known, obligation, on=today),
        ruled_day=day_before(obligation.ruled_deadline),
        verdict=_verdict(story),
        entries=_entries(story, known, labels, language=language),
        may_act=authority.may_act_on(obligation) and not duty.period_closed,
        own=obligation.met_by == principal.organization_id,
        refusal=refusal,
        errors=refusal.messages(labels, language) if refusal else [],
    )


def _verdict(story: Story) -> str:
    """A key of the labels `duties.verdict.*`; "" as long as nothing was sent."""
    report, obligation = story.duty.report, story.duty.obligation
    first = None if report is None else report.first_submitted_at
    if first is None:
        return ""
    on_time, by_rule = obligation.is_on_time(first), obligation.is_on_time_by_rule(first)
    if on_time and not by_rule:
        return "by_extension"
    return "on_time" if on_time else "late"


def _entries(
    story: Story, known: Catalogue, labels: Labels, *, language: Language
) -> list[ShownEntry]:
    """Newest first."""
    obligation = story.duty.obligation
    return [
        ShownEntry(
            entry=each,
            text=_text(each, labels, language=language),
            changes=_changes(each, obligation, known, language=language),
            words=_words(each, obligation, known, language=language),
            last_day=None if each.deadline is None else day_before(each.deadline),
        )
        for each in reversed(story.entries)
    ]


def _text(entry: Entry, labels: Labels, *, language: Language) -> str:
    key = f"duties.entry.{entry.subject}.{entry.verb}"
    return labels.text(key, language) if labels.has(key, language) else entry.verb


def _changes(
    entry: Entry, obligation: Obligation, known: Catalogue, *, language: Language
) -> list[ShownChange]:
    if not entry.changes or entry.version is None:
        return []
    form = known.form_version(obligation.form, entry.version.form_version)
    return [
        ShownChange(
            row=_row_name(form, each.cell.row, language=language),
            column=_column_name(form, each.cell.column, language=language),
            before=each.signed,
            after=each.now,
        )
        for each in entry.changes
    ]


def _words(
    entry: Entry, obligation: Obligation, known: Catalogue, *, language: Language
) -> list[ShownWord]:
    if not entry.words or entry.version is None:
        return []
    form = known.form_version(obligation.form, entry.version.form_version)
    return shown_words(entry.words, form, language=language)


def _row_name(form: FormTemplate, code: RowCode, *, language: Language) -> str:
    row = form.row_by_code.get(code)
    return code if row is None else part_label(row, language)


def _column_name(form: FormTemplate, code: ColumnCode, *, language: Language) -> str:
    column = next((each for each in form.columns if each.code == code), None)
    if column is None:
        return code
    return f"{column.number} {part_label(column, language)}"
