"""A file as it was read: cells by place, before anything is known of a form."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, NamedTuple

from services.intake.workbooks.addresses import Spot
from services.intake.workbooks.faults import SheetFault, sheet_fault_of


class CellKind(StrEnum):
    NUMBER = "number"
    TEXT = "text"
    TRUTH = "truth"
    DATE = "date"
    ERROR = "error"
    NOT_CALCULATED = "not_calculated"


class RawCell(NamedTuple):
    """`text` of a number is exact; of an error or a formula, what stands in the file."""

    kind: CellKind
    text: str


@dataclass(frozen=True, slots=True)
class RawSheet:
    """A sheet that people see, or the one that says what the file is. Blank cells are not there.

    `formulas` are read only where they were asked for.
    """

    name: str
    cells: Mapping[Spot, RawCell]
    merged: tuple[str, ...] = ()
    hidden: bool = False
    formulas: Mapping[Spot, str] = field(default_factory=dict)

    def text(self, spot: Spot) -> str:
        found = self.cells.get(spot)
        return "" if found is None else found.text.strip()


@dataclass(frozen=True, slots=True)
class RawWorkbook:
    """`is_text`: a table that came as text. `faults` are of the file itself."""

    sheets: tuple[RawSheet, ...] = ()
    faults: tuple[SheetFault, ...] = ()
    is_text: bool = False

    def sheet(self, name: str) -> RawSheet | None:
        return next((each for each in self.sheets if each.name == name), None)

    @property
    def shown(self) -> tuple[RawSheet, ...]:
        return tuple(each for each in self.sheets if not each.hidden)


def raw_json(raw: RawWorkbook) -> dict[str, Any]:
    """As it leaves the process that read it."""
    return {
        "is_text": raw.is_text,
        "faults": [fault.as_json() for fault in raw.faults],
        "sheets": [
            {
                "name": sheet.name,
                "hidden": sheet.hidden,
                "merged": list(sheet.merged),
                "cells": [[*spot, *cell] for spot, cell in sheet.cells.items()],
                "formulas": [[*spot, text] for spot, text in sheet.formulas.items()],
            }
            for sheet in raw.sheets
        ],
    }


def raw_of(members: Mapping[str, Any]) -> RawWorkbook:
    """From what `raw_json` gave."""
    return RawWorkbook(
        is_text=members["is_text"],
        faults=tuple(map(sheet_fault_of, members["faults"])),
        sheets=tuple(
            RawSheet(
                name=sheet["name"],
                hidden=sheet["hidden"],
                merged=tuple(sheet["merged"]),
                cells={
                    Spot(row, column): RawCell(CellKind(kind), text)
                    for row, column, kind, text in sheet["cells"]
                },
                formulas={Spot(row, column): text for row, column, text in sheet["formulas"]},
            )
            for sheet in members["sheets"]
        ),
    )
