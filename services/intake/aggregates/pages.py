"""The page of an aggregate: the figures now, what was signed off, and signing off."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.aggregates.use_cases import (
    Aggregate,
    SigningDuty,
    read_aggregate,
    sign_off,
)
from services.intake.dependencies import IntakeDep
from services.intake.grids import part_label, reading_grid
from services.intake.reports.schemas import LONGEST_REASON
from services.intake.service import Intake
from services.intake.wording import form_label, form_title, office_name
from shared.catalogue.catalogue import Catalogue
from shared.domain.aggregates import AggregateError
from shared.domain.time import day_before
from shared.labels.labels import Language
from shared.web.access import SignedIn, require
from shared.web.forms import read_form
from shared.web.languages import language_of
from shared.web.pages import Pages, PagesDep
from shared.web.principals import Principal, Role
from shared.web.problems import VersionConflict

SIGNING_OFF = (Role.REVIEWER, Role.SIGNER)

router = APIRouter(include_in_schema=False)

Name = Annotated[str, Path(min_length=1, max_length=64)]
SignerDep = Annotated[Principal, require(*SIGNING_OFF)]


@dataclass(frozen=True, slots=True)
class AggregateLine:
    """An aggregate on the home page."""

    title: str
    code: str
    period: str
    address: str
    last_day: date
    working_days_left: int
    overdue: bool
    late: bool
    signed_at: datetime | None


@router.get("/aggregates/{slug}/{period}")
async def aggregate_page(
    request: Request,
    slug: Name,
    period: Name,
    *,
    pages: PagesDep,
    principal: SignedIn,
    intake: IntakeDep,
    organization: Annotated[str | None, Query(max_length=64)] = None,
) -> Response:
    """The approved figures, marked where they are not as they were signed off."""
    aggregate = await read_aggregate(
        intake, principal, slug=slug, period=period, organization=organization
    )
    return await _page(request, pages, intake, principal=principal, aggregate=aggregate)


@router.post("/aggregates/{slug}/{period}/sign-off")
async def sign(
    request: Request,
    slug: Name,
    period: Name,
    *,
    pages: PagesDep,
    principal: SignerDep,
    intake: IntakeDep,
) -> Response:
    """Signs off what the page showed; if it has changed since, shows it anew."""
    form = await read_form(request)
    reason = str(form.get("reason", "")).strip()[:LONGEST_REASON] or None
    try:
        await sign_off(
            intake,
            principal,
            slug=slug,
            period=period,
            seen=str(form.get("seen", "")),
            reason=reason,
            organization=str(form.get("organization", "")) or None,
        )
    except (AggregateError, VersionConflict) as error:
        aggregate = await read_aggregate(intake, principal, slug=slug, period=period)
        return await _page(
            request, pages, intake, principal=principal, aggregate=aggregate, refusal=error
        )
    return RedirectResponse(f"/aggregates/{slug}/{period}", status_code=303)


def aggregate_line(
    found: SigningDuty, known: Catalogue, *, now: datetime, today: date, language: Language
) -> AggregateLine:
    """A duty to sign off, in the words of the page."""
    duty, signed_at = found.duty, found.signed_at
    last_day = day_before(duty.deadline)
    return AggregateLine(
        title=form_label(duty.form, language),
        code=duty.form.code,
        period=duty.period.code,
        address=f"/aggregates/{duty.form.slug}/{duty.period.code}",
        last_day=last_day,
        working_days_left=known.calendar.working_days_between(today, last_day),
        overdue=signed_at is None and now > duty.deadline,
        late=signed_at is not None and signed_at > duty.deadline,
        signed_at=signed_at,
    )


async def _page(
    request: Request,
    pages: Pages,
    intake: Intake,
    *,
    principal: Principal,
    aggregate: Aggregate,
    refusal: Exception | None = None,
) -> Response:
    language, place, signed = language_of(request), aggregate.place, aggregate.signed
    own = place.organization.id == principal.organization_id
    now = intake.clock.now()
    overdue = signed is None and aggregate.deadline is not None and now > aggregate.deadline
    return pages.render(
        request,
        "intake/aggregate.html",
        status_code=_status(refusal),
        aggregate=aggregate,
        rolled=aggregate.rolled,
        signed=signed,
        title=form_title(place.form, language),
        place=place,
        row_labels={each.code: part_label(each, language) for each in place.form.rows},
        organization_name=office_name(place.organization),
        last_day=None if aggregate.deadline is None else day_before(aggregate.deadline),
        overdue=overdue,
        incomplete=aggregate.rolled.coverage.reported < aggregate.rolled.coverage.expected,
        may_sign=own and principal.has_any(*SIGNING_OFF) and not aggregate.is_unchanged,
        grid=reading_grid(
            place.form,
            aggregate.rolled.figures,
            language=language,
            before=None if signed is None else signed.figures,
        ),
        errors=_errors(request, refusal),
    )


def _status(refusal: Exception | None) -> int:
    if refusal is None:
        return 200
    return 412 if isinstance(refusal, VersionConflict) else 422


def _errors(request: Request, refusal: Exception | None) -> list[Mapping[str, Any]]:
    if refusal is None:
        return []
    if isinstance(refusal, VersionConflict):
        labels, language = request.app.state.labels, language_of(request)
        return [{"text": labels.text("intake.aggregate.conflict", language)}]
    return [{"text": str(refusal), "href": "#reason"}]
