"""A reporting regime as the program uses it (Nghị định 09/2019/NĐ-CP, art. 7)."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from shared.domain.deadlines import Ladder
from shared.domain.identifiers import FormCode, RegimeCode
from shared.domain.periods import Frequency, Period, PeriodCalendar, PeriodKind
from shared.domain.time import in_force


class RegimeType(StrEnum):
    """Nghị định 09/2019/NĐ-CP, art. 4."""

    PERIODIC = "periodic"
    THEMATIC = "thematic"
    AD_HOC = "ad_hoc"


@dataclass(frozen=True, slots=True)
class RequestRule:
    """Of a regime that is asked on request: which levels may ask, and the shortest notice."""

    asking_levels: frozenset[str]
    min_working_days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Regime:
    """One version of a regime: which forms, how often, and by when at each level.

    A period belongs to the version that is in force on the period's cut-off date. The ladder of one
    that is asked on request is empty: each request brings its deadline.
    """

    code: RegimeCode
    version: int
    name: str
    name_en: str | None
    periods: PeriodKind
    ladder: Ladder
    forms: tuple[FormCode, ...]
    valid_from: date
    valid_to: date | None
    source: str | None = None
    closes_after_working_days: int | None = None
    """After its last deadline; None: a period is closed by people only."""
    type: RegimeType = RegimeType.PERIODIC
    on_request: RequestRule | None = None
    assumed: bool = False
    """Whether its periods, its deadlines or the regime itself are an assumption of ours."""

    @property
    def last_day(self) -> date | None:
        """The last day on which this version holds, None if it has no end."""
        return None if self.valid_to is None else self.valid_to - timedelta(days=1)

    @property
    def frequency(self) -> Frequency:
        return self.periods.frequency

    @property
    def calendar(self) -> PeriodCalendar:
        return self.periods.calendar

    def is_in_force(self, on: date) -> bool:
        """Whether this version holds on a day."""
        return in_force(on, valid_from=self.valid_from, valid_to=self.valid_to)

    def period(self, code: str) -> Period:
        """The period of this regime that a code names; raises UnknownPeriodCode."""
        return self.periods.parse(code)
