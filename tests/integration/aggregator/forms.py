"""The two forms of the small province: one that is summed up, one that districts enter as well."""

from datetime import date

from shared.domain.forms import Column, ColumnType, FormTemplate, Row
from shared.domain.identifiers import ColumnCode, FormCode, RowCode
from shared.formulas.parser import parse_formula

SUMMED, TYPED = FormCode("SUMMED"), FormCode("TYPED")


def make_form(
    code: FormCode = SUMMED,
    *,
    entering: frozenset[str] = frozenset({"commune"}),
    summing: frozenset[str] = frozenset({"district", "province"}),
    blank_is_zero: bool = False,
) -> FormTemplate:
    rows = [
        Row(code=RowCode(f"R{each}"), label=f"dòng R{each}", number="", parent=RowCode("ALL"))
        for each in (1, 2)
    ]
    total = Row(code=RowCode("ALL"), label="TỔNG CỘNG", number="", sum_of_children=True)
    return FormTemplate(
        code=code,
        slug=code.lower(),
        version=1,
        name=code,
        rows=(total, *rows),
        columns=(
            _column("a"),
            _column("b"),
            _column("c", formula="[a] + [b]"),
            _column("share", formula="[a] / [c] * 100", type_=ColumnType.PERCENT),
        ),
        checks=(),
        entering_levels=entering,
        summing_levels=summing,
        blank_is_zero=blank_is_zero,
        valid_from=date(2024, 1, 1),
    )


def _column(
    code: str, *, formula: str | None = None, type_: ColumnType = ColumnType.COUNT
) -> Column:
    return Column(
        code=ColumnCode(code),
        label=code,
        type=type_,
        unit="",
        number=code,
        formula=parse_formula(formula) if formula else None,
        decimals=1 if type_ is ColumnType.PERCENT else 0,
    )


FORMS = {
    SUMMED: make_form(),
    TYPED: make_form(
        TYPED,
        entering=frozenset({"commune", "district"}),
        summing=frozenset({"province"}),
        blank_is_zero=True,
    ),
}
