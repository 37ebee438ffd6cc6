"""Which report is meant by the codes that people and programs name, and every code that is wrong.

Codes are reused over time, so they are read as they are on the cut-off date of the period.
"""

from dataclasses import dataclass
from datetime import date
from typing import Protocol

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
    Frequency.MONTH: "tháng",
    Frequency.QUARTER: "quý",
    Frequency.HALF_YEAR: "sáu tháng",
    Frequency.NINE_MONTHS: "chín tháng",
    Frequency.YEAR: "năm",
}


@dataclass(frozen=True, slots=True)
class Place:
    """Which report: everything as it is in force on the cut-off date of the period."""

    organization: OrganizationVersion
    regime: Regime
    form: FormTemplate
    period: Period


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


@dataclass(frozen=True, slots=True)
class Resolved:
    """What the codes name, as far as they are right; `faults` are in the order of the body."""

    organization: OrganizationVersion | None
    regime: Regime | None
    form: FormTemplate | None
    period: Period | None
    faults: tuple[ProblemFault, ...]

    @property
    def place(self) -> Place | None:
        """None as long as any code is wrong."""
        if not (self.organization and self.regime and self.form and self.period):
            return None
        return Place(self.organization, self.regime, self.form, self.period)


def resolve(catalogue: Catalogue, codes: Codes, *, today: date) -> Resolved:
    """What the codes name; a blank code is no fault here, its absence is one of the body."""
    faults: list[ProblemFault] = []
    regime = _regime(catalogue, codes, today=today)
    period = _period(regime, codes.period, faults=faults)
    on = period.cutoff_date if period else today
    organization = _organization(catalogue, codes.organization, on=on, faults=faults)
    regime = _regime(catalogue, codes, today=on)
    form = _form(catalogue, codes.form, on=on)
    if regime is None and codes.regime and form is not None:
        faults.append(_unknown("regime", codes.regime, "chế độ báo cáo"))
    if form is None and codes.form:
        faults.append(_unknown("form", codes.form, "biểu mẫu"))
    return Resolved(
        organization=organization,
        regime=regime,
        form=form,
        period=period,
        faults=tuple(sorted(faults, key=lambda fault: _ORDER.index(fault.pointer or ""))),
    )


def place_of(catalogue: Catalogue, obligation: Obligation) -> Place:
    """The report that an obligation is about. Raises a CatalogueError if its form is gone."""
    regime = catalogue.regime(obligation.regime, on=obligation.cutoff_date)
    return Place(
        organization=catalogue.tree(obligation.cutoff_date).get(obligation.organization_id),
        regime=regime,
        form=catalogue.form(obligation.form, on=obligation.cutoff_date),
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


def _regime(catalogue: Catalogue, codes: Codes, *, today: date) -> Regime | None:
    """The regime named, else the one that asks for the form, as it is in force on a day."""
    return next(
        (
            regime
            for regime in catalogue.regimes_in_force(today)
            if (codes.regime is None or regime.code == RegimeCode(codes.regime))
            and FormCode(codes.form) in regime.forms
        ),
        None,
    )


def _form(catalogue: Catalogue, code: str, *, on: date) -> FormTemplate | None:
    try:
        return catalogue.form(FormCode(code), on=on)
    except CatalogueError:
        return None


def _period(regime: Regime | None, code: str, *, faults: list[ProblemFault]) -> Period | None:
    """A period of another frequency than the regime's is as wrong as a code that names none."""
    if not code:
        return None
    try:
        calendar = regime.calendar if regime else PeriodCalendar.ADMINISTRATIVE
        period = parse_period(code, calendar=calendar)
    except PeriodError as error:
        faults.append(ProblemFault(code=error.code, detail=str(error), pointer="/period"))
        return None
    if regime is None or period.frequency is regime.frequency:
        return period
    faults.append(
        ProblemFault(
            code="unknown_period_code",
            detail=f"Biểu mẫu này báo cáo theo {FREQUENCY_NAMES[regime.frequency]}, "
            f"“{code}” là kỳ {FREQUENCY_NAMES[period.frequency]}.",
            pointer="/period",
        )
    )
    return None


def _unknown(field: str, code: str, what: str) -> ProblemFault:
    return ProblemFault(
        code=f"unknown_{field}",
        detail=f"Không có {what} “{printable(code)}” cho kỳ này. Hãy kiểm tra lại mã.",
        pointer=f"/{field}",
    )
