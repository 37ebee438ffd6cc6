"""A form that asks for words, a list of projects and an outline, besides its figures."""

from typing import Any

from shared.domain.cells import CellRef, Choice, ColumnType
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.narratives import (
    EntryList,
    Feed,
    FeedOperator,
    ListCode,
    ListColumn,
    Section,
    SectionCode,
)
from tests.factories.forms import column, form

CAUSES = (Choice("land", "Giải phóng mặt bằng"), Choice("money", "Thiếu vốn", "No money"))
PROJECTS = ListCode("DA")
COUNT, AMOUNT = CellRef(RowCode("D1"), ColumnCode("1")), CellRef(RowCode("D1"), ColumnCode("2"))


def list_column(code: str, type_: ColumnType = ColumnType.TEXT, **changed: Any) -> ListColumn:
    return ListColumn(code=ColumnCode(code), label=f"Mục {code}", type=type_, **changed)


def projects(**changed: Any) -> EntryList:
    fields: dict[str, Any] = {
        "code": PROJECTS,
        "label": "Dự án chậm",
        "columns": (
            list_column("name", required=True, max_length=20),
            list_column("amount", ColumnType.MONEY, unit="triệu đồng", decimals=1),
            list_column("due", ColumnType.DATE),
            list_column("cause", ColumnType.CHOICE, choices=CAUSES),
        ),
        "max_entries": 3,
        "feeds": (
            Feed(cell=COUNT, operator=FeedOperator.COUNT),
            Feed(cell=AMOUNT, operator=FeedOperator.SUM, column=ColumnCode("amount")),
        ),
    }
    return EntryList(**(fields | changed))


def narrative(**changed: Any) -> FormTemplate:
    fields: dict[str, Any] = {
        "columns": (
            column("1"),
            column("2", type=ColumnType.MONEY, unit="triệu đồng", decimals=1),
            column("note", type=ColumnType.TEXT, max_length=10),
            column("day", type=ColumnType.DATE, required=True),
            column("kind", type=ColumnType.CHOICE, choices=CAUSES),
        ),
        "lists": (projects(),),
        "sections": (
            Section(code=SectionCode("I"), heading="Kết quả", required=True, max_length=30),
            Section(code=SectionCode("II"), heading="Kiến nghị", max_files=2),
        ),
    }
    return form(**(fields | changed))
