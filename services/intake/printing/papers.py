"""A document before it has a format: what stands on the paper, part by part.

The parts and their order are those of Nghị định 30/2020/NĐ-CP, appendix I.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

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
    """`figures` are exact plain text, "" where there is none; `decimals` those of each."""

    number: str
    label: str
    unit: str
    figures: tuple[str, ...]
    decimals: tuple[int, ...]
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
class Paper:
    """`superior` and `body` are lines of capitals; `closing` ends with the mark “./.”."""

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

    def as_json(self) -> dict[str, Any]:
        """As it is handed to a process that writes it."""
        return asdict(self) | {"is_wide": self.table is not None and self.table.is_wide}


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
    return Paper(**{**texts, "table": table})
