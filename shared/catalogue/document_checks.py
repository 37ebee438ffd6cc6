"""Do regimes, forms, indicators and calendars agree with each other?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta

from shared.catalogue.building import build_form, build_indicator, build_regime
from shared.catalogue.entries import (
    Content,
    Item,
    document_kind,
    holds_throughout,
    overlapping,
)
from shared.catalogue.faults import PackFault
from shared.catalogue.form_checks import form_faults
from shared.catalogue.schemas import (
    CalendarFile,
    DocumentModel,
    FormFile,
    IndicatorModel,
    RegimeFile,
)
from shared.domain.calendars import SATURDAY, WorkingCalendar
from shared.domain.deadlines import Roll, ladder_deadlines
from shared.domain.errors import DomainError, InvalidRule
from shared.domain.forms import FormTemplate
from shared.domain.indicators import InvalidIndicator, cell_places
from shared.domain.periods import Period, periods_between
from shared.formulas.parser import FormulaError

YEARS_TRIED = timedelta(days=2 * 366)
EVERY_DAY_WORKED = WorkingCalendar(frozenset(), frozenset())


def document_faults(content: Content) -> Iterator[PackFault]:
    """Every fault of the documents of a catalogue."""
    forms = content.live_documents(FormFile)
    yield from _repeats(content)
    yield from _shared_slugs(forms)
    for form in forms:
        yield from form_faults(form)
    for regime in content.live_documents(RegimeFile):
        yield from _regime_faults(regime, forms=forms)
    for indicator in content.live_documents(IndicatorModel):
        yield from _indicator_faults(indicator, forms=forms)
    for year in content.live_documents(CalendarFile):
        yield from _calendar_faults(year)
    regimes = {item.model.code for item in content.live_documents(RegimeFile)}
    for link in content.live_links():
        if link.model.regime not in regimes:
            detail = f"không có chế độ báo cáo “{link.model.regime}”; hãy sửa mã hoặc nạp cùng gói"
            yield link.fault("unknown_regime", detail)


def _repeats(content: Content) -> Iterator[PackFault]:
    """Two versions of one code at the same time, or under the same number."""
    grouped: dict[tuple[str, str], list[Item[DocumentModel]]] = defaultdict(list)
    for item in content.documents.values():
        if not item.model.retracted:
            grouped[document_kind(item.model), item.model.code].append(item)
    for items in grouped.values():
        for earlier, later in overlapping(items):
            detail = (
                f"“{later.model.code}” có hai bản cùng hiệu lực "
                f"({earlier.place() or 'bản kia đã có trong cơ sở dữ liệu'}); hãy đặt valid_until "
                "cho bản trước"
            )
            yield later.fault("overlapping_validity", detail, "valid_from")
        yield from _repeated_versions(items)


def _repeated_versions(items: Iterable[Item[DocumentModel]]) -> Iterator[PackFault]:
    seen: set[int] = set()
    for item in items:
        if item.model.version in seen and not isinstance(item.model, CalendarFile):
            detail = (
                f"“{item.model.code}” đã có phiên bản {item.model.version}; hãy tăng version cho "
                "bản có ngày hiệu lực mới"
            )
            yield item.fault("duplicate_version", detail, "version")
        seen.add(item.model.version)


def _shared_slugs(forms: Iterable[Item[FormFile]]) -> Iterator[PackFault]:
    owners: dict[str, str] = {}
    for form in forms:
        owner = owners.setdefault(form.model.slug, form.model.code)
        if owner != form.model.code:
            detail = f"slug “{form.model.slug}” đã dùng cho biểu {owner}; hãy đặt slug khác"
            yield form.fault("duplicate_slug", detail, "slug")


def _regime_faults(item: Item[RegimeFile], *, forms: list[Item[FormFile]]) -> Iterator[PackFault]:
    levels = {step.level for step in item.model.deadlines.steps}
    for index, code in enumerate(item.model.forms):
        versions = [form.model for form in forms if form.model.code == code]
        if not versions:
            detail = f"không có biểu mẫu “{code}”; hãy sửa mã, hoặc nạp cùng gói có biểu này"
            yield item.fault("unknown_form", detail, "forms", index)
        elif not holds_throughout(versions, wanted=item.model):
            detail = f"biểu “{code}” không có hiệu lực suốt thời gian của chế độ; hãy sửa các ngày"
            yield item.fault("form_not_in_force", detail, "forms", index)
        for level in sorted({level for form in versions for level in form.entering_levels}):
            if level not in levels:
                detail = f"cấp “{level}” nhập biểu “{code}” mà chưa có thời hạn; hãy thêm một bậc"
                yield item.fault("level_without_deadline", detail, "deadlines", "steps")
    yield from _ladder_faults(item)


def _ladder_faults(item: Item[RegimeFile]) -> Iterator[PackFault]:
    try:
        regime = build_regime(item.model)
    except InvalidRule as error:
        yield item.fault("invalid_rule", str(error), "deadlines", "steps")
        return
    last = min(regime.valid_from + YEARS_TRIED, regime.valid_to or date.max)
    reported: set[tuple[str, str]] = set()
    periods = periods_between(
        regime.frequency, calendar=regime.calendar, first=regime.valid_from, last=last
    )
    for period in periods:
        for code, level, detail in _deadline_faults(item.model, period=period):
            if (code, level) not in reported:
                reported.add((code, level))
                yield _step_fault(item, level=level, code=code, detail=detail)


def _deadline_faults(model: RegimeFile, *, period: Period) -> Iterator[tuple[str, str, str]]:
    """(code, level, detail) of what is wrong with the rules alone, before days off move them."""
    ladder = replace(build_regime(model).ladder, roll=Roll.NONE, min_gap_working_days=0)
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
    levels = [step.level for step in item.model.deadlines.steps]
    return item.fault(code, detail, "deadlines", "steps", levels.index(level))


def _indicator_faults(
    item: Item[IndicatorModel], *, forms: list[Item[FormFile]]
) -> Iterator[PackFault]:
    if item.model.form not in {form.model.code for form in forms}:
        detail = f"không có biểu mẫu “{item.model.form}”; hãy sửa mã, hoặc nạp cùng gói"
        yield item.fault("unknown_form", detail, "form")
    try:
        indicator = build_indicator(item.model)
        for form in _sound(forms, code=item.model.form):
            cell_places(indicator, form)
    except (FormulaError, InvalidIndicator) as error:
        detail = f"“{item.model.expression}”: {error}"
        yield item.fault("formula_invalid", detail, "expression")


def _sound(forms: Iterable[Item[FormFile]], *, code: str) -> Iterator[FormTemplate]:
    """The versions of a form that can be built; the others have faults of their own."""
    for form in forms:
        if form.model.code == code:
            with suppress(DomainError):
                yield build_form(form.model)


def _calendar_faults(item: Item[CalendarFile]) -> Iterator[PackFault]:
    year = item.model
    counted = Counter(day.date for day in (*year.days_off, *year.days_worked))
    for name, days, weekend in (
        ("days_off", year.days_off, False),
        ("days_worked", year.days_worked, True),
    ):
        for index, day in enumerate(days):
            if day.date.year != year.year:
                detail = f"{day.date:%d/%m/%Y} không thuộc năm {year.year}; hãy chuyển sang tệp kia"
                yield item.fault("day_of_another_year", detail, name, index)
            if (day.date.weekday() >= SATURDAY) is not weekend:
                yield item.fault("wrong_weekday", _weekday_detail(day.date), name, index)
            if counted[day.date] > 1:
                detail = f"ngày {day.date:%d/%m/%Y} ghi nhiều lần; hãy chỉ để một dòng"
                yield item.fault("duplicate_day", detail, name, index)


def _weekday_detail(day: date) -> str:
    if day.weekday() >= SATURDAY:
        return f"{day:%d/%m/%Y} là cuối tuần, vốn đã nghỉ; hãy bỏ dòng này"
    return f"{day:%d/%m/%Y} là ngày thường, vốn đã làm việc; hãy bỏ dòng này"
