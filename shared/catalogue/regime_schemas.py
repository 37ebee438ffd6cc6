"""The file of a reporting regime (Nghị định 09/2019/NĐ-CP, art. 4, 7, 8, 12 and 13)."""

from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field, StrictInt, model_validator
from pydantic_core import PydanticCustomError

from shared.catalogue.regimes import RegimeType
from shared.catalogue.schema_parts import Code, Dated, Day, Entry, LevelName, Sourced, Text
from shared.domain.deadlines import Roll
from shared.domain.periods import Frequency, PeriodCalendar
from shared.domain.windows import LAST_FIRST_DAY


class FixedDateModel(Entry):
    """A day of the cut-off's year, or of a later year."""

    month: Annotated[StrictInt, Field(ge=1, le=12)]
    day: Annotated[StrictInt, Field(ge=1, le=31)]
    year_offset: Annotated[StrictInt, Field(ge=0, le=2)] = 0


class DeadlineStep(Entry):
    """The deadline of one level: exactly one of the three kinds of rule."""

    level: LevelName
    day_of_month: Annotated[StrictInt, Field(ge=1, le=31)] | None = None
    month_offset: Annotated[StrictInt, Field(ge=0, le=12)] = 0
    working_days_after_cutoff: Annotated[StrictInt, Field(ge=1, le=250)] | None = None
    fixed_date: FixedDateModel | None = None

    @model_validator(mode="after")
    def _has_one_rule(self) -> "DeadlineStep":
        rules = (self.day_of_month, self.working_days_after_cutoff, self.fixed_date)
        if sum(rule is not None for rule in rules) != 1:
            raise PydanticCustomError("one_rule", "not exactly one rule")
        return self


class Deadlines(Sourced):
    """The ladder of a regime, lowest level first."""

    roll: Roll = Roll.NEXT_WORKING_DAY
    min_gap_working_days: Annotated[StrictInt, Field(ge=0, le=30)] = 1
    steps: Annotated[tuple[DeadlineStep, ...], Field(min_length=1)]


class Weekday(StrEnum):
    MONDAY = "monday"
    TUESDAY = "tuesday"
    WEDNESDAY = "wednesday"
    THURSDAY = "thursday"
    FRIDAY = "friday"
    SATURDAY = "saturday"
    SUNDAY = "sunday"

    @property
    def number(self) -> int:
        """1 is Monday (ISO 8601)."""
        return list(Weekday).index(self) + 1


class DayOfYearModel(Entry):
    """A day of every year."""

    month: Annotated[StrictInt, Field(ge=1, le=12)]
    day: Annotated[StrictInt, Field(ge=1, le=31)]


class WindowModel(Entry):
    """Days that every year has; where the last comes before the first, they begin a year before."""

    first: DayOfYearModel
    last: DayOfYearModel


class DatesModel(Entry):
    """From a day to another, both included."""

    first: Day
    last: Day


class PeriodRule(Sourced):
    """How often a regime is reported, and which days a period covers.

    `administrative` months run from the 15th to the 14th, `calendar` ones are whole. `custom` needs
    `first_day` (of a month), `week_starts_on`, `windows` of each year, or, for what is asked
    `once`, its `dates`; without dates it is asked on request.
    """

    frequency: Frequency
    calendar: PeriodCalendar
    first_day: Annotated[StrictInt, Field(ge=2, le=LAST_FIRST_DAY)] | None = None
    week_starts_on: Weekday | None = None
    windows: tuple[WindowModel, ...] = ()
    dates: tuple[DatesModel, ...] = ()

    @property
    def is_on_request(self) -> bool:
        return self.frequency is Frequency.ONCE and not self.dates

    @model_validator(mode="after")
    def _days_fit_frequency(self) -> "PeriodRule":
        given = {
            name
            for name in ("first_day", "week_starts_on", "windows", "dates")
            if getattr(self, name)
        }
        allowed = _OWN_DAYS.get(self.frequency, {"first_day"})
        custom = self.calendar is PeriodCalendar.CUSTOM
        if not custom and given:
            raise _period_rule(f"{', '.join(sorted(given))} chỉ dùng với calendar: custom")
        if given - allowed:
            raise _period_rule(
                f"kỳ “{self.frequency}” không dùng {', '.join(sorted(given - allowed))}"
            )
        once = self.frequency is Frequency.ONCE
        if (once and not custom) or (custom and not once and len(given) != 1):
            names = " hoặc ".join(sorted(allowed))
            raise _period_rule(f"calendar: custom của kỳ “{self.frequency}” cần đúng một: {names}")
        if self.frequency is Frequency.WEEK and self.calendar is PeriodCalendar.ADMINISTRATIVE:
            raise _period_rule("kỳ tuần dùng calendar: calendar (thứ Hai đến Chủ nhật) hoặc custom")
        if any(each.last < each.first for each in self.dates):
            raise _period_rule("dates có ngày cuối trước ngày đầu")
        return self


_OWN_DAYS = {
    Frequency.WEEK: {"week_starts_on"},
    Frequency.YEAR: {"first_day", "windows"},
    Frequency.ONCE: {"dates"},
}


def _period_rule(detail: str) -> PydanticCustomError:
    return PydanticCustomError("period_rule", "{detail}", {"detail": detail})


class OnRequest(Sourced):
    """Who may ask, and how many working days at least those asked have until their deadline."""

    asking_levels: Annotated[tuple[LevelName, ...], Field(min_length=1)]
    min_working_days: Annotated[StrictInt, Field(ge=1, le=250)] = 1


class Closing(Sourced):
    """When a period is closed by itself, counted from its last deadline, extensions included."""

    working_days_after_last_deadline: Annotated[StrictInt, Field(ge=1, le=250)]


class RegimeFile(Dated, Sourced):
    """A reporting regime: who reports what, how often, by when (Nghị định 09/2019, art. 7).

    One that is asked on request says who may ask; its deadlines come with each request.
    """

    kind: Literal["regime"]
    code: Code
    version: Annotated[StrictInt, Field(ge=1)] = 1
    type: RegimeType = RegimeType.PERIODIC
    name: Text
    name_en: Text | None = None
    periods: PeriodRule
    deadlines: Deadlines | None = None
    on_request: OnRequest | None = None
    closing: Closing | None = None
    forms: Annotated[tuple[Code, ...], Field(min_length=1)]

    @model_validator(mode="after")
    def _type_fits_periods(self) -> "RegimeFile":
        once = self.periods.frequency is Frequency.ONCE
        if once and self.type is RegimeType.PERIODIC:
            raise _period_rule("frequency: once chỉ dùng với type: thematic hoặc ad_hoc")
        asked = self.periods.is_on_request
        if asked is not (self.on_request is not None):
            raise _period_rule(
                "on_request dùng khi và chỉ khi frequency: once không có dates; hãy thêm hoặc bỏ"
            )
        if asked is (self.deadlines is not None):
            raise _period_rule(
                "deadlines cần cho mọi chế độ, trừ chế độ theo yêu cầu (thời hạn nêu trong từng "
                "yêu cầu); hãy thêm hoặc bỏ"
            )
        return self
