"""Forms that ask for more than figures, and contradict themselves."""

from typing import Any

import pytest

from shared.domain.cells import CellRef, ColumnType
from shared.domain.forms import InvalidForm
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.narratives import Feed, FeedOperator
from tests.factories.forms import column, cross_check, form, row
from tests.factories.narratives import CAUSES, COUNT, list_column, narrative, projects


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        pytest.param({"columns": (column("1", type=ColumnType.CHOICE),)}, "choices", id="none"),
        pytest.param({"columns": (column("1", choices=CAUSES),)}, "choices", id="unasked"),
        pytest.param(
            {"columns": (column("1", type=ColumnType.CHOICE, choices=CAUSES * 2),)},
            "trùng",
            id="twice",
        ),
        pytest.param(
            {"columns": (column("1", type=ColumnType.TEXT), column("2", "[1] * 2"))},
            "không phải số",
            id="formula",
        ),
        pytest.param(
            {"columns": (column("1"), column("2", "[1] * 2", type=ColumnType.TEXT))},
            "phải là số",
            id="derived",
        ),
        pytest.param(
            {
                "columns": (column("1"), column("2", type=ColumnType.TEXT)),
                "checks": (cross_check("K", "[1] > [2]"),),
            },
            "gọi ô không phải số",
            id="check",
        ),
        pytest.param(
            {
                "rows": (
                    row("D1", parent="T", type=ColumnType.TEXT),
                    row("T", sum_of_children=True),
                ),
                "columns": (column("1"),),
            },
            "không có ô số nào",
            id="sum-of-words",
        ),
        pytest.param({"lists": (projects(), projects())}, "Mã danh sách DA bị trùng", id="lists"),
        pytest.param({"lists": (projects(min_entries=4),)}, "min ≤ max", id="limits"),
        pytest.param(
            {"lists": (projects(columns=(list_column("a"),) * 2, feeds=()),)}, "trùng", id="columns"
        ),
        pytest.param(
            {
                "lists": (
                    projects(
                        feeds=(
                            Feed(
                                cell=CellRef(RowCode("D1"), ColumnCode("9")),
                                operator=FeedOperator.COUNT,
                            ),
                        )
                    ),
                )
            },
            "không phải ô số nhập được",
            id="feeds-nothing",
        ),
        pytest.param(
            {
                "lists": (
                    projects(
                        feeds=(
                            Feed(
                                cell=COUNT, operator=FeedOperator.COUNT, column=ColumnCode("name")
                            ),
                        )
                    ),
                )
            },
            "không có of",
            id="count-of",
        ),
        pytest.param(
            {
                "lists": (
                    projects(
                        feeds=(
                            Feed(cell=COUNT, operator=FeedOperator.SUM, column=ColumnCode("name")),
                        )
                    ),
                )
            },
            "cột số của danh sách",
            id="sum-of-text",
        ),
        pytest.param(
            {
                "lists": (
                    projects(
                        feeds=(
                            Feed(
                                cell=COUNT, operator=FeedOperator.SUM, column=ColumnCode("amount")
                            ),
                        )
                    ),
                )
            },
            "cùng đơn vị",
            id="sum-of-other-unit",
        ),
        pytest.param(
            {"lists": (projects(feeds=(Feed(cell=COUNT, operator=FeedOperator.COUNT),) * 2),)},
            "bị trùng",
            id="fed-twice",
        ),
    ],
)
def test_a_form_that_asks_for_nonsense_is_refused(changed: dict[str, Any], told: str) -> None:
    with pytest.raises(InvalidForm, match=told):
        form(**changed) if "columns" in changed else narrative(**changed)
