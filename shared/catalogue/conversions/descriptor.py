"""The file beside a conversion table: where it comes from, by which law, and what is wrong in it.

A published table has errors. They are never guessed away: each is corrected by name, with the line,
what it says, what it must say, and why; a correction that does not fit its line is a fault.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StrictInt, StringConstraints

from shared.catalogue.conversions.table import Column, Line, Table, tidy
from shared.catalogue.faults import PackFault, PacksRefused
from shared.catalogue.schema_faults import validated
from shared.catalogue.schema_parts import Day, Entry, Sourced, Text
from shared.catalogue.yaml_source import SourceDocument, read_source

TABLES = Path(__file__).parent / "tables"
OFFICIAL = TABLES / "unit-conversion-2025.yaml"


class LegalBasis(Entry):
    """The acts that the edges of each level are by."""

    province: Text
    district: Text
    commune: Text


class CorrectionModel(Entry):
    """`says` is what the cell holds, spaces mended; `reads` what it must hold."""

    line: Annotated[StrictInt, Field(ge=1)]
    column: Column
    says: Annotated[str, StringConstraints(max_length=2000)]
    reads: Annotated[str, StringConstraints(max_length=2000)]
    why: Text


class ConversionFile(Sourced):
    """`known_since` is from when on the old units are taken to have existed."""

    kind: Literal["conversion"]
    table: Text | None = None
    title: Text
    effective_on: Day | None = None
    known_since: Day
    legal_basis: LegalBasis
    people_basis: Text
    corrections: tuple[CorrectionModel, ...] = ()


@dataclass(frozen=True, slots=True)
class Descriptor:
    """What a descriptor says, and where each of its entries stands."""

    model: ConversionFile
    source: SourceDocument

    @property
    def table_file(self) -> Path | None:
        """The table that it comes with, beside it."""
        name = self.model.table
        return None if name is None else self.source.file.parent / name


def read_descriptor(file: Path) -> Descriptor:
    """Raises PacksRefused with every fault and its line."""
    source = read_source(file)
    return Descriptor(validated(ConversionFile, source.data, source=source), source)


def corrected(table: Table, descriptor: Descriptor) -> Table:
    """The table with its known errors mended; raises PacksRefused for corrections that do not fit.

    For another table than the one that the descriptor comes with, nothing fits.
    """
    lines = {line.number: line for line in table.lines}
    faults = list(_misfits(descriptor, lines=lines))
    if faults:
        raise PacksRefused(faults)
    for each in descriptor.model.corrections:
        lines[each.line] = lines[each.line].with_cell(each.column, tidy(each.reads))
    return replace(table, lines=tuple(lines.values()))


def _misfits(descriptor: Descriptor, *, lines: Mapping[int, Line]) -> Iterator[PackFault]:
    for index, each in enumerate(descriptor.model.corrections):
        place = descriptor.source.place(("corrections", index, "says"))
        line = lines.get(each.line)
        if line is None:
            detail = f"bảng không có liên kết nào ở dòng {each.line}; hãy sửa số dòng"
            yield PackFault("correction_without_line", detail, place)
        elif line[each.column] != tidy(each.says):
            detail = (
                f"dòng {each.line} của bảng ghi “{line[each.column]}”, không phải “{each.says}”; "
                "hãy sửa hoặc bỏ đính chính này"
            )
            yield PackFault("correction_does_not_fit", detail, place)
