"""Which rules hold of sums, and where sums do not go on from those before."""

from typing import Any

import pytest

from shared.domain.carrying import carrying_faults, carrying_rules
from shared.domain.operators import TreeOperator
from tests.factories.forms import column, cross_check, figures, form, form_ii_06a, row


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        pytest.param("[1] = previous([2])", ["C"], id="one column of another"),
        pytest.param("[1] + [2] - sum([1], [2]) >= -previous([2])", ["C"], id="sums of cells"),
        pytest.param("[1] <= previous([1])", ["C"], id="not more than before"),
        pytest.param("[1] = [2]", [], id="of one period"),
        pytest.param("[1] = same_period_last_year([1])", [], id="of the year before"),
        pytest.param("[1] != previous([1])", [], id="a difference of parts says nothing"),
        pytest.param("[1] <= 3 * previous([1])", [], id="a product"),
        pytest.param("[1] = previous([1]) + 1", [], id="a constant"),
        pytest.param("[1] = max(previous([1]), [2])", [], id="a function"),
        pytest.param("[1] = 1 or [1] = previous([1])", [], id="two conditions"),
    ],
)
def test_rules_of_sums_with_the_period_before_are_found(rule: str, expected: list[str]) -> None:
    template = form(checks=(cross_check("C", rule),))
    assert [each.code for each in carrying_rules(template)] == expected


def test_sums_that_do_not_go_on_are_told_by_row() -> None:
    template = form_ii_06a(fields_of_work=2)
    now = figures({"LV01": {"4": 5, "6": 10}, "LV02": {"6": 4}})
    before = figures({"LV01": {"12": 7, "13": 3}, "LV02": {"12": 3}})

    faults = carrying_faults(template, now, previous=before)

    assert [(each.row, each.column, each.check) for each in faults] == [
        ("LV02", "6", "CARRIED_OVER")
    ]


@pytest.mark.parametrize(
    "changed",
    [
        pytest.param({"tree_operator": TreeOperator.AVERAGE}, id="a column"),
        pytest.param({}, id="a row"),
    ],
)
def test_what_is_not_added_up_is_not_compared(changed: dict[str, Any]) -> None:
    rows = () if changed else ({"tree_operator": TreeOperator.MAX},)
    template = form(
        rows=(row("D1", **(rows[0] if rows else {})),),
        columns=(column("1", **changed), column("2"), column("3", "[1] + [2]")),
        checks=(cross_check("C", "[1] = previous([1])"),),
    )
    one, other = figures({"D1": {"1": 1, "2": 1}}), figures({"D1": {"1": 2, "2": 1}})
    assert carrying_faults(template, one, previous=other) == ()


def test_a_form_without_such_rules_is_not_checked() -> None:
    one = figures({"D1": {"1": 1, "2": 1}})
    assert carrying_faults(form(), one, previous=one) == ()
