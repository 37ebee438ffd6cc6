"""The units before and after a conversion, as its links name them."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

from shared.catalogue.conversions.conversion import Conversion
from shared.catalogue.conversions.links import Link, Unit
from shared.catalogue.conversions.names import Tier


@dataclass(frozen=True, slots=True)
class Placed:
    """A unit of one side, where it lies and where the table first names it."""

    unit: Unit
    above: Unit | None
    line: int


Side = Mapping[str, Placed]
"""By code, parents before what lies in them."""


@dataclass(frozen=True, slots=True)
class Sides:
    """`became` are the new provinces of each old province and district, by code."""

    old: Side
    new: Side
    became: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, conversion: Conversion) -> "Sides":
        old: dict[str, Placed] = {}
        new: dict[str, Placed] = {}
        became: dict[str, dict[str, None]] = defaultdict(dict)
        for link in conversion.links:
            _place(old, link.old_province, None, link=link)
            _place(old, link.old_district, link.old_province, link=link)
            _place(new, link.new_province, None, link=link)
            _place(new, link.target, link.new_province, link=link)
            if link.source.tier is Tier.COMMUNE:
                _place(old, link.source, link.old_district, link=link)
            for above in (link.old_province, link.old_district):
                became[above.code][link.new_province.code] = None
        return cls(
            old=dict(sorted(old.items(), key=_parents_first)),
            new=dict(sorted(new.items(), key=_parents_first)),
            became={code: tuple(targets) for code, targets in became.items()},
        )

    def goes_on(self, province: str) -> bool:
        """Whether an old province is the same one afterwards: nothing left it, nothing joined."""
        if self.became.get(province) != (province,) or self.joined(province) != [province]:
            return False
        return self.old[province].unit.named.key == self.new[province].unit.named.key

    def joined(self, province: str) -> list[str]:
        """The old provinces of which a new one is made."""
        return [
            code
            for code, targets in self.became.items()
            if province in targets and self.old[code].unit.tier is Tier.PROVINCE
        ]

    def province_in(self, side: Side, code: str) -> str:
        above = side[code].above
        return code if above is None else self.province_in(side, above.code)


def count_of(side: Side, tier: Tier) -> int:
    return sum(each.unit.tier is tier for each in side.values())


def _place(side: dict[str, Placed], unit: Unit, above: Unit | None, *, link: Link) -> None:
    side.setdefault(unit.code, Placed(unit, above, link.line))


def _parents_first(item: tuple[str, Placed]) -> tuple[int, str]:
    """Codes are longer the lower a unit stands."""
    return len(item[0]), item[0]
