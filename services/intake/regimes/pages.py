"""/regimes: who owes what to whom, how often, by when, and on what legal basis."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response

from services.intake.dependencies import IntakeDep
from services.intake.forms.pages import READERS
from services.intake.regimes.use_cases import RegimeDuties, duties_on
from services.intake.wording import regime_name
from shared.catalogue.regimes import RegimeType
from shared.domain.periods import Frequency, PeriodCalendar, PeriodKind
from shared.domain.time import EARLIEST_DAY, LATEST_DAY
from shared.labels.labels import Labels, Language
from shared.web.access import SignedIn
from shared.web.languages import language_of
from shared.web.pages import PagesDep

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class RegimeLine:
    """A regime in words; `window` says which days a period covers."""

    found: RegimeDuties
    name: str
    window: str


@router.get("/regimes")
async def regimes(
    request: Request,
    pages: PagesDep,
    principal: SignedIn,
    intake: IntakeDep,
    *,
    on: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """Chế độ báo cáo: đơn vị nào gửi biểu nào, cho ai, khi nào, căn cứ nào."""
    known, today = await intake.catalogue.current(), intake.clock.today()
    day, language = _day(on) or today, language_of(request)
    labels: Labels = request.app.state.labels
    lines = [
        RegimeLine(
            found=each,
            name=regime_name(each.regime, language),
            window=_window(each.regime.periods, labels, language=language),
        )
        for each in duties_on(known, day)
    ]
    return pages.render(
        request,
        "catalogue/regimes.html",
        today=today,
        may_preview=principal.has_any(*READERS),
        on=day,
        groups=[(each, found) for each in RegimeType if (found := _of_type(lines, each))],
    )


def _of_type(lines: Sequence[RegimeLine], wanted: RegimeType) -> list[RegimeLine]:
    return [each for each in lines if each.found.regime.type is wanted]


def _window(kind: PeriodKind, labels: Labels, *, language: Language) -> str:
    """Which days a period covers, in a few words."""

    def text(key: str, *, count: int | None = None, **values: object) -> str:
        return labels.text(f"catalogue.window.{key}", language, count=count, **values)

    if kind.is_on_request:
        return text("on_request")
    if kind.dates:
        spans = (f"{each.first:%d/%m/%Y}–{each.last:%d/%m/%Y}" for each in kind.dates)
        return text("dates", dates=", ".join(spans))
    if kind.windows:
        spans = (
            f"{each.first.day:02d}/{each.first.month:02d}–{each.last.day:02d}/{each.last.month:02d}"
            for each in kind.windows
        )
        return text("windows", windows=", ".join(spans))
    if kind.frequency is Frequency.WEEK:
        return text(f"week.{kind.week_starts_on}")
    if kind.calendar is PeriodCalendar.CUSTOM:
        return text("first_day", first=kind.first_day, last=kind.first_day - 1)
    return text(kind.calendar.value)


def _day(given: str) -> date | None:
    try:
        found = date.fromisoformat(given)
    except ValueError:
        return None
    return found if EARLIEST_DAY <= found <= LATEST_DAY else None
