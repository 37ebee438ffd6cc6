"""A form made ready gives the same sheet whether a little or all of it is computed anew."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.expressions import exact
from shared.domain.forms import FormTemplate, Precedence
from shared.domain.plans import plan_of
from tests.factories.forms import form_ii_06a, form_of_crossed_formulas, form_of_indicators

FORMS = [
    pytest.param(form_ii_06a(fields_of_work=4), id="sums of rows and of columns"),
    pytest.param(form_of_indicators(), id="row formulas"),
    pytest.param(form_of_crossed_formulas(Precedence.ROW), id="crossed, the row first"),
    pytest.param(form_of_crossed_formulas(Precedence.COLUMN), id="crossed, the column first"),
]


@pytest.mark.parametrize("form", FORMS)
@given(data=st.data())
def test_completing_the_rows_that_were_typed_gives_what_deriving_all_gives(
    form: FormTemplate, data: st.DataObject
) -> None:
    plan = plan_of(form)
    rows = data.draw(st.sets(st.sampled_from(sorted(plan.typed))))
    grid = [*plan.blank, *[None] * (2 * plan.size + 1)]
    for row in sorted(rows):
        for position in plan.typed[row].values():
            if data.draw(st.booleans()):
                grid[position] = exact(Decimal(data.draw(st.integers(0, 50))))

    assert plan.complete(list(grid), rows=rows) == plan.derive(list(grid))


def test_most_of_a_form_is_derived_within_its_rows() -> None:
    plan = plan_of(form_ii_06a())

    assert len(plan.within) == 20
    assert {position // len(plan.form.columns) for position, _ in plan.across} == {
        plan.form.rows.index(plan.form.row_by_code[row])
        for row in plan.form.row_by_code
        if row not in plan.within
    }
