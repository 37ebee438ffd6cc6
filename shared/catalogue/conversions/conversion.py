"""A table as a whole: its units and links, once they agree with one another."""

from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import TypeVar

from shared.catalogue.conversions.links import Link, NotAUnit, Unit, links_of
from shared.catalogue.conversions.names import Tier
from shared.catalogue.conversions.notes import ALL
from shared.catalogue.conversions.table import Table
from shared.catalogue.faults import PackFault, PacksRefused
from shared.domain.lineage import LineageKind

KeyT = TypeVar("KeyT", bound=Hashable)
ItemT = TypeVar("ItemT")


@dataclass(frozen=True, slots=True)
class Conversion:
    """Links whose units bear one name, one code and one place each."""

    table: Table
    effective_on: date
    links: tuple[Link, ...]
    not_units: tuple[NotAUnit, ...]
    into: Mapping[str, list[Link]] = field(init=False, repr=False, compare=False)
    out_of: Mapping[str, list[Link]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        into = _grouped((link.target.code, link) for link in self.links)
        out_of = _grouped((link.source.code, link) for link in self.links)
        object.__setattr__(self, "into", into)
        object.__setattr__(self, "out_of", out_of)

    def kind(self, link: Link) -> LineageKind:
        """A part that stands alone in its target was split off; with others it was merged."""
        if link.note.kind is LineageKind.MERGE_PART and len(self.into[link.target.code]) == 1:
            return LineageKind.SPLIT
        return link.note.kind

    def people(self, link: Link) -> Decimal | None:
        """The share of a divided unit's people, where the notes of its parts tell it."""
        parts = self.out_of[link.source.code]
        told = any(each.note.people == ALL for each in parts)
        return link.note.people if told and link.note.kind.is_partial else None


def understand(table: Table, *, effective_on: date | None) -> Conversion:
    """Raises PacksRefused with every fault, in the order of the lines."""
    found = list(links_of(table))
    links = tuple(each for each in found if isinstance(each, Link))
    faults = [each for each in found if isinstance(each, PackFault)]
    faults += _name_faults(table, links)
    faults += _place_faults(table, links)
    faults += _source_faults(table, links)
    day = effective_on or table.effective_on
    if not table.lines:
        faults.append(table.fault("empty_table", "bảng không có liên kết nào", line=1))
    if day is None:
        detail = "bảng không ghi “từ ngày …”; hãy ghi effective_on trong tệp mô tả"
        faults.append(table.fault("no_effective_date", detail, line=1))
    if faults or day is None:
        raise PacksRefused(faults)
    return Conversion(
        table=table,
        effective_on=day,
        links=links,
        not_units=tuple(each for each in found if isinstance(each, NotAUnit)),
    )


@dataclass(frozen=True, slots=True)
class _Seen:
    """A unit of one side as a line has it, and where it lies."""

    side: str
    unit: Unit
    above: Unit | None
    line: int

    @property
    def code_key(self) -> tuple[Hashable, ...]:
        return self.side, self.unit.tier, self.unit.code

    @property
    def name_key(self) -> tuple[Hashable, ...]:
        """Names are unique below one unit only."""
        above = self.above.code if self.above else None
        return self.side, self.unit.tier, self.unit.named.key, above


def _seen(links: Iterable[Link]) -> Iterator[_Seen]:
    for link in links:
        line = link.line
        yield _Seen("old", link.old_province, None, line)
        yield _Seen("old", link.old_district, link.old_province, line)
        yield _Seen("new", link.new_province, None, line)
        yield _Seen("new", link.target, link.new_province, line)
        if link.source.tier is Tier.COMMUNE:
            yield _Seen("old", link.source, link.old_district, line)


def _name_faults(table: Table, links: Iterable[Link]) -> Iterator[PackFault]:
    """One code, one name: whoever is outvoted is the fault."""
    seen = list(_seen(links))
    codes = _grouped((each.name_key, each.unit.code) for each in seen)
    for group in _grouped((each.code_key, each) for each in seen).values():
        for odd, usual in _outvoted(group, by=lambda each: each.unit.named.key):
            known = next((code for code in codes[odd.name_key] if code != odd.unit.code), None)
            hint = f"; “{odd.unit.named.name}” có mã {known} ở dòng khác" if known else ""
            detail = (
                f"mã {odd.unit.code} ở đây là “{odd.unit.named.name}”, ở dòng {usual.line} là "
                f"“{usual.unit.named.name}”{hint}; hãy sửa mã hoặc tên"
            )
            yield table.fault("two_names_for_code", detail, line=odd.line)


def _place_faults(table: Table, links: Iterable[Link]) -> Iterator[PackFault]:
    """One unit, one place."""
    placed = [each for each in _seen(links) if each.above is not None]
    for group in _grouped(
        ((*each.code_key, each.unit.named.key), each) for each in placed
    ).values():
        for odd, usual in _outvoted(group, by=lambda each: each.above and each.above.code):
            if odd.above is None or usual.above is None:
                continue
            detail = (
                f"“{odd.unit.named.name}” ({odd.unit.code}) ở đây thuộc {odd.above.named.name} "
                f"({odd.above.code}), ở dòng {usual.line} thuộc {usual.above.named.name} "
                f"({usual.above.code}); hãy sửa một trong hai"
            )
            yield table.fault("two_places_of_unit", detail, line=odd.line)


def _source_faults(table: Table, links: Iterable[Link]) -> Iterator[PackFault]:
    """What became of each old unit must add up to the whole of it."""
    keyed = (((link.source.code, link.source.named.key), link) for link in links)
    for group in _grouped(keyed).values():
        first = group[0]
        name = f"“{first.source.named.name}” ({first.source.code})"
        for twice in _repeated(group):
            detail = f"{name} đã nhập vào {twice.target.named.name} ở dòng trên; hãy bỏ một dòng"
            yield table.fault("link_given_twice", detail, line=twice.line)
        wholes = [link for link in group if not link.note.kind.is_partial]
        if wholes and len(group) > 1:
            lines = ", ".join(str(link.line) for link in group)
            detail = f"{name} vừa nhập toàn bộ vừa đi nơi khác (các dòng {lines}); hãy sửa ghi chú"
            yield table.fault("whole_given_twice", detail, line=wholes[0].line)
        if not wholes and len(group) == 1:
            detail = f"{name} chỉ có một phần ở đây, phần còn lại không có dòng nào; hãy thêm dòng"
            yield table.fault("rest_is_missing", detail, line=first.line)
        yield from _people_faults(table, group, name=name)


def _people_faults(table: Table, group: list[Link], *, name: str) -> Iterator[PackFault]:
    everyone = [link for link in group if link.note.people == ALL]
    if len(everyone) > 1:
        detail = f"toàn bộ dân số của {name} đi hai nơi; hãy sửa một ghi chú"
        yield table.fault("people_given_twice", detail, line=everyone[1].line)


def _repeated(group: list[Link]) -> Iterator[Link]:
    targets: set[str] = set()
    for link in group:
        if link.target.code in targets:
            yield link
        targets.add(link.target.code)


def _grouped(pairs: Iterable[tuple[KeyT, ItemT]]) -> dict[KeyT, list[ItemT]]:
    groups: dict[KeyT, list[ItemT]] = defaultdict(list)
    for key, item in pairs:
        groups[key].append(item)
    return groups


def _outvoted(
    group: list[ItemT], *, by: Callable[[ItemT], Hashable]
) -> Iterator[tuple[ItemT, ItemT]]:
    """Each item that says something else than most, beside one of most; the first wins a tie."""
    votes = Counter(map(by, group))
    if len(votes) == 1:
        return
    winner = max(votes, key=lambda each: votes[each])
    usual = next(item for item in group if by(item) == winner)
    yield from ((item, usual) for item in group if by(item) != winner)
