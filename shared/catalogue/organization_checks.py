"""Do the organizations and the chain of a catalogue agree with themselves on every day?"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from shared.catalogue.entries import (
    Content,
    Item,
    OrganizationKey,
    Validity,
    holds_throughout,
    identity_key,
    organization_key,
    overlapping,
)
from shared.catalogue.faults import PackFault
from shared.catalogue.schemas import ChainLinkModel, OrganizationModel
from shared.domain.organizations import OrganizationKind
from shared.domain.time import in_force

CODE_SHAPES: Mapping[OrganizationKind, tuple[re.Pattern[str], str]] = {
    OrganizationKind.PROVINCE: (re.compile(r"[0-9]{2}"), "hai chữ số"),
    OrganizationKind.DISTRICT: (re.compile(r"[0-9]{3}"), "ba chữ số"),
    OrganizationKind.COMMUNE: (re.compile(r"[0-9]{5}"), "năm chữ số"),
    OrganizationKind.WARD: (re.compile(r"[0-9]{5}"), "năm chữ số"),
    OrganizationKind.TOWNSHIP: (re.compile(r"[0-9]{5}"), "năm chữ số"),
    OrganizationKind.SPECIAL_ZONE: (re.compile(r"[0-9]{5}"), "năm chữ số"),
    OrganizationKind.DEPARTMENT: (
        re.compile(r"[A-Y][0-9]{2}(\.[0-9A-Z]+)*"),
        "mã định danh cơ quan như H10.01 (Quyết định 20/2020/QĐ-TTg, điều 4)",
    ),
}

Organization = Item[OrganizationModel]


@dataclass(frozen=True, slots=True)
class Directory:
    """The organizations that hold, found by code and day."""

    by_code: Mapping[str, list[Organization]]
    by_identity: Mapping[OrganizationKey, list[Organization]]

    @classmethod
    def of(cls, organizations: Iterable[Organization]) -> "Directory":
        """Index organizations that are not retracted."""
        by_code: dict[str, list[Organization]] = defaultdict(list)
        by_identity: dict[OrganizationKey, list[Organization]] = defaultdict(list)
        for item in organizations:
            by_code[item.model.code].append(item)
            by_identity[identity_key(item.model)].append(item)
        return cls(by_code, by_identity)

    def find(self, code: str, *, on: date) -> Organization | None:
        """The organization that bears `code` on a day."""
        return next((item for item in self.by_code.get(code, ()) if _holds(item, on)), None)

    def lasts(self, found: Organization, *, wanted: Validity) -> bool:
        """Whether that organization, under any name, exists throughout `wanted`."""
        versions = self.by_identity[identity_key(found.model)]
        return holds_throughout((each.model for each in versions), wanted=wanted)


def organization_faults(content: Content) -> Iterator[PackFault]:
    """Every fault of organizations and chain links."""
    organizations = content.live_organizations()
    directory = Directory.of(organizations)
    for item in organizations:
        yield from _own_faults(item, directory=directory)
    for items in directory.by_code.values():
        yield from _overlaps(items)
    yield from _cycles(organizations, directory=directory)
    links = content.live_links()
    for link in links:
        yield from _link_faults(link, directory=directory)
    yield from _double_links(links)


def _own_faults(item: Organization, *, directory: Directory) -> Iterator[PackFault]:
    model = item.model
    pattern, shape = CODE_SHAPES[model.kind]
    if not pattern.fullmatch(model.code):
        detail = f"mã “{model.code}” không đúng: đơn vị loại {model.kind} có mã gồm {shape}"
        yield item.fault("wrong_form_of_code", detail, "code")
    if model.continues_from and identity_key(model) not in _first_keys(item, directory):
        detail = (
            f"không có đơn vị “{model.code}” cấp {model.level} bắt đầu ngày "
            f"{model.continues_from:%d/%m/%Y} để nối tiếp; hãy sửa ngày hoặc bỏ continues_from"
        )
        yield item.fault("unknown_continuation", detail, "continues_from")
    if model.parent is not None:
        yield from _parent_faults(item, code=model.parent, directory=directory)
    elif model.kind is not OrganizationKind.PROVINCE:
        detail = f"“{model.name}” không có cơ quan cấp trên; hãy thêm “parent: …” (mã đơn vị)"
        yield item.fault("no_parent", detail)


def _first_keys(item: Organization, directory: Directory) -> set[OrganizationKey]:
    same_code = directory.by_code[item.model.code]
    return {organization_key(each.model) for each in same_code if not each.model.continues_from}


def _parent_faults(item: Organization, *, code: str, directory: Directory) -> Iterator[PackFault]:
    parent = directory.find(code, on=item.model.valid_from)
    if parent is None:
        detail = (
            f"không có đơn vị mã “{code}” vào ngày {item.model.valid_from:%d/%m/%Y}; hãy sửa mã "
            "cấp trên, hoặc nạp cùng gói có đơn vị đó"
        )
        yield item.fault("unknown_parent", detail, "parent")
    elif not directory.lasts(parent, wanted=item.model):
        detail = (
            f"cơ quan cấp trên “{parent.model.name}” ({code}) hết hiệu lực trước đơn vị này; hãy "
            "sửa valid_until của một trong hai"
        )
        yield item.fault("parent_ends_first", detail, "parent")


def _overlaps(items: Iterable[Organization]) -> Iterator[PackFault]:
    for earlier, later in overlapping(items):
        detail = (
            f"mã “{later.model.code}” trùng thời gian hiệu lực với “{earlier.model.name}” "
            f"({earlier.place() or 'đã có trong cơ sở dữ liệu'}); hãy đặt valid_until cho bản "
            "trước, hoặc đánh dấu bản sai là retracted: true"
        )
        yield later.fault("overlapping_validity", detail, "valid_from")


def _cycles(organizations: list[Organization], *, directory: Directory) -> Iterator[PackFault]:
    """A cycle can only begin on a day on which some organization begins."""
    reported: set[OrganizationKey] = set()
    for day in sorted({item.model.valid_from for item in organizations}):
        valid = [item for item in organizations if _holds(item, day)]
        for cycle in _cycles_on(day, valid=valid, directory=directory):
            keys = {organization_key(each.model) for each in cycle}
            if keys & reported:
                continue
            reported |= keys
            walk = " → ".join(each.model.code for each in [*cycle, cycle[0]])
            detail = f"các đơn vị trực thuộc lẫn nhau thành vòng: {walk}; hãy sửa một cấp trên"
            yield cycle[0].fault("organization_cycle", detail, "parent")


def _cycles_on(
    day: date, *, valid: list[Organization], directory: Directory
) -> Iterator[list[Organization]]:
    rooted: set[str] = set()
    for start in valid:
        path: list[Organization] = []
        seen: dict[str, int] = {}
        current: Organization | None = start
        while current is not None and current.model.code not in rooted:
            code = current.model.code
            if code in seen:
                yield path[seen[code] :]
                break
            seen[code] = len(path)
            path.append(current)
            parent = current.model.parent
            current = directory.find(parent, on=day) if parent else None
        rooted |= set(seen)


def _link_faults(link: Item[ChainLinkModel], *, directory: Directory) -> Iterator[PackFault]:
    for end, code in (("reporter", link.model.reporter), ("receiver", link.model.receiver)):
        found = directory.find(code, on=link.model.valid_from)
        if found is None:
            detail = (
                f"không có đơn vị mã “{code}” vào ngày {link.model.valid_from:%d/%m/%Y}; hãy sửa "
                "mã, hoặc nạp cùng gói có đơn vị đó"
            )
            yield link.fault(f"unknown_{end}", detail, end)
        elif not directory.lasts(found, wanted=link.model):
            detail = (
                f"“{found.model.name}” ({code}) hết hiệu lực trước tuyến báo cáo này; hãy sửa "
                "valid_until"
            )
            yield link.fault(f"{end}_ends_first", detail, end)
    if link.model.reporter == link.model.receiver:
        detail = "đơn vị không thể gửi báo cáo cho chính mình; hãy sửa nơi nhận"
        yield link.fault("receiver_is_reporter", detail, "receiver")


def _double_links(links: Iterable[Item[ChainLinkModel]]) -> Iterator[PackFault]:
    grouped: dict[tuple[str, str], list[Item[ChainLinkModel]]] = defaultdict(list)
    for link in links:
        grouped[link.model.regime, link.model.reporter].append(link)
    for items in grouped.values():
        for earlier, later in overlapping(items):
            detail = (
                f"đơn vị “{later.model.reporter}” đã có nơi nhận khác trong thời gian này "
                f"({earlier.place() or 'đã có trong cơ sở dữ liệu'}); hãy chỉ để một tuyến"
            )
            yield later.fault("overlapping_validity", detail, "reporter")


def _holds(item: Organization, on: date) -> bool:
    return in_force(on, valid_from=item.model.valid_from, valid_to=item.model.valid_to)
