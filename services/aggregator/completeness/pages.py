"""/completeness: who has sent, who has not, and whom to call."""

from dataclasses import replace
from datetime import date, datetime

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.aggregator.completeness.received import read_received, read_senders
from services.aggregator.completeness.use_cases import UnitProgress, read_completeness
from services.aggregator.dashboard.use_cases import deadline_day, missing_units, share_of
from services.aggregator.dependencies import AggregatorDep
from services.aggregator.reading.choices import choose
from services.aggregator.reading.figures import DutyRow
from services.aggregator.reading.opening import figures_seen
from services.aggregator.reading.pages import AskedDep, common_context
from services.aggregator.urging.pages import ToldDep
from services.aggregator.urging.use_cases import read_urging
from shared.domain.time import day_before
from shared.web.access import SignedIn
from shared.web.pages import PagesDep

router = APIRouter(include_in_schema=False)


@router.get("/completeness")
async def show_completeness(
    request: Request,
    principal: SignedIn,
    aggregator: AggregatorDep,
    pages: PagesDep,
    *,
    asked: AskedDep,
    told: ToldDep,
) -> HTMLResponse:
    """Progress by organization, and every unit with its deadline and contact."""
    choice = await choose(aggregator, principal, asked)
    question, now = choice.question, choice.view.now
    senders = await read_senders(aggregator, choice, own=principal.organization_id)
    async with figures_seen(aggregator, choice.view) as source:
        position = await source.position([question.node])
        answer = await read_completeness(source, question, position=position, now=now)
        received = await read_received(source, question, senders)
    answer = replace(answer, units=(*answer.units, *received))
    return pages.render(
        request,
        "aggregator/completeness.html",
        **common_context(choice, as_of=answer.as_of),
        answer=answer,
        received=received,
        missing=missing_units(question, answer),
        share_of=share_of,
        deadline_day=deadline_day,
        original_day=original_day,
        verdict=verdict,
        urging=await read_urging(aggregator, principal, choice, answer.missing),
        urged=told.urged,
        unaddressed=told.unaddressed,
    )


def original_day(unit: UnitProgress) -> date:
    """The last day by the rules."""
    return day_before(unit.duty.original_deadline or unit.duty.deadline)


def verdict(duty: DutyRow, now: datetime) -> str:
    """A key of the labels: how it stands by the deadline in force, and by the rules."""
    if not duty.is_in:
        return "state.overdue" if duty.is_overdue(now) else "state.not_started"
    if duty.is_late:
        return "duties.verdict.late"
    return "duties.verdict.by_extension" if duty.is_late_by_rule else "duties.verdict.on_time"
