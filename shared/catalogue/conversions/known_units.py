"""What the catalogue knows of the units of a conversion.

Of a province whose communes it holds, it must hold every unit of the table, and the table must
name every unit that it holds: whatever one side lacks is a fault, so that a wrong or missing line
never makes a unit up or leaves one behind.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from shared.catalogue.conversions.names import Tier
from shared.catalogue.conversions.sides import Side, Sides
from shared.catalogue.conversions.table import Table
from shared.catalogue.faults import PackFault
from shared.catalogue.organization_checks import Directory, Organization
from shared.catalogue.schema_parts import ONE_DAY
from shared.domain.time import in_force

Find = Callable[[str], Organization | None]


@dataclass(frozen=True, slots=True)
class KnownUnits:
    """`day` is the first of the new units."""

    directory: Directory
    day: date

    @property
    def day_before(self) -> date:
        return self.day - ONE_DAY

    def old(self, code: str) -> Organization | None:
        return self.directory.find(code, on=self.day_before)

    def new(self, code: str) -> Organization | None:
        """Only what begins on the day: what still bears a code without end is the old unit."""
        found = self.directory.find(code, on=self.day)
        return found if found and found.model.valid_from == self.day else None

    def faults(self, sides: Sides, *, table: Table) -> Iterator[PackFault]:
        """Whatever table and catalogue do not both know."""
        before = self._communes(lambda item: self._holds(item, on=self.day_before))
        yield from _strangers(sides, sides.old, known=before, find=self.old, table=table)
        yield from _missing(sides.old, known=before, on=self.day_before, table=table)
        after = self._communes(lambda item: item.model.valid_from == self.day)
        yield from _strangers(sides, sides.new, known=after, find=self.new, table=table)
        yield from _missing(sides.new, known=after, on=self.day, table=table)

    def _holds(self, item: Organization, *, on: date) -> bool:
        return in_force(on, valid_from=item.model.valid_from, valid_to=item.model.valid_to)

    def _communes(self, wanted: Callable[[Organization], bool]) -> Mapping[str, list[Organization]]:
        """By the code of their province."""
        known: dict[str, list[Organization]] = defaultdict(list)
        every = (item for items in self.directory.by_code.values() for item in items)
        for item in every:
            if item.model.level == Tier.COMMUNE and wanted(item):
                known[self._province_of(item)].append(item)
        return known

    def _province_of(self, item: Organization) -> str:
        on = item.model.valid_from
        while item.model.parent is not None:
            above = self.directory.find(item.model.parent, on=on)
            if above is None:
                break
            item = above
        return item.model.code


def _strangers(
    sides: Sides,
    side: Side,
    *,
    known: Mapping[str, list[Organization]],
    find: Find,
    table: Table,
) -> Iterator[PackFault]:
    for code, placed in side.items():
        province = sides.province_in(side, code)
        if placed.unit.tier is not Tier.COMMUNE or province not in known or find(code):
            continue
        detail = (
            f"danh mục có các đơn vị khác của tỉnh {province} nhưng không có "
            f"“{placed.unit.named.name}” ({code}); hãy sửa mã ở dòng này, hoặc nạp đơn vị đó trước"
        )
        yield table.fault("unknown_unit", detail, line=placed.line)


def _missing(
    side: Side, *, known: Mapping[str, Iterable[Organization]], on: date, table: Table
) -> Iterator[PackFault]:
    for province, items in known.items():
        if province not in side:
            continue
        for model in (item.model for item in items if item.model.code not in side):
            detail = (
                f"bảng không có “{model.name}” ({model.code}) mà danh mục có vào {on:%d/%m/%Y} ở "
                f"tỉnh {province} (tỉnh này bắt đầu ở dòng này); hãy thêm dòng, hoặc sửa danh mục"
            )
            yield table.fault("missing_unit", detail, line=side[province].line)
