"""Does the lineage of a catalogue fit the organizations that it joins?"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from graphlib import CycleError, TopologicalSorter

from shared.catalogue.entries import Content, Item, OrganizationKey, identity_key
from shared.catalogue.faults import PackFault
from shared.catalogue.organization_checks import Directory, Organization
from shared.catalogue.schema_parts import ONE_DAY
from shared.catalogue.schemas import LineageModel
from shared.domain.lineage import LineageKind

CONTINUING = frozenset(
    {LineageKind.UNCHANGED, LineageKind.RENAME, LineageKind.RETYPE, LineageKind.MOVE}
)
"""Kinds in which source and target may be one organization, with an id that stays."""


@dataclass(frozen=True, slots=True)
class _Edge:
    """An edge whose ends exist."""

    item: Item[LineageModel]
    source: Organization
    target: Organization

    @property
    def source_key(self) -> OrganizationKey:
        return identity_key(self.source.model)

    @property
    def target_key(self) -> OrganizationKey:
        return identity_key(self.target.model)

    @property
    def kind(self) -> LineageKind:
        return self.item.model.kind


def lineage_faults(content: Content) -> Iterator[PackFault]:
    """Every fault of the edges between organizations."""
    directory = Directory.of(content.live_organizations())
    edges: list[_Edge] = []
    for item in content.live_lineage():
        found = _ends(item, directory=directory)
        if isinstance(found, _Edge):
            edges.append(found)
        else:
            yield from found
    for edge in edges:
        yield from _date_faults(edge, directory=directory)
    for group in _by_source(edges):
        yield from _share_faults(group)
    yield from _cycle(edges)


def _ends(item: Item[LineageModel], *, directory: Directory) -> _Edge | list[PackFault]:
    model = item.model
    source = directory.find(model.source, on=model.effective_on - ONE_DAY)
    target = directory.find(model.target, on=model.effective_on)
    if source is not None and target is not None:
        return _Edge(item, source, target)
    return [
        item.fault(
            f"unknown_{end}",
            f"không có đơn vị mã “{code}” vào ngày {day:%d/%m/%Y}; hãy sửa mã hoặc ngày, hoặc nạp "
            "cùng gói có đơn vị đó",
            end,
        )
        for end, code, day, found in (
            ("source", model.source, model.effective_on - ONE_DAY, source),
            ("target", model.target, model.effective_on, target),
        )
        if found is None
    ]


def _date_faults(edge: _Edge, *, directory: Directory) -> Iterator[PackFault]:
    day = edge.item.model.effective_on
    if edge.source_key == edge.target_key:
        yield from _continuation_faults(edge, day=day)
        return
    if edge.kind is LineageKind.UNCHANGED:
        detail = (
            f"“{edge.source.model.name}” ghi là giữ nguyên nhưng đơn vị đích là đơn vị khác; hãy "
            "thêm continues_from cho đơn vị đích, hoặc sửa kind"
        )
        yield edge.item.fault("not_the_same_organization", detail, "kind")
    if any(_lasts_to(each, day) for each in directory.by_identity[edge.source_key]):
        detail = (
            f"“{edge.source.model.name}” ({edge.source.model.code}) còn hiệu lực vào ngày "
            f"{day:%d/%m/%Y}; hãy đặt valid_until là ngày hôm trước, hoặc sửa effective_on"
        )
        yield edge.item.fault("source_goes_on", detail, "source")
    if edge.kind is not LineageKind.MOVE and edge.target_key[2] != day:
        detail = (
            f"“{edge.target.model.name}” ({edge.target.model.code}) có từ "
            f"{edge.target_key[2]:%d/%m/%Y}, không bắt đầu ngày {day:%d/%m/%Y}; hãy sửa một ngày"
        )
        yield edge.item.fault("target_begins_another_day", detail, "target")


def _continuation_faults(edge: _Edge, *, day: date) -> Iterator[PackFault]:
    if edge.kind not in CONTINUING:
        detail = (
            f"“{edge.source.model.name}” nối tiếp chính mình nên không thể là {edge.kind}; hãy "
            "chọn unchanged, rename, retype hoặc move"
        )
        yield edge.item.fault("lineage_to_itself", detail, "kind")
    if edge.target.model.valid_from != day:
        detail = (
            f"“{edge.target.model.name}” không có giai đoạn nào bắt đầu ngày {day:%d/%m/%Y}; hãy "
            "sửa effective_on, hoặc thêm giai đoạn có continues_from"
        )
        yield edge.item.fault("target_begins_another_day", detail, "target")


def _lasts_to(organization: Organization, day: date) -> bool:
    end = organization.model.valid_to
    return end is None or end > day


def _by_source(edges: Iterable[_Edge]) -> Iterable[list[_Edge]]:
    """Edges of one source on one day; a unit's duties may move beside its figures."""
    groups: dict[tuple[OrganizationKey, date], list[_Edge]] = defaultdict(list)
    for edge in edges:
        if edge.kind is not LineageKind.MOVE:
            groups[edge.source_key, edge.item.model.effective_on].append(edge)
    return groups.values()


def _share_faults(group: list[_Edge]) -> Iterator[PackFault]:
    name = group[0].source.model.name
    for edge in group:
        if not edge.kind.is_partial and len(group) > 1:
            detail = (
                f"“{name}” vừa chuyển toàn bộ ({edge.kind}) vừa chuyển cho đơn vị khác; hãy dùng "
                "merge_part hoặc split cho từng phần"
            )
            yield edge.item.fault("whole_given_twice", detail, "kind")
        if not edge.kind.is_partial and edge.item.model.weight is not None:
            detail = "chỉ phần của đơn vị bị chia mới có weight; hãy bỏ trường này"
            yield edge.item.fault("weight_of_a_whole", detail, "weight")
        yield from _basis_faults(edge)
    total = sum((edge.item.model.weight or Decimal(0) for edge in group), Decimal(0))
    if total > 1:
        detail = f"các phần của “{name}” có tổng weight là {total}, hơn 1; hãy sửa các tỷ lệ"
        yield group[-1].item.fault("weights_over_one", detail, "weight")


def _basis_faults(edge: _Edge) -> Iterator[PackFault]:
    model = edge.item.model
    if model.weight is not None and model.weight_basis is None:
        detail = (
            "weight phải nói là tỷ lệ của cái gì; hãy thêm weight_basis, ví dụ “dân số ngày "
            "01/04/2025 theo Nghị quyết …”"
        )
        yield edge.item.fault("weight_without_basis", detail, "weight")
    if model.weight is None and model.weight_basis is not None:
        detail = "weight_basis chỉ đi cùng weight; hãy thêm weight hoặc bỏ trường này"
        yield edge.item.fault("basis_without_weight", detail, "weight_basis")


def _cycle(edges: Iterable[_Edge]) -> Iterator[PackFault]:
    into: dict[OrganizationKey, dict[OrganizationKey, _Edge]] = defaultdict(dict)
    for edge in edges:
        if edge.source_key != edge.target_key:
            into[edge.target_key][edge.source_key] = edge
    try:
        TopologicalSorter({target: sources.keys() for target, sources in into.items()}).prepare()
    except CycleError as error:
        walk: list[OrganizationKey] = error.args[1]
        codes = " → ".join(code for _, code, _ in walk)
        detail = f"các đơn vị kế thừa lẫn nhau thành vòng: {codes}; hãy sửa hoặc bỏ một dòng"
        yield into[walk[1]][walk[0]].item.fault("lineage_cycle", detail, "target")
