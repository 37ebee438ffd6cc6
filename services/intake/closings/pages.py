"""/periods and /periods/{period}: how far each is, whom one chases or spares, and closing."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from services.intake.closings.repository import StoredPeriod
from services.intake.closings.use_cases import (
    CLOSING,
    Named,
    PeriodStory,
    Wanted,
    act,
    read_period,
    read_periods,
)
from services.intake.dependencies import IntakeDep
from services.intake.duties import use_cases as duties
from services.intake.duties.pages import (
    WRONG_DAYS,
    Unsaid,
    last_day_of,
    no_last_day,
    reason_of,
)
from services.intake.duties.schemas import MOST_AT_ONCE
from services.intake.obligations.pages import DutyLine, duty_line
from services.intake.obligations.use_cases import read_duties_of_period
from services.intake.picking import PickRefused, read_picked
from services.intake.places import place_of
from services.intake.service import Intake
from services.intake.wording import office_name, regime_name
from shared.catalogue.catalogue import Catalogue
from shared.domain.closings import ClosingError, IncompletePeriod, PeriodAct, PeriodState
from shared.domain.errors import ReasonRequired
from shared.domain.identifiers import ObligationId
from shared.domain.obligation_acts import ObligationAct, ObligationError
from shared.domain.obligations import ObligationState, Standing
from shared.domain.periods import Period
from shared.domain.reports import PeriodClosed
from shared.labels.labels import Language
from shared.web.access import SignedIn, require
from shared.web.forms import read_form, seen_version
from shared.web.languages import language_of
from shared.web.pages import Pages, PagesDep
from shared.web.principals import Principal
from shared.web.problems import ValidationFailed, VersionConflict

Shown = Literal["all", "missing", "late", "extended", "excluded"]
SHOWN: tuple[Shown, ...] = ("all", "missing", "late", "extended", "excluded")

router = APIRouter(include_in_schema=False)

Code = Annotated[str, Path(min_length=1, max_length=64)]
MaybeCode = Annotated[str | None, Query(max_length=64)]
ClosingDep = Annotated[Principal, require(*CLOSING)]
DutyRefusals = (
    ReasonRequired,
    ObligationError,
    PeriodClosed,
    VersionConflict,
    ValidationFailed,
    Unsaid,
)
ACTS_ON_MANY = (ObligationAct.EXTEND, ObligationAct.EXCLUDE, ObligationAct.INCLUDE)
"""Who takes over differs from unit to unit: that is done on the page of each."""


@dataclass(frozen=True, slots=True)
class PeriodLine:
    """A period in the list."""

    stored: StoredPeriod
    regime: str
    address: str


@dataclass(frozen=True, slots=True)
class UnitLine:
    """One duty of a period; `may_act`: the caller extends and excludes it."""

    line: DutyLine
    organization_name: str
    may_act: bool

    def is_in(self, shown: Shown) -> bool:
        duty = self.line.duty
        excluded = duty.obligation.state is ObligationState.EXCLUDED
        sent = duty.report is not None and duty.report.is_in
        return {
            "all": True,
            "missing": not sent and not excluded,
            "late": self.line.late or self.line.standing is Standing.OVERDUE,
            "extended": duty.obligation.is_extended,
            "excluded": excluded,
        }[shown]


@dataclass(frozen=True, slots=True)
class Refusal:
    """What was not possible, with what was typed; `part` is the form on the page."""

    part: str
    error: Exception
    typed: Mapping[str, Any]

    @property
    def status_code(self) -> int:
        if isinstance(self.error, VersionConflict):
            return 412
        input_is_wrong = (ReasonRequired, IncompletePeriod, *WRONG_DAYS, ValidationFailed, Unsaid)
        return 422 if isinstance(self.error, input_is_wrong) else 409


@router.get("/periods")
async def periods_page(
    request: Request, *, pages: PagesDep, principal: SignedIn, intake: IntakeDep
) -> Response:
    """Every period that concerns the caller, newest first."""
    language, known = language_of(request), await intake.catalogue.current()
    found = await read_periods(intake, principal)
    return pages.render(
        request,
        "intake/periods.html",
        lines=[_line(each, known, language=language) for each in found],
    )


@router.get("/periods/{period}")
async def period_page(
    request: Request,
    period: Code,
    *,
    pages: PagesDep,
    principal: SignedIn,
    intake: IntakeDep,
    regime: Annotated[str, Query(max_length=64)],
    province: MaybeCode = None,
    shown: Shown = "all",
) -> Response:
    """One period: its units, and what may be done with them."""
    named = Named(regime, period, province)
    return await _page(request, pages, intake, principal, named=named, shown=shown)


@router.post("/periods/{period}/close")
async def close(
    request: Request,
    period: Code,
    *,
    pages: PagesDep,
    principal: ClosingDep,
    intake: IntakeDep,
) -> Response:
    """Closes the period with all of its reports."""
    return await _close(request, pages, intake, principal, period=period, verb=PeriodAct.CLOSE)


@router.post("/periods/{period}/reopen")
async def reopen(
    request: Request,
    period: Code,
    *,
    pages: PagesDep,
    principal: ClosingDep,
    intake: IntakeDep,
) -> Response:
    """Opens a closed period again."""
    return await _close(request, pages, intake, principal, period=period, verb=PeriodAct.REOPEN)


@router.post("/periods/{period}/duties")
async def act_on_duties(
    request: Request,
    period: Code,
    *,
    pages: PagesDep,
    principal: ClosingDep,
    intake: IntakeDep,
) -> Response:
    """One act on all the units that were picked, or on none."""
    form = await read_form(request)
    named = _named(form, period=period)
    try:
        await duties.act(intake, principal, _wanted(request, form))
    except DutyRefusals as error:
        return await _page(
            request,
            pages,
            intake,
            principal,
            named=named,
            shown=_shown(form),
            refusal=Refusal("duties", error, _typed(form)),
        )
    return RedirectResponse(address_of(named, shown=_shown(form)), status_code=303)


def address_of(named: Named, *, shown: Shown = "all") -> str:
    """Where a period can be seen."""
    wanted = {"regime": named.regime, "province": named.province, "shown": shown}
    given = {name: value for name, value in wanted.items() if value and value != "all"}
    return f"/periods/{named.period}?{urlencode(given)}"


async def _close(
    request: Request,
    pages: Pages,
    intake: Intake,
    principal: Principal,
    *,
    period: str,
    verb: PeriodAct,
) -> Response:
    form = await read_form(request)
    named, reason = _named(form, period=period), reason_of(form)
    wanted = Wanted(named, verb, seen_version(form, "sequence"), reason=reason)
    try:
        await act(intake, principal, wanted)
    except (ReasonRequired, IncompletePeriod, ClosingError, VersionConflict) as error:
        refusal = Refusal(verb.value, error, {"reason": reason})
        return await _page(request, pages, intake, principal, named=named, refusal=refusal)
    return RedirectResponse(address_of(named), status_code=303)


async def _page(
    request: Request,
    pages: Pages,
    intake: Intake,
    principal: Principal,
    *,
    named: Named,
    shown: Shown = "all",
    refusal: Refusal | None = None,
) -> Response:
    language, known = language_of(request), await intake.catalogue.current()
    story = await read_period(intake, principal, named)
    units = await _units(intake, principal, story, language=language)
    errors = _errors(request, refusal)
    regime = known.regime(story.stored.period.regime, on=story.stored.cutoff_date)
    return pages.render(
        request,
        "intake/period.html",
        status_code=refusal.status_code if refusal else 200,
        story=story,
        stored=story.stored,
        closed=story.stored.period.state is PeriodState.CLOSED,
        regime=regime_name(regime, language),
        window=_window(regime.period(named.period)),
        province=known.tree(story.stored.cutoff_date).get(story.stored.period.province_id),
        units=[each for each in units if each.is_in(shown)],
        tabs=_tabs(request, named, units),
        shown=shown,
        acts=ACTS_ON_MANY,
        may_act=any(each.may_act for each in units),
        address=address_of(named, shown=shown),
        named=named,
        refusal=refusal,
        errors=errors,
        at={each["href"]: each["text"] for each in errors if "href" in each},
    )


async def _units(
    intake: Intake, principal: Principal, story: PeriodStory, *, language: Language
) -> list[UnitLine]:
    """The duties within the caller's scope, by name."""
    authority = await duties.authority_of(intake, principal)
    known, now, today = authority.known, intake.clock.now(), intake.clock.today()
    found = await read_duties_of_period(intake, principal, period=story.stored.period)
    lines = [
        UnitLine(
            line=duty_line(each, known, now=now, today=today, language=language),
            organization_name=office_name(place_of(known, each.obligation).organization),
            may_act=authority.may_act_on(each.obligation) and not each.period_closed,
        )
        for each in found
    ]
    names = {each.id: each.sort_key for each in known.organizations}
    return sorted(lines, key=lambda each: names[each.line.duty.obligation.organization_id])


def _line(stored: StoredPeriod, known: Catalogue, *, language: Language) -> PeriodLine:
    period = stored.period
    regime = known.regime(period.regime, on=stored.cutoff_date)
    province = known.tree(stored.cutoff_date).get(period.province_id)
    named = Named(period.regime, period.period, province.code)
    return PeriodLine(stored, regime_name(regime, language), address_of(named))


def _window(period: Period) -> tuple[date, date]:
    return period.window.first, period.window.last


def _tabs(request: Request, named: Named, units: Sequence[UnitLine]) -> list[tuple[str, str, str]]:
    labels, language = request.app.state.labels, language_of(request)
    return [
        (
            each,
            f"{labels.text(f'duties.periods.shown.{each}', language)} "
            f"({sum(unit.is_in(each) for unit in units)})",
            address_of(named, shown=each),
        )
        for each in SHOWN
    ]


def _errors(request: Request, refusal: Refusal | None) -> list[Mapping[str, Any]]:
    if refusal is None:
        return []
    labels, language = request.app.state.labels, language_of(request)
    if isinstance(refusal.error, VersionConflict):
        return [{"text": labels.text("duties.conflict", language)}]
    if isinstance(refusal.error, ValidationFailed):
        return [{"text": each.detail} for each in refusal.error.errors]
    if isinstance(refusal.error, Unsaid):
        return list(refusal.error.faults)
    if isinstance(refusal.error, WRONG_DAYS):
        return [{"text": str(refusal.error), "href": "#until"}]
    return [{"text": str(refusal.error), "href": f"#{refusal.part}-reason"}]


def _named(form: FormData, *, period: str) -> Named:
    return Named(str(form.get("regime", "")), period, str(form.get("province", "")) or None)


def _wanted(request: Request, form: FormData) -> duties.Wanted:
    """Raises Unsaid, naming all that is missing or cannot be read."""
    labels, language = request.app.state.labels, language_of(request)
    faults: list[Mapping[str, str]] = []
    given, until = str(form.get("verb", "")), last_day_of(form)
    verb = next((each for each in ACTS_ON_MANY if each == given), None)
    targets: dict[ObligationId, int] = {}
    try:
        picked = read_picked(form.getlist("obligation"), most=MOST_AT_ONCE)
        targets = {ObligationId(number): seen for number, seen in picked.items()}
    except PickRefused as error:
        faults.append({"text": error.message(labels, language)})
    if verb is None:
        text = labels.text("duties.periods.no_act", language)
        faults.append({"text": text, "href": f"#verb-{ACTS_ON_MANY[0]}"})
    if verb is ObligationAct.EXTEND and until is None:
        faults.append(no_last_day(request, href="#until"))
    if verb is None or faults:
        raise Unsaid(faults)
    return duties.Wanted(verb, targets, reason_of(form), until=until)


def _typed(form: FormData) -> dict[str, Any]:
    return {
        "verb": str(form.get("verb", "")),
        "reason": reason_of(form),
        "until": str(form.get("until", "")),
        "picked": {str(each).partition(":")[0] for each in form.getlist("obligation")},
    }


def _shown(form: FormData) -> Shown:
    given = str(form.get("shown", ""))
    return next((each for each in SHOWN if each == given), "all")
