"""Is a regime sound? Its forms are there, its windows in order, its ladder can be climbed."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise

from shared.catalogue.building import build_kind, build_regime
from shared.catalogue.entries import Item, holds_throughout
from shared.catalogue.faults import PackFault
from shared.catalogue.regime_schemas import RegimeFile
from shared.catalogue.regimes import Regime
from shared.catalogue.schemas import FormFile
from shared.domain.calendars import WorkingCalendar
from shared.domain.deadlines import Roll, ladder_deadlines
from shared.domain.errors import InvalidRule
from shared.domain.periods import Period

YEARS_TRIED = timedelta(days=2 * 366)
YEAR_TRIED = 2024
"""A leap year: every day of any year is in it."""

EVERY_DAY_WORKED = WorkingCalendar(frozenset(), frozenset())


def regime_faults(item: Item[RegimeFile], *, forms: list[Item[FormFile]]) -> Iterator[PackFault]:
    """What is wrong with its forms, its ladder and its windows."""
    steps = item.model.deadlines.steps if item.model.deadlines else None
    levels = None if steps is None else {step.level for step in steps}
    for index, code in enumerate(item.model.forms):
        versions = [form.model for form in forms if form.model.code == code]
        if not versions:
            detail = f"không có biểu mẫu “{code}”; hãy sửa mã, hoặc nạp cùng gói có biểu này"
            yield item.fault("unknown_form", detail, "forms", index)
        elif not holds_throughout(versions, wanted=item.model):
            detail = f"biểu “{code}” không có hiệu lực suốt thời gian của chế độ; hãy sửa các ngày"
            yield item.fault("form_not_in_force", detail, "forms", index)
        for level in sorted({level for form in versions for level in form.entering_levels}):
            if levels is not None and level not in levels:
                detail = f"cấp “{level}” nhập biểu “{code}” mà chưa có thời hạn; hãy thêm một bậc"
                yield item.fault("level_without_deadline", detail, "deadlines", "steps")
    yield from _window_faults(item)
    yield from _ladder_faults(item)


def _window_faults(item: Item[RegimeFile]) -> Iterator[PackFault]:
    """Windows of a kind follow each other: a day lies in one of them at most."""
    kind = build_kind(item.model.periods)
    name = "windows" if kind.windows else "dates"
    found = [kind.period(YEAR_TRIED, ordinal=n + 1).window for n in range(len(kind.windows))]
    for index, (earlier, later) in enumerate(pairwise(found or kind.dates), start=1):
        if later.first <= earlier.last:
            detail = (
                f"từ {later.first:%d/%m} bắt đầu trước khi kỳ trước hết ngày {earlier.last:%d/%m}; "
                "hãy xếp các kỳ theo thứ tự, không chồng nhau"
            )
            yield item.fault("overlapping_windows", detail, "periods", name, index)


def _ladder_faults(item: Item[RegimeFile]) -> Iterator[PackFault]:
    try:
        regime = build_regime(item.model)
    except InvalidRule as error:
        yield item.fault("invalid_rule", str(error), "deadlines", "steps")
        return
    last = min(regime.valid_from + YEARS_TRIED, regime.valid_to or date.max)
    reported: set[tuple[str, str]] = set()
    for period in regime.periods.between(regime.valid_from, last):
        for code, level, detail in _deadline_faults(regime, period=period):
            if (code, level) not in reported:
                reported.add((code, level))
                yield _step_fault(item, level=level, code=code, detail=detail)


def _deadline_faults(regime: Regime, *, period: Period) -> Iterator[tuple[str, str, str]]:
    """(code, level, detail) of what is wrong with the rules alone, before days off move them."""
    ladder = replace(regime.ladder, roll=Roll.NONE, min_gap_working_days=0)
    found = ladder_deadlines(ladder, cutoff=period.cutoff_date, calendar=EVERY_DAY_WORKED)
    below: date | None = None
    for level, deadline in found.items():
        day = deadline.rule_date
        what = f"kỳ {period.code}: thời hạn cấp “{level}” là {day:%d/%m/%Y}"
        if day <= period.cutoff_date:
            detail = (
                f"{what}, không sau ngày chốt số liệu {period.cutoff_date:%d/%m/%Y}; hãy chọn ngày "
                "muộn hơn, hoặc thêm month_offset"
            )
            yield "deadline_before_cutoff", level, detail
        if below is not None and day < below:
            detail = (
                f"{what}, trước thời hạn {below:%d/%m/%Y} của cấp gửi cho cấp này; hãy xếp các bậc "
                "từ dưới lên"
            )
            yield "deadline_before_senders", level, detail
        below = day


def _step_fault(item: Item[RegimeFile], *, level: str, code: str, detail: str) -> PackFault:
    steps = item.model.deadlines.steps if item.model.deadlines else ()
    levels = [step.level for step in steps]
    return item.fault(code, detail, "deadlines", "steps", levels.index(level))
