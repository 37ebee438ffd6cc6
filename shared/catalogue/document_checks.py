"""Do regimes, forms, indicators and calendars agree with each other?"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import date

from shared.catalogue.building import build_indicator
from shared.catalogue.entries import Content, Item, document_kind, overlapping
from shared.catalogue.faults import PackFault
from shared.catalogue.form_building import build_form
from shared.catalogue.form_checks import form_faults
from shared.catalogue.operator_checks import indicator_operator_faults
from shared.catalogue.overlap_checks import asked_twice
from shared.catalogue.regime_checks import regime_faults
from shared.catalogue.regime_schemas import RegimeFile
from shared.catalogue.schemas import CalendarFile, DocumentModel, FormFile, IndicatorModel
from shared.domain.calendars import SATURDAY
from shared.domain.errors import DomainError
from shared.domain.forms import FormTemplate
from shared.domain.indicators import Indicator, InvalidIndicator, cell_places
from shared.formulas.parser import FormulaError


def document_faults(content: Content) -> Iterator[PackFault]:
    """Every fault of the documents of a catalogue."""
    forms = content.live_documents(FormFile)
    yield from _repeats(content)
    yield from _shared_slugs(forms)
    for form in forms:
        yield from form_faults(form)
    regimes = content.live_documents(RegimeFile)
    for regime in regimes:
        yield from regime_faults(regime, forms=forms)
    indicators = content.live_documents(IndicatorModel)
    yield from asked_twice(regimes, forms=forms, indicators=indicators)
    built = tuple(_built(indicators))
    for indicator in indicators:
        yield from _indicator_faults(indicator, forms=forms, built=built)
    for year in content.live_documents(CalendarFile):
        yield from _calendar_faults(year)
    codes = {item.model.code for item in regimes}
    for link in content.live_links():
        if link.model.regime not in codes:
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


def _built(
    indicators: Iterable[Item[IndicatorModel]],
) -> Iterator[tuple[IndicatorModel, Indicator]]:
    """Those that can be built; the others have faults of their own."""
    for item in indicators:
        with suppress(FormulaError, InvalidIndicator):
            yield item.model, build_indicator(item.model)


def _indicator_faults(
    item: Item[IndicatorModel],
    *,
    forms: list[Item[FormFile]],
    built: Sequence[tuple[IndicatorModel, Indicator]],
) -> Iterator[PackFault]:
    if item.model.form not in {form.model.code for form in forms}:
        detail = f"không có biểu mẫu “{item.model.form}”; hãy sửa mã, hoặc nạp cùng gói"
        yield item.fault("unknown_form", detail, "form")
    try:
        indicator = build_indicator(item.model)
        sound = tuple(_sound(forms, code=item.model.form))
        for form in sound:
            cell_places(indicator, form)
    except (FormulaError, InvalidIndicator) as error:
        detail = f"“{item.model.expression}”: {error}"
        yield item.fault("formula_invalid", detail, "expression")
        return
    # Versions of a form differ little: what is wrong with one is told once.
    for form in sound[-1:]:
        yield from indicator_operator_faults(item, indicator, form=form, others=built)


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
