"""Numbers, dates and counts of days as people of each language write them (by Babel's data)."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from babel.dates import format_date, format_datetime
from babel.numbers import format_decimal

from shared.domain.periods import PeriodCalendar, parse_period
from shared.domain.time import VIETNAM, in_vietnam
from shared.labels.labels import Labels, Language

Number = Decimal | int

LOCALES = {Language.VI: "vi_VN", Language.EN: "en_GB"}
MISSING = "–"
MINUS = "\N{MINUS SIGN}"
WIDE = Context(prec=100)
"""Enough digits for any figure: the default of 28 would refuse to show a longer one."""
WEEKDAYS = ("thứ Hai", "thứ Ba", "thứ Tư", "thứ Năm", "thứ Sáu", "thứ Bảy", "Chủ nhật")
"""As within a sentence, Monday first (Nghị định 30/2020/NĐ-CP, appendix II)."""
ROMAN = ("", "I", "II", "III", "IV")


class Formats:
    """One language's way of writing. What is missing is a dash: it is not zero."""

    def __init__(self, language: Language, labels: Labels) -> None:
        self._language, self._labels = language, labels
        self._locale = LOCALES[language]

    def number(self, value: Number | None, *, decimals: int | None = None) -> str:
        """`1.234.567,89`; all digits of the value, unless `decimals` rounds it for the eye."""
        if value is None:
            return MISSING
        exact = Decimal(value)
        if decimals is None:
            decimals = max(0, -int(exact.as_tuple().exponent))
        pattern = "#,##0" + ("." + "0" * decimals if decimals else "")
        with localcontext(WIDE):
            shown = abs(exact).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
            text = format_decimal(shown, pattern, locale=self._locale)
        return f"{MINUS}{text}" if exact < 0 and shown else text

    def signed(self, value: Number | None, *, decimals: int | None = None) -> str:
        """With its sign, a plus too; for differences."""
        text = self.number(value, decimals=decimals)
        return f"+{text}" if value is not None and value > 0 and text.strip("0.,") else text

    def percent(self, value: Number | None, *, decimals: int = 1) -> str:
        """`value` counts hundredths: 97.4 is `97,4%`."""
        return MISSING if value is None else f"{self.number(value, decimals=decimals)}%"

    def points(self, value: Number | None, *, decimals: int = 1) -> str:
        """The difference of two percentages: `+4,0 điểm %`."""
        if value is None:
            return MISSING
        return self._text("format.points", value=self.signed(value, decimals=decimals))

    def date_short(self, day: date | None) -> str:
        """`17/06/2025`."""
        return MISSING if day is None else day.strftime("%d/%m/%Y")

    def date_long(self, day: date | None) -> str:
        """With the weekday: `thứ Ba, 17/06/2025`."""
        if day is None:
            return MISSING
        vietnamese = self._language is Language.VI
        weekday = WEEKDAYS[day.weekday()] if vietnamese else format_date(day, "EEEE", self._locale)
        return f"{weekday}, {self.date_short(day)}"

    def datetime_short(self, instant: datetime | None) -> str:
        """In Vietnam's time: `14:05, 17/06/2025`."""
        return MISSING if instant is None else f"{in_vietnam(instant):%H:%M, %d/%m/%Y}"

    def time_short(self, instant: datetime | None) -> str:
        """In Vietnam's time: `14:05`."""
        if instant is None:
            return MISSING
        return format_datetime(instant, "HH:mm", tzinfo=VIETNAM, locale=self._locale)

    def working_days_left(self, days: int) -> str:
        """`còn 1 ngày làm việc`, `hạn cuối là hôm nay`, `quá hạn 3 ngày làm việc`."""
        if days == 0:
            return self._text("format.due_today")
        key = "format.working_days_left" if days > 0 else "format.working_days_overdue"
        return self._text(key, count=abs(days))

    def period(self, code: str) -> str:
        """The name of a period: `quý II/2025`; raises UnknownPeriodCode."""
        # The name is the same in every calendar; only the days it covers differ.
        period = parse_period(code, calendar=PeriodCalendar.CALENDAR)
        if period.span is not None:
            first, last = (self.date_short(day) for day in (period.span.first, period.span.last))
            return self._text("format.period.once", first=first, last=last)
        key = f"format.period.{period.frequency}"
        if self._labels.has(f"{key}.{period.ordinal}", self._language):
            key = f"{key}.{period.ordinal}"
        quarter = ROMAN[period.ordinal] if period.ordinal < len(ROMAN) else ""
        return self._text(key, ordinal=period.ordinal, quarter=quarter, year=period.year)

    def period_short(self, code: str) -> str:
        """Where there is little room, as below a chart: `II/2025`, `6/2025`."""
        period = parse_period(code, calendar=PeriodCalendar.CALENDAR)
        key = f"format.period_short.{period.frequency}"
        if not self._labels.has(key, self._language):
            return self.period(code)
        quarter = ROMAN[period.ordinal] if period.ordinal < len(ROMAN) else ""
        return self._text(key, ordinal=period.ordinal, quarter=quarter, year=period.year)

    def _text(self, key: str, *, count: int | None = None, **values: object) -> str:
        return self._labels.text(key, self._language, count=count, **values)
