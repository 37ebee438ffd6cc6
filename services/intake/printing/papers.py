"""A document before it has a format: what stands on the paper, part by part.

The parts and their order are those of Nghị định 30/2020/NĐ-CP, appendix I.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

CLOSED = "x"
"""What statistical forms print in a cell that is not asked of somebody."""

MOST_COLUMNS_UPRIGHT = 6
"""A table with more columns of figures is laid across the longer side of the paper."""


class FileFormat(StrEnum):
    PDF = "pdf"
    DOCX = "docx"
    XLSX = "xlsx"

    @property
    def media_type(self) -> str:
        return _MEDIA_TYPES[self]


_MEDIA_TYPES = {
    FileFormat.PDF: "application/pdf",
    FileFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    FileFormat.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperRow:
    """`figures` are exact plain text, "" where there is none; `decimals` those of each.

    A cell of words has no `decimals`, and its text as it is printed.
    """

    number: str
    label: str
    unit: str
    figures: tuple[str, ...]
    decimals: tuple[int | None, ...]
    bold: bool
    indent: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperTable:
    """`unit` is that of all figures, "" where rows have their own (`has_units`)."""

    heads: tuple[str, ...]
    numbers: tuple[str, ...]
    rows: tuple[PaperRow, ...]
    unit: str
    has_units: bool

    @property
    def is_wide(self) -> bool:
        return len(self.heads) > MOST_COLUMNS_UPRIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperList:
    """Entries of a list, one a line; `decimals` are those of each column, None of words."""

    title: str
    heads: tuple[str, ...]
    decimals: tuple[int | None, ...]
    rows: tuple[tuple[str, ...], ...]

    @property
    def is_wide(self) -> bool:
        return len(self.heads) >= MOST_COLUMNS_UPRIGHT


@dataclass(frozen=True, slots=True, kw_only=True)
class PaperSection:
    """A heading of the outline with what is written under it."""

    heading: str
    paragraphs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """`superior` and `body` are lines of capitals; `closing` ends with the mark “./.”.

    Sections stand before the table, lists behind it.
    """

    superior: tuple[str, ...]
    body: tuple[str, ...]
    number: str
    dateline: str
    subject: tuple[str, ...]
    addressee: str
    opening: tuple[str, ...]
    table: PaperTable | None
    remarks: tuple[str, ...]
    closing: str
    recipients: tuple[str, ...]
    authority: tuple[str, ...]
    signer: str
    origin: str
    simulated: str = ""
    title: str = field(default="BÁO CÁO")
    sections: tuple[PaperSection, ...] = ()
    lists: tuple[PaperList, ...] = ()

    @property
    def is_wide(self) -> bool:
        """Whether it is laid across the longer side."""
        table = self.table is not None and self.table.is_wide
        return table or any(each.is_wide for each in self.lists)

    def as_json(self) -> dict[str, Any]:
        """As it is handed to a process that writes it."""
        return asdict(self) | {"is_wide": self.is_wide}


def paper_of(members: Mapping[str, Any]) -> Paper:
    """From what `as_json` gave."""
    parts = {name: value for name, value in members.items() if name != "is_wide"}
    table = parts["table"]
    if table is not None:
        rows = tuple(
            PaperRow(
                **{
                    **row,
                    "figures": tuple(row["figures"]),
                    "decimals": tuple(row["decimals"]),
                }
            )
            for row in table["rows"]
        )
        table = PaperTable(
            **{
                **table,
                "rows": rows,
                "heads": tuple(table["heads"]),
                "numbers": tuple(table["numbers"]),
            }
        )
    texts = {name: tuple(each) if isinstance(each, list) else each for name, each in parts.items()}
    sections = tuple(
        PaperSection(heading=each["heading"], paragraphs=tuple(each["paragraphs"]))
        for each in parts["sections"]
    )
    lists = tuple(
        PaperList(
            title=each["title"],
            heads=tuple(each["heads"]),
            decimals=tuple(each["decimals"]),
            rows=tuple(map(tuple, each["rows"])),
        )
        for each in parts["lists"]
    )
    return Paper(**{**texts, "table": table, "sections": sections, "lists": lists})
