"""Which report is meant by the codes that people and programs name, and every code that is wrong.

Codes are reused over time, so they are read as they are on the cut-off date of the period.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple, Protocol

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.regimes import Regime
from shared.domain.errors import CatalogueError, PeriodError
from shared.domain.figures import printable
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode, OrganizationCode, RegimeCode
from shared.domain.obligations import Obligation
from shared.domain.organizations import OrganizationVersion
from shared.domain.periods import Frequency, Period, PeriodCalendar, parse_period
from shared.web.problems import ProblemFault

FREQUENCY_NAMES = {
    Frequency.WEEK: "tuần",
    Frequency.MONTH: "tháng",
    Frequency.QUARTER: "quý",
    Frequency.HALF_YEAR: "sáu tháng",
    Frequency.NINE_MONTHS: "chín tháng",
    Frequency.YEAR: "năm",
    Frequency.ONCE: "từ ngày đến ngày",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Which report: everything as it is in force on the cut-off date of the period.

    The form is as the organization has to fill it in.
    """

    organization: OrganizationVersion
    regime: Regime
    form: FormTemplate
    period: Period

    def __hash__(self) -> int:
        return hash((self.organization.id, self.form.code, self.period.year, self.period.ordinal))


class Codes(Protocol):
    """What names a report from outside."""

    @property
    def organization(self) -> str: ...
    @property
    def regime(self) -> str | None: ...
    @property
    def form(self) -> str: ...
    @property
    def period(self) -> str: ...


class _Named(NamedTuple):
    """The codes of one report."""

    organization: str
    regime: str | None
    form: str
    period: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the codes name, as far as they are right; `faults` are in the order of the body.

    `place` is None as long as any code is wrong.
    """

    organization: OrganizationVersion | None
    form: FormTemplate | None
    place: Place | None
    faults: tuple[ProblemFault, ...]


def resolve(catalogue: Catalogue, codes: Codes, *, today: date) -> Resolved:
    """What the codes name; a blank code is no fault here, its absence is one of the body."""
    named = _Named(codes.organization, codes.regime, codes.form, codes.period)
    return catalogue.once(_right, named) or _resolve(catalogue, named, today=today)


def _right(catalogue: Catalogue, named: _Named) -> Resolved | None:
    """None if a code is wrong: what is said of it then depends on the day."""
    found = _resolve(catalogue, named, today=date.min)
    return None if found.place is None or found.faults else found


def _resolve(catalogue: Catalogue, codes: _Named, *, today: date) -> Resolved:
    faults: list[ProblemFault] = []
    asking = _asking(catalogue, codes)
    regime, period = _dated(asking, codes.period, today=today)
    if period is None:
        _say_of_period(asking, codes.period, today=today, faults=faults)
    on = period.cutoff_date if period else today
    organization = _organization(catalogue, codes.organization, on=on, faults=faults)
    form = _form(catalogue, codes.form, on=on)
    if form is not None and organization is not None:
        form = form.as_owed_by(organization)
    if regime is None and form is not None:
        faults.append(_not_asked(codes, period))
    if form is None and codes.form:
        faults.append(_unknown("form", codes.form, "biểu mẫu"))
    place = None
    if organization and regime and form and period:
        place = Place(organization, regime, form, period)
    return Resolved(
        organization=organization,
        form=form,
        place=place,
        faults=tuple(sorted(faults, key=lambda fault: _ORDER.index(fault.pointer or ""))),
    )


def place_of(catalogue: Catalogue, obligation: Obligation) -> Place:
    """The report that an obligation is about. Raises a CatalogueError if its form is gone."""
    regime = catalogue.regime(obligation.regime, on=obligation.cutoff_date)
    organization = catalogue.tree(obligation.cutoff_date).get(obligation.organization_id)
    return Place(
        organization=organization,
        regime=regime,
        form=catalogue.form(obligation.form, on=obligation.cutoff_date).as_owed_by(organization),
        period=regime.period(obligation.period),
    )


_ORDER = ("/organization", "/regime", "/form", "/period")


def _organization(
    catalogue: Catalogue, code: str, *, on: date, faults: list[ProblemFault]
) -> OrganizationVersion | None:
    if not code:
        return None
    try:
        return catalogue.tree(on).by_code(OrganizationCode(code))
    except CatalogueError as error:
        faults.append(ProblemFault(code=error.code, detail=str(error), pointer="/organization"))
        return None


def _asking(catalogue: Catalogue, codes: Codes) -> list[Regime]:
    """Every version of the regime named, else of those that ask for the form."""
    return [
        regime
        for regime in catalogue.regimes
        if (codes.regime is None or regime.code == RegimeCode(codes.regime))
        and FormCode(codes.form) in regime.forms
    ]


def _dated(
    asking: Iterable[Regime], code: str, *, today: date
) -> tuple[Regime | None, Period | None]:
    """The version that has such a period and is in force at its cut-off.

    None with a period for which no version is in force, today's version without a period.
    """
    current, known = None, None
    for regime in asking:
        current = current or (regime if regime.is_in_force(today) else None)
        with suppress(PeriodError):
            period = regime.period(code)
            if regime.is_in_force(period.cutoff_date):
                return regime, period
            known = known or period
    return (current, None) if known is None else (None, known)


def _form(catalogue: Catalogue, code: str, *, on: date) -> FormTemplate | None:
    try:
        return catalogue.form(FormCode(code), on=on)
    except CatalogueError:
        return None


def _say_of_period(
    asking: Iterable[Regime], code: str, *, today: date, faults: list[ProblemFault]
) -> None:
    """A period of another frequency than the regime's is as wrong as a code that names none."""
    if not code:
        return
    try:
        period = parse_period(code, calendar=PeriodCalendar.ADMINISTRATIVE)
    except PeriodError as error:
        faults.append(ProblemFault(code=error.code, detail=str(error), pointer="/period"))
        return
    regime = next((each for each in asking if each.is_in_force(today)), None)
    if regime is None:
        return
    asked, given = FREQUENCY_NAMES[regime.frequency], FREQUENCY_NAMES[period.frequency]
    detail = f"Biểu mẫu này báo cáo theo {asked}, “{code}” là kỳ {given}."
    if regime.frequency is period.frequency:
        detail = f"Biểu mẫu này không có kỳ “{code}”. Hãy kiểm tra kỳ và thời gian của chế độ."
    faults.append(ProblemFault(code="unknown_period_code", detail=detail, pointer="/period"))


def _not_asked(codes: Codes, period: Period | None) -> ProblemFault:
    if codes.regime or period is None:
        return _unknown("regime", codes.regime or "", "chế độ báo cáo")
    return _unknown("period_code", period.code, "kỳ báo cáo", pointer="/period")


def _unknown(field: str, code: str, what: str, *, pointer: str | None = None) -> ProblemFault:
    return ProblemFault(
        code=f"unknown_{field}",
        detail=f"Không có {what} “{printable(code)}” cho kỳ này. Hãy kiểm tra lại mã.",
        pointer=pointer or f"/{field}",
    )
