"""A paper with everything that one can hold."""

from typing import Any

from services.intake.printing.papers import Paper, PaperList, PaperRow, PaperSection, PaperTable


def paper(**changed: Any) -> Paper:
    """A report of a ward: an outline, a table with a closed cell, a list."""
    parts: dict[str, Any] = {
        "superior": (),
        "body": ("ỦY BAN NHÂN DÂN", "PHƯỜNG THÁC MƠ"),
        "number": "Số: 12/BC-UBND",
        "dateline": "Thác Mơ, ngày 17 tháng 6 năm 2025",
        "subject": ("Dự án chậm tiến độ", "Quý II/2025"),
        "addressee": "Kính gửi: Ủy ban nhân dân thị xã Phước Long",
        "opening": ("Ủy ban nhân dân phường báo cáo như sau:",),
        "table": _table(),
        "remarks": (),
        "closing": "Trên đây là số liệu báo cáo./.",
        "recipients": ("- Như trên;", "- Lưu: VT."),
        "authority": ("TM. ỦY BAN NHÂN DÂN", "CHỦ TỊCH"),
        "signer": "Nguyễn Văn An",
        "origin": "In từ hệ thống: biên nhận 123",
        "sections": (PaperSection(heading="I. Kết quả", paragraphs=("Đã họp giao ban.",)),),
        "lists": (
            PaperList(
                title="Dự án chậm",
                heads=("Tên dự án", "Vốn (triệu đồng)"),
                decimals=(None, 1),
                rows=(("Đường liên xã", "1200.5"), ("Trường tiểu học", "")),
            ),
        ),
    }
    return Paper(**{**parts, **changed})


def _table() -> PaperTable:
    return PaperTable(
        heads=("Số dự án", "Vốn", "Đánh giá"),
        numbers=("(1)", "(2)", "(3)"),
        rows=(
            PaperRow(
                number="1",
                label="Dự án đang triển khai",
                unit="",
                figures=("12", "1500.5", "Có nguy cơ chậm"),
                decimals=(0, 1, None),
                bold=False,
                indent=0,
            ),
            PaperRow(
                number="",
                label="TỔNG CỘNG",
                unit="",
                figures=("12", "1500.5", "x"),
                decimals=(0, 1, None),
                bold=True,
                indent=0,
            ),
        ),
        unit="dự án",
        has_units=False,
    )
