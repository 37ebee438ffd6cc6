"""What was understood of a conversion table, and what was not, in words for people."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from shared.catalogue.conversions.conversion import Conversion
from shared.catalogue.conversions.descriptor import ConversionFile
from shared.catalogue.conversions.entries import Entries
from shared.catalogue.conversions.names import Tier
from shared.catalogue.conversions.sides import count_of
from shared.catalogue.conversions.table import TITLES, Table
from shared.catalogue.faults import PackFault
from shared.domain.lineage import LineageKind

KIND_NAMES: Mapping[LineageKind, str] = {
    LineageKind.MERGE_FULL: "nhập toàn bộ",
    LineageKind.MERGE_PART: "nhập một phần",
    LineageKind.SPLIT: "tách riêng một phần",
    LineageKind.RENAME: "đổi tên",
    LineageKind.RETYPE: "đổi loại hình",
    LineageKind.UNCHANGED: "giữ nguyên",
    LineageKind.MOVE: "chuyển giao công việc",
}
LONGEST_LIST = 200
"""Nobody reads on; the rest is counted."""


def table_lines(table: Table) -> Iterator[str]:
    """What the file held, before anything was understood."""
    mended = table.mended
    yield f"{table.file.name}: {len(table.lines)} liên kết, {table.headings} dòng tên tỉnh"
    yield (
        f"  chuẩn hóa chữ viết: {mended.decomposed} ô dấu tổ hợp rời, {mended.broken} ô có xuống "
        f"dòng, {mended.spaced} ô thừa dấu cách"
    )


def correction_lines(model: ConversionFile) -> Iterator[str]:
    """Every known error that was corrected by name."""
    if model.corrections:
        yield f"Đính chính {len(model.corrections)} chỗ bảng ghi sai:"
    for each in model.corrections:
        yield (
            f"  dòng {each.line}, cột “{TITLES[each.column]}”: “{each.says}” → “{each.reads}” "
            f"({each.why})"
        )


def conversion_lines(conversion: Conversion, entries: Entries) -> Iterator[str]:
    """Units and links by kind, and the lines of which no link was made."""
    sides = entries.sides
    yield f"Hiểu {len(conversion.links)} liên kết, từ ngày {conversion.effective_on:%d/%m/%Y}:"
    kinds = Counter(map(conversion.kind, conversion.links))
    yield from (f"  {kinds[kind]} {KIND_NAMES[kind]}" for kind in LineageKind if kinds[kind])
    divided = [code for code, links in conversion.out_of.items() if len(links) > 1]
    weighed = sum(conversion.people(conversion.out_of[code][0]) is not None for code in divided)
    yield (
        f"  {len(divided)} đơn vị cũ bị chia, {weighed} có tỷ lệ dân số theo ghi chú; đơn vị bị "
        "chia mà chưa có tỷ lệ chỉ được cộng ở nơi có đủ các phần của nó"
    )
    for tier, name in ((Tier.PROVINCE, "tỉnh"), (Tier.DISTRICT, "huyện"), (Tier.COMMUNE, "xã")):
        yield f"  cấp {name}: {count_of(sides.old, tier)} cũ, {count_of(sides.new, tier)} mới"
    going_on = sum(
        sides.goes_on(code) for code, each in sides.old.items() if each.unit.tier is Tier.PROVINCE
    )
    yield f"  {going_on} tỉnh giữ nguyên"
    yield from _left_out(conversion)
    yield from _other_names(entries)


def _left_out(conversion: Conversion) -> Iterator[str]:
    if conversion.not_units:
        yield f"Không tạo quan hệ cho {len(conversion.not_units)} dòng:"
    for each in conversion.not_units:
        yield (
            f"  dòng {each.line}: “{each.text}” ({each.why}): không phải đơn vị hành chính nên "
            "chưa từng báo cáo; không phải làm gì"
        )


def _other_names(entries: Entries) -> Iterator[str]:
    names = entries.other_names
    if names:
        yield f"Giữ tên trong danh mục của {len(names)} đơn vị mà bảng ghi khác:"
    for each in names[:LONGEST_LIST]:
        yield f"  dòng {each.line}: {each.code} bảng ghi “{each.table}”, giữ “{each.catalogue}”"
    if len(names) > LONGEST_LIST:
        yield f"  và {len(names) - LONGEST_LIST} đơn vị nữa"


def faults_line(table: Table, faults: Sequence[PackFault]) -> str:
    """How many lines stand in the way."""
    lines = {fault.place.line for fault in faults if fault.place and fault.place.file == table.file}
    return f"{len(lines)} dòng không dùng được; chưa nạp gì."
