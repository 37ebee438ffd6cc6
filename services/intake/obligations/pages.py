"""The officer's home: what is to be sent, until when, and what was sent."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.aggregates.pages import SIGNING_OFF, AggregateLine, aggregate_line
from services.intake.aggregates.use_cases import read_signing_duties
from services.intake.dependencies import IntakeDep
from services.intake.obligations.repository import Duty
from services.intake.obligations.schemas import standing_of
from services.intake.obligations.use_cases import read_own_duties
from services.intake.places import place_of
from services.intake.review.use_cases import count_waiting
from services.intake.service import Intake
from services.intake.wording import form_label, last_day, office_name, organization_of
from shared.catalogue.catalogue import Catalogue
from shared.domain.drafts import DraftState
from shared.domain.obligations import ObligationState, Standing
from shared.domain.reports import ReportState
from shared.labels.labels import Language
from shared.web.access import SignedIn
from shared.web.languages import language_of
from shared.web.pages import PagesDep
from shared.web.principals import Principal, Role

SENT_SHOWN = 12
SIGNED_SHOWN = 3
ENTERING = (Role.PREPARER, Role.SIGNER)

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One line of the home page. `state` is a key of the labels `state.*`."""

    duty: Duty
    title: str
    code: str
    period: str
    last_day: date
    working_days_left: int
    state: str
    overdue: bool
    late: bool
    standing: Standing
    cells: int
    organization_name: str
    ended_on: date | None
    """The last day of a unit that is no more, and whose name another one may bear now."""


@router.get("/")
async def home(
    request: Request, pages: PagesDep, principal: SignedIn, intake: IntakeDep
) -> Response:
    """What this account has to do; those who only watch begin at the dashboard."""
    if not principal.has_any(*ENTERING, Role.REVIEWER):
        return RedirectResponse("/dashboard", status_code=303)
    context = await _own_duties(intake, principal, language=language_of(request))
    waiting = None
    if principal.has_any(Role.REVIEWER):
        waiting = await count_waiting(intake, principal)
    aggregates = await _aggregates(intake, principal, language=language_of(request))
    return pages.render(
        request, "intake/home.html", waiting=waiting, aggregates=aggregates, **context
    )


async def _aggregates(
    intake: Intake, principal: Principal, *, language: Language
) -> list[AggregateLine]:
    """What is to be signed off first, then the newest that was."""
    if not principal.has_any(*SIGNING_OFF):
        return []
    known, now = await intake.catalogue.current(), intake.clock.now()
    lines = [
        aggregate_line(duty, known, now=now, today=intake.clock.today(), language=language)
        for duty in await read_signing_duties(intake, principal)
    ]
    signed = [line for line in lines if line.signed_at is not None]
    return [*(line for line in lines if line.signed_at is None), *signed[:SIGNED_SHOWN]]


async def _own_duties(
    intake: Intake, principal: Principal, *, language: Language
) -> dict[str, Any]:
    known, now = await intake.catalogue.current(), intake.clock.now()
    duties = await read_own_duties(intake, principal)
    lines = [
        duty_line(duty, known, now=now, today=intake.clock.today(), language=language)
        for duty in duties
        if duty.obligation.state is not ObligationState.EXCLUDED
    ]
    organization = organization_of(known, principal.organization_id, on=intake.clock.today())
    sent = [line for line in lines if _is_sent(line)]
    open_lines = sorted((line for line in lines if not _is_sent(line)), key=_by_deadline)
    signs = principal.has_any(Role.SIGNER)
    awaiting = [line for line in lines if _awaits_signature(line)] if signs else []
    open_lines = [line for line in open_lines if line not in awaiting]
    return {
        "organization_name": office_name(organization) if organization else "",
        "signs": signs,
        "awaiting": awaiting,
        "due": [line for line in open_lines if line.standing is not Standing.NOT_DUE],
        "upcoming": [line for line in open_lines if line.standing is Standing.NOT_DUE],
        "sent": sorted(sent, key=_by_deadline, reverse=True)[:SENT_SHOWN],
        "sent_count": len(sent),
    }


def duty_line(
    duty: Duty, known: Catalogue, *, now: datetime, today: date, language: Language
) -> DutyLine:
    """A duty in the words of the page."""
    obligation, report = duty.obligation, duty.report
    place = place_of(known, obligation)
    standing, day = standing_of(duty, now=now), last_day(obligation)
    first = report.first_submitted_at if report else None
    return DutyLine(
        duty=duty,
        title=form_label(place.form, language),
        code=place.form.code,
        period=obligation.period,
        last_day=day,
        working_days_left=known.calendar.working_days_between(today, day),
        state=_state(duty),
        overdue=standing is Standing.OVERDUE,
        late=first is not None and first > obligation.deadline,
        standing=standing,
        cells=duty.draft_cells,
        organization_name=office_name(place.organization),
        ended_on=_last_day_of(place.organization.valid_to),
    )


def _last_day_of(valid_to: date | None) -> date | None:
    return None if valid_to is None else valid_to - timedelta(days=1)


def _state(duty: Duty) -> str:
    """A draft begun after a return is still a returned report: that is what one must know, unless
    it lies before the signer.
    """
    if duty.draft_state is DraftState.AWAITING_SIGNATURE:
        return duty.draft_state.value
    if duty.report is not None:
        return duty.report.state.value
    if duty.period_closed:
        return ReportState.CLOSED.value
    return "not_started" if duty.draft_updated_at is None else "draft"


def _awaits_signature(line: DutyLine) -> bool:
    return line.duty.draft_state is DraftState.AWAITING_SIGNATURE


def _is_sent(line: DutyLine) -> bool:
    """A new version that awaits signature is work to do, whatever stands."""
    report = line.duty.report
    if _awaits_signature(line):
        return False
    return report is not None and report.state in (
        ReportState.SUBMITTED,
        ReportState.APPROVED,
        ReportState.CLOSED,
    )


def _by_deadline(line: DutyLine) -> datetime:
    return line.duty.obligation.deadline
