"""Can the figures of a form be put together as it says? No ratio is summed, no weight is missing.

What an indicator is planned or expected to be is told by another indicator: of the same form, in
the same unit, and made of cells that say so themselves.
"""

from collections.abc import Iterable, Iterator

from shared.catalogue.entries import Item
from shared.catalogue.faults import KeyPath, PackFault
from shared.catalogue.schemas import FormFile, IndicatorModel
from shared.domain.expressions import has_division
from shared.domain.forms import CellRef, ColumnType, FormTemplate, Measure
from shared.domain.indicators import Indicator, cell_places
from shared.domain.measures import kind_of
from shared.domain.operators import TimeOperator, TreeOperator, ValueKind

SUMMING = {TimeOperator.SUM, TimeOperator.AVERAGE}
SAID_TOGETHER = {
    "type": ("type",),
    "weight": ("weight",),
    "tree_operator": ("tree_operator", "time_operator"),
}
"""Which fields of a row tell that the row, and not the column, has to be mended."""


def operator_faults(item: Item[FormFile], form: FormTemplate) -> Iterator[PackFault]:
    """Every typed cell whose operators or weight make no sense, once for each row or column."""
    told: set[tuple[str, KeyPath]] = set()
    for cell in form.input_cells:
        for code, detail, field in _cell_faults(cell, form=form):
            path = _path_of(cell, item.model, field=field)
            if (code, path) not in told:
                told.add((code, path))
                yield item.fault(code, detail, *path)


def _cell_faults(cell: CellRef, *, form: FormTemplate) -> Iterator[tuple[str, str, str]]:
    """Code, detail, and the field that has to be mended."""
    measure = form.measures[cell]
    where = f"dòng {cell.row}, cột {cell.column}"
    summed = TimeOperator.SUM in (measure.time_operator, measure.tree_operator.value)
    if measure.type is ColumnType.PERCENT and summed:
        detail = (
            f"{where}: tỷ lệ phần trăm không cộng được; hãy đặt tree_operator và time_operator là "
            "weighted_average, average, min, max hoặc none, hoặc thay bằng công thức từ các phần"
        )
        yield "percent_summed", detail, "type"
    yield from _weight_faults(cell, measure, form=form)


def _weight_faults(
    cell: CellRef, measure: Measure, *, form: FormTemplate
) -> Iterator[tuple[str, str, str]]:
    where = f"dòng {cell.row}, cột {cell.column}"
    operators = (measure.time_operator.value, measure.tree_operator.value)
    weighted, weight = TreeOperator.WEIGHTED_AVERAGE.value in operators, measure.weight
    if weighted and weight is None:
        yield "weight_missing", f"{where}: bình quân gia quyền cần weight", "tree_operator"
    if weight is None:
        return
    if not weighted:
        detail = f"{where}: có weight nhưng không bình quân gia quyền; hãy bỏ một trong hai"
        yield "weight_unused", detail, "weight"
    if weight == cell or weight not in form.measures:
        named = weight.column if weight.row == cell.row else weight.row
        yield "unknown_weight", f"{where}: không có dòng, cột “{named}” để làm quyền số", "weight"
    elif not _is_plain_sum(weight, form=form):
        detail = f"{where}: quyền số phải là ô nhập, cộng được giữa các đơn vị"
        yield "weight_not_summed", detail, "weight"


def _is_plain_sum(cell: CellRef, *, form: FormTemplate) -> bool:
    measure = form.measures[cell]
    summed = measure.tree_operator is TreeOperator.SUM
    return cell in form.input_cells and summed and measure.type is not ColumnType.PERCENT


def _path_of(cell: CellRef, model: FormFile, *, field: str) -> KeyPath:
    """In the row if it says that of its own, else in the column."""
    rows = [row.code for row in model.rows.items]
    row = model.rows.items[rows.index(cell.row)]
    if any(getattr(row, name) is not None for name in SAID_TOGETHER[field]):
        return ("rows", "items", rows.index(cell.row), field)
    columns = [column.code for column in model.columns.items]
    return ("columns", "items", columns.index(cell.column), field)


def indicator_operator_faults(
    item: Item[IndicatorModel],
    indicator: Indicator,
    *,
    form: FormTemplate,
    others: Iterable[tuple[IndicatorModel, Indicator]],
) -> Iterator[PackFault]:
    """A ratio that is summed, and a plan or an estimate that is none."""
    if indicator.time_operator in SUMMING and _is_ratio(indicator, form=form):
        detail = "tỷ lệ không cộng, không lấy trung bình; bỏ time_operator để tính từ các phần"
        yield item.fault("ratio_put_together", detail, "time_operator")
    known = {model.code: each for model, each in others}
    for field, kind in (("plan", ValueKind.PLAN), ("estimate", ValueKind.ESTIMATE)):
        code = getattr(item.model, field)
        if code is not None:
            found = _counterpart_fault(indicator, known.get(code), kind=kind, form=form)
            if found is not None:
                yield item.fault(found[0], f"{field} “{code}”: {found[1]}", field)


def _counterpart_fault(
    indicator: Indicator, other: Indicator | None, *, kind: ValueKind, form: FormTemplate
) -> tuple[str, str] | None:
    if other is None or other.code == indicator.code:
        return "unknown_counterpart", "không có chỉ tiêu khác có mã này; hãy sửa mã"
    if other.form != indicator.form:
        return "counterpart_of_another_form", "phải lấy từ cùng biểu mẫu"
    if other.unit != indicator.unit:
        return "counterpart_of_another_unit", f"phải cùng đơn vị tính “{indicator.unit}”"
    if kind_of(other, form) is not kind:
        detail = f"các ô của chỉ tiêu này phải ghi value_kind: {kind}"
        return "counterpart_of_another_kind", detail
    return None


def _is_ratio(indicator: Indicator, *, form: FormTemplate) -> bool:
    places = cell_places(indicator, form).values()
    formulas = (form.derivations[cell].formula for cell in places if cell in form.derivations)
    percent = any(form.measures[cell].type is ColumnType.PERCENT for cell in places)
    divided = any(has_division(each) for each in formulas if each is not None)
    return percent or divided or has_division(indicator.expression)
