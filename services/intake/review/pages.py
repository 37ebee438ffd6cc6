"""Review: the queue, and a report beside the period before it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.comparing import compared
from services.intake.dependencies import IntakeDep
from services.intake.places import place_of
from services.intake.reports.pages import decision_of, version_grid
from services.intake.reports.use_cases import History, decide, read_compared_period, read_history
from services.intake.review.repository import Waiting
from services.intake.review.use_cases import Queue, QueueFilter, read_missing, read_queue
from services.intake.service import Intake
from services.intake.wording import form_label, form_title, last_day, office_name, organization_of
from shared.catalogue.catalogue import Catalogue
from shared.domain.errors import ReasonRequired
from shared.domain.identifiers import ObligationId, ReportId
from shared.domain.obligations import Obligation
from shared.domain.reports import Act, ReportError, ReportState
from shared.labels.labels import Language
from shared.web.access import require
from shared.web.identifiers import LARGEST_ID
from shared.web.languages import language_of
from shared.web.pages import Pages, PagesDep
from shared.web.principals import Principal, Role
from shared.web.problems import VersionConflict

SHOWN_STATES = (ReportState.SUBMITTED, ReportState.RETURNED, ReportState.APPROVED)
MISSING = "missing"
QUEUE_LENGTH = 500
DECIDABLE = (ReportState.SUBMITTED, ReportState.APPROVED)

router = APIRouter(include_in_schema=False)

ReportNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
ReviewerDep = Annotated[Principal, require(Role.REVIEWER)]
Done = Literal["", "approved", "returned"]


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One report of the queue."""

    report_id: ReportId | None
    organization_name: str
    title: str
    code: str
    period: str
    state: str
    submitted_at: datetime
    late: bool
    nothing_to_report: bool
    explained: int


@dataclass(frozen=True, slots=True)
class MissingLine:
    """One report that is owed and was not sent."""

    obligation_id: ObligationId | None
    organization_name: str
    title: str
    code: str
    period: str
    last_day: date


@router.get("/review")
async def queue_page(
    request: Request,
    *,
    pages: PagesDep,
    principal: ReviewerDep,
    intake: IntakeDep,
    state: ReportState | Literal["missing"] = ReportState.SUBMITTED,
    done: Done = "",
) -> Response:
    """What waits, unless another state is asked for; `missing` is what was not sent."""
    wanted = ReportState.SUBMITTED if state == MISSING else ReportState(state)
    decided = wanted is not ReportState.SUBMITTED
    part = QueueFilter(state=wanted, limit=QUEUE_LENGTH, newest=decided)
    queue = await read_queue(intake, principal, part)
    missing = await read_missing(intake, principal, limit=QUEUE_LENGTH)
    known, language = await intake.catalogue.current(), language_of(request)
    organization = organization_of(known, principal.organization_id, on=intake.clock.today())
    return pages.render(
        request,
        "intake/review.html",
        organization_name=office_name(organization) if organization else "",
        lines=_lines(queue, known, language=language, newest=decided),
        missing=[_missing_line(each, known, language=language) for each in missing],
        state=str(state),
        state_tabs=[*_tabs(request, queue), _missing_tab(request, len(missing))],
        done=done,
    )


@router.get("/review/{report_id}")
async def review_page(
    request: Request,
    report_id: ReportNumber,
    *,
    pages: PagesDep,
    principal: ReviewerDep,
    intake: IntakeDep,
    done: Done = "",
    of: Annotated[int | None, Query(ge=1, le=LARGEST_ID)] = None,
) -> Response:
    """One report with the queue beside it; `done` and `of` tell what became of the one before."""
    decided = _Decided(done, ReportId(of) if of else None)
    return await _page(
        request, pages, intake, principal, report_id=ReportId(report_id), decided=decided
    )


@router.post("/review/{report_id}/approve")
async def approve(
    request: Request,
    report_id: ReportNumber,
    *,
    pages: PagesDep,
    principal: ReviewerDep,
    intake: IntakeDep,
) -> Response:
    """Takes the version as official, then on to the next."""
    return await _decide(
        request, pages, intake, principal, report_id=ReportId(report_id), verb=Act.APPROVE
    )


@router.post("/review/{report_id}/return")
async def return_to_sender(
    request: Request,
    report_id: ReportNumber,
    *,
    pages: PagesDep,
    principal: ReviewerDep,
    intake: IntakeDep,
) -> Response:
    """Sends it back with a reason, then on to the next."""
    return await _decide(
        request, pages, intake, principal, report_id=ReportId(report_id), verb=Act.RETURN
    )


async def _decide(
    request: Request,
    pages: Pages,
    intake: Intake,
    principal: Principal,
    *,
    report_id: ReportId,
    verb: Act,
) -> Response:
    decision = await decision_of(request, report_id, verb=verb)
    try:
        await decide(intake, principal, decision)
    except (ReasonRequired, ReportError, VersionConflict) as error:
        return await _page(
            request,
            pages,
            intake,
            principal,
            report_id=report_id,
            refusal=_Refusal(error, verb=verb, reason=decision.reason or ""),
        )
    done = "approved" if verb is Act.APPROVE else "returned"
    queue = await read_queue(intake, principal, QueueFilter(limit=QUEUE_LENGTH))
    ids = [each.filed.report.id for each in queue.waiting]
    following = next((each for each in ids if each and each > report_id), ids[0] if ids else None)
    path = "/review" if following is None else f"/review/{following}"
    return RedirectResponse(f"{path}?done={done}&of={report_id}", status_code=303)


@dataclass(frozen=True, slots=True)
class _Decided:
    """What was done just now, and with which report: the page shows the next one already."""

    done: Done = ""
    report_id: ReportId | None = None

    async def organization_name(self, intake: Intake, principal: Principal) -> str:
        if not self.done or self.report_id is None:
            return ""
        history = await read_history(intake, principal, self.report_id)
        known = await intake.catalogue.current()
        return office_name(place_of(known, history.filed.obligation).organization)


@dataclass(frozen=True, slots=True)
class _Refusal:
    """A decision that was not possible, with what was typed for it."""

    error: Exception
    verb: Act
    reason: str

    @property
    def status_code(self) -> int:
        if isinstance(self.error, VersionConflict):
            return 412
        return 422 if isinstance(self.error, ReasonRequired) else 409

    def messages(self, request: Request) -> list[Mapping[str, Any]]:
        if isinstance(self.error, VersionConflict):
            key = "intake.review.conflict"
            return [{"text": request.app.state.labels.text(key, language_of(request))}]
        href = "#reason" if isinstance(self.error, ReasonRequired) else None
        return [{"text": str(self.error), "href": href}]


async def _page(
    request: Request,
    pages: Pages,
    intake: Intake,
    principal: Principal,
    *,
    report_id: ReportId,
    decided: _Decided = _Decided(),
    refusal: _Refusal | None = None,
) -> Response:
    history = await read_history(intake, principal, report_id)
    queue = await read_queue(intake, principal, QueueFilter(limit=QUEUE_LENGTH))
    known, language = await intake.catalogue.current(), language_of(request)
    filed, version = history.filed, history.last
    place = place_of(known, filed.obligation)
    before = compared(known, place).previous
    previous = await read_compared_period(intake, filed, before=before)
    grid = version_grid(
        known, filed.obligation, history, wanted=version, language=language, previous=previous
    )
    return pages.render(
        request,
        "intake/review_report.html",
        status_code=refusal.status_code if refusal else 200,
        filed=filed,
        history=history,
        version=version,
        lines=_lines(queue, known, language=language),
        title=form_title(place.form, language),
        organization_name=office_name(place.organization),
        grid=grid,
        has_changes=grid.has_changes,
        has_previous=previous is not None,
        late=filed.obligation.is_late(filed.report.first_submitted_at),
        may_decide=_may_decide(history, principal),
        wants=refusal.verb.value if refusal else "",
        reason=refusal.reason if refusal else "",
        errors=refusal.messages(request) if refusal else [],
        done=decided.done,
        decided_name=await decided.organization_name(intake, principal),
    )


def _may_decide(history: History, principal: Principal) -> bool:
    filed = history.filed
    receives = filed.obligation.receiver_id == principal.organization_id
    return receives and filed.report.state in DECIDABLE


def _tabs(request: Request, queue: Queue) -> Sequence[tuple[str, str, str]]:
    labels, language = request.app.state.labels, language_of(request)
    names = {
        ReportState.SUBMITTED: "intake.review.tab_waiting",
        ReportState.RETURNED: "state.returned",
        ReportState.APPROVED: "state.approved",
    }
    return [
        (
            state.value,
            f"{labels.text(names[state], language)} ({queue.counts.get(state.value, 0)})",
            f"/review?state={state.value}",
        )
        for state in SHOWN_STATES
    ]


def _missing_tab(request: Request, count: int) -> tuple[str, str, str]:
    labels, language = request.app.state.labels, language_of(request)
    text = labels.text("intake.proxy.missing", language)
    return MISSING, f"{text} ({count})", f"/review?state={MISSING}"


def _missing_line(obligation: Obligation, known: Catalogue, *, language: Language) -> MissingLine:
    place = place_of(known, obligation)
    return MissingLine(
        obligation_id=obligation.id,
        organization_name=office_name(place.organization),
        title=form_label(place.form, language),
        code=place.form.code,
        period=obligation.period,
        last_day=last_day(obligation),
    )


def _lines(
    queue: Queue, known: Catalogue, *, language: Language, newest: bool = False
) -> list[QueueLine]:
    """Who sent first comes first; of what is decided, who sent last."""
    waiting = sorted(queue.waiting, key=lambda each: each.submitted_at, reverse=newest)
    return [_line(each, known, language=language) for each in waiting]


def _line(waiting: Waiting, known: Catalogue, *, language: Language) -> QueueLine:
    obligation, report = waiting.filed.obligation, waiting.filed.report
    place = place_of(known, obligation)
    return QueueLine(
        report_id=report.id,
        organization_name=office_name(place.organization),
        title=form_label(place.form, language),
        code=place.form.code,
        period=obligation.period,
        state=report.state.value,
        submitted_at=waiting.submitted_at,
        late=obligation.is_late(report.first_submitted_at),
        nothing_to_report=waiting.nothing_to_report,
        explained=len(waiting.explanations),
    )
