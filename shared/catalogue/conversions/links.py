"""Each line of a table as a link between two units, or a fault that says why it is none."""

from collections.abc import Iterator
from dataclasses import dataclass

from shared.catalogue.conversions.names import DIGITS, TYPES, Named, Tier, named, parted
from shared.catalogue.conversions.notes import Note, meaning_of
from shared.catalogue.conversions.table import TITLES, Column, Line, Table
from shared.catalogue.faults import PackFault
from shared.domain.lineage import LineageKind


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit as one line names it."""

    tier: Tier
    code: str
    named: Named


@dataclass(frozen=True, slots=True)
class Link:
    """One line: `source` is a commune, or a district that went over as a whole."""

    line: int
    target: Unit
    source: Unit
    note: Note
    new_province: Unit
    old_district: Unit
    old_province: Unit


@dataclass(frozen=True, slots=True)
class NotAUnit:
    """A source that is no administrative unit, so that it never reported: no edge comes of it."""

    line: int
    text: str
    why: str


def links_of(table: Table) -> Iterator[Link | NotAUnit | PackFault]:
    """What each line is, in order; a line may have several faults."""
    for line in table.lines:
        reading = _Reading(table, line)
        found = reading.read()
        yield from reading.faults
        if found is not None and not reading.faults:
            yield found


class _Reading:
    """One line, and the faults that were met on the way."""

    def __init__(self, table: Table, line: Line) -> None:
        self.table = table
        self.line = line
        self.faults: list[PackFault] = []

    def read(self) -> Link | NotAUnit | None:
        """None, or whatever could be read, where there are faults."""
        district = self._above(Column.OLD_DISTRICT, Tier.DISTRICT)
        old_province = self._above(Column.OLD_PROVINCE, Tier.PROVINCE)
        new_province = self._above(Column.NEW_PROVINCE, Tier.PROVINCE)
        target = self._commune(Column.NEW_NAME, Column.NEW_CODE)
        note = meaning_of(self.line[Column.NOTE])
        if note is None:
            self._not_understood()
        if self._is_no_unit():
            return NotAUnit(self.line.number, self.line[Column.OLD_NAME], "không có mã, loại hình")
        source = district if note and note.becomes else None
        if source is None or self.line[Column.OLD_CODE] or self.line[Column.OLD_NAME]:
            source = self._commune(Column.OLD_NAME, Column.OLD_CODE)
        if not (district and old_province and new_province and target and note and source):
            return None
        self._check_becomes(note, source=source, target=target)
        return Link(self.line.number, target, source, note, new_province, district, old_province)

    def _is_no_unit(self) -> bool:
        """Land that belongs to no commune has words for a name and no code."""
        name, code = self.line[Column.OLD_NAME], self.line[Column.OLD_CODE]
        return bool(name) and not code and named(name, Tier.COMMUNE) is None

    def _above(self, column: Column, tier: Tier) -> Unit | None:
        text = self.line[column]
        found = parted(text)
        if found is None:
            self._fault(
                "no_code_in_brackets",
                f"cột “{TITLES[column]}” ghi “{text}”; hãy ghi tên và mã, ví dụ “Huyện Lộc Ninh "
                "(692)”",
            )
            return None
        return self._unit(*found, column=column, tier=tier)

    def _commune(self, name: Column, code: Column) -> Unit | None:
        if self.line[code]:
            return self._unit(self.line[name], self.line[code], column=name, tier=Tier.COMMUNE)
        detail = (
            f"“{self.line[name] or 'dòng này'}” không có mã ở cột “{TITLES[code]}”; hãy tra và ghi "
            "mã năm chữ số"
        )
        self._fault("missing_code", detail)
        return None

    def _unit(self, name: str, code: str, *, column: Column, tier: Tier) -> Unit | None:
        found, digits = named(name, tier), DIGITS[tier]
        if found is None:
            known = ", ".join(TYPES[tier])
            detail = (
                f"cột “{TITLES[column]}” ghi “{name}”, không bắt đầu bằng loại hình đơn vị "
                f"({known}); hãy ghi tên đầy đủ"
            )
            self._fault("no_type_of_unit", detail)
        if not (len(code) == digits and code.isascii() and code.isdecimal()):
            detail = f"mã “{code}” của “{name}” không gồm {digits} chữ số; hãy sửa mã"
            self._fault("wrong_form_of_code", detail)
        return None if found is None else Unit(tier, code, found)

    def _not_understood(self) -> None:
        note = self.line[Column.NOTE]
        detail = (
            f"không hiểu ghi chú “{note}” ({self.line.text}); hãy thay bằng một ghi chú đã biết, "
            "như “Nhập toàn bộ”, “Nhập một phần”, “Giữ nguyên”, trong tệp đính chính"
        )
        self._fault("unknown_note", detail)

    def _check_becomes(self, note: Note, *, source: Unit, target: Unit) -> None:
        if note.becomes not in (None, (source.named.key, target.named.key)):
            detail = (
                f"ghi chú “{self.line[Column.NOTE]}” nói về đơn vị khác với “{source.named.name}” "
                f"và “{target.named.name}” của dòng; hãy sửa một trong hai"
            )
            self._fault("note_of_other_units", detail)
        alike = source.code == target.code and source.named.key == target.named.key
        if note.kind is LineageKind.UNCHANGED and not alike:
            detail = (
                f"ghi giữ nguyên nhưng “{source.named.name}” ({source.code}) khác "
                f"“{target.named.name}” ({target.code}); hãy sửa ghi chú hoặc tên, mã"
            )
            self._fault("not_the_same_unit", detail)

    def _fault(self, code: str, detail: str) -> None:
        self.faults.append(self.table.fault(code, detail, line=self.line.number))
