"""Opens a .xlsx without trusting it: what it holds is measured before it is unpacked.

What passes is packed anew from what was read here, so that no other reader can see other content
than was judged.
"""

import re
import zipfile
import zlib
from collections.abc import Iterator
from io import BytesIO

from services.intake.workbooks.faults import SheetFault, file_fault
from shared.domain.figures import printable

MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 64 * 1_048_576
MAX_RATIO = 150
"""Real sheets shrink to a tenth or a thirtieth."""

RATIO_MATTERS_FROM_BYTES = 1_048_576
ENCRYPTED_FLAG = 0x1
PACKED_AS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
"""All that a workbook may use (ECMA-376, part 2)."""

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""How the files of Excel 97 to 2003, and all encrypted ones, begin."""

ZIP = b"PK\x03\x04"
ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
MACRO_PARTS = re.compile(r"(?i)(^|/)(vbaProject\.bin|macrosheets/)|\.bas$")
NESTED = re.compile(r"(?i)\.(zip|xlsx|xlsm|docx|pptx|7z|rar|gz|jar)$|(^|/)embeddings/")
BOM = b"\xef\xbb\xbf"
ENCODING = re.compile(rb"""<\?xml[^>]*encoding=["']([^"']*)""")
ENCODINGS = frozenset({b"utf-8", b"us-ascii"})
DECLARATION = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)

SAVE_AS = "Hãy mở tệp bằng Excel, chọn Lưu thành (Save As), kiểu “Excel Workbook (*.xlsx)”."


UNREADABLE = (
    *(zipfile.BadZipFile, zlib.error, EOFError),
    *(LookupError, OSError, RuntimeError, ValueError),
)
"""What the library raises for archives that are none."""


class Refused(Exception):
    """The file is not read at all; `faults` say why."""

    def __init__(self, *faults: SheetFault) -> None:
        self.faults = faults
        super().__init__(faults[0].code)


def kind_of(content: bytes) -> str:
    """By content alone: "xlsx", "text"; raises Refused for whatever is neither."""
    if content.startswith(ZIP):
        return "xlsx"
    if content.startswith(OLE):
        raise Refused(_encrypted() if ENCRYPTED_PACKAGE in content else _old())
    head = content[:1_024].lstrip().lower()
    if head.startswith((b"<!doctype", b"<html", b"<?xml", b"<table")):
        raise Refused(_web_page())
    if not content.strip():
        raise Refused(file_fault("empty_file", "Tệp không có nội dung. Hãy chọn tệp khác."))
    if b"\x00" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise Refused(_unknown())
    if head.startswith((b"%pdf", b"rar!", b"7z\xbc\xaf", b"\x89png", b"\xff\xd8\xff", b"\x1f\x8b")):
        raise Refused(_unknown())
    return "text"


def repacked(content: bytes) -> tuple[bytes, dict[str, bytes]]:
    """The same parts in a new archive, and each part by its name.

    Raises:
        Refused: names everything that speaks against opening the file.
    """
    try:
        with zipfile.ZipFile(BytesIO(content)) as archive:
            entries = archive.infolist()
            faults = list(_entry_faults(entries))
            if faults:
                raise Refused(*faults)
            parts = {each.filename: archive.read(each) for each in entries if not each.is_dir()}
    except UNREADABLE as error:
        raise Refused(_damaged()) from error
    faults = list(_part_faults(parts))
    if faults:
        raise Refused(*faults)
    return _packed(parts), parts


def _entry_faults(entries: list[zipfile.ZipInfo]) -> Iterator[SheetFault]:
    """From the directory alone: nothing has been unpacked yet."""
    if len(entries) > MAX_ENTRIES:
        yield _bomb(f"có {len(entries)} phần, nhiều nhất là {MAX_ENTRIES}")
        return
    if len({each.filename for each in entries}) < len(entries):
        yield _bomb("có hai phần cùng tên")
    if any(each.flag_bits & ENCRYPTED_FLAG for each in entries):
        yield _encrypted()
    if any(each.compress_type not in PACKED_AS for each in entries):
        yield _damaged()
    total = sum(each.file_size for each in entries)
    if total > MAX_UNPACKED_BYTES:
        yield _bomb(
            f"giải nén ra {total // 1_048_576} MB, nhiều nhất là {MAX_UNPACKED_BYTES // 1_048_576}"
        )
    for each in entries:
        if _is_dense(each):
            ratio = each.file_size // max(each.compress_size, 1)
            yield _bomb(f"phần “{printable(each.filename)}” nén {ratio} lần")
        if MACRO_PARTS.search(each.filename):
            yield _macros(each.filename)
        elif NESTED.search(each.filename):
            yield _nested(each.filename)


def _is_dense(entry: zipfile.ZipInfo) -> bool:
    if entry.file_size < RATIO_MATTERS_FROM_BYTES:
        return False
    return entry.file_size > MAX_RATIO * max(entry.compress_size, 1)


def _part_faults(parts: dict[str, bytes]) -> Iterator[SheetFault]:
    for name, content in parts.items():
        if content.startswith(ZIP):
            yield _nested(name)
        if name.endswith((".xml", ".rels", ".vml")) and not _is_plain_xml(content):
            yield file_fault(
                "suspicious_file",
                f"Phần “{printable(name)}” của tệp có khai báo DTD hoặc mã ký tự lạ, không được "
                f"mở. {SAVE_AS}",
            )
    types = parts.get("[Content_Types].xml", b"")
    if b"macroEnabled" in types:
        yield _macros("[Content_Types].xml")
    elif b"sheet.binary" in types:
        yield file_fault("wrong_type", f"Đây là tệp .xlsb (Excel nhị phân). {SAVE_AS}")
    elif b"spreadsheetml" not in types:
        yield _opendocument() if b"opendocument" in parts.get("mimetype", b"") else _unknown()


def _is_plain_xml(content: bytes) -> bool:
    """UTF-8 without declarations, which would have to be expanded: so small files grow huge.

    In another encoding they would not be seen here.
    """
    text = content.removeprefix(BOM)
    encoding = ENCODING.match(text)
    if not text.startswith(b"<") or (encoding and encoding[1].lower() not in ENCODINGS):
        return False
    return not DECLARATION.search(text)


def _packed(parts: dict[str, bytes]) -> bytes:
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return out.getvalue()


def _old() -> SheetFault:
    return file_fault("old_workbook", f"Đây là tệp .xls (Excel 97-2003). {SAVE_AS}")


def _encrypted() -> SheetFault:
    return file_fault(
        "encrypted_workbook",
        "Tệp có mật khẩu. Hãy mở tệp, bỏ mật khẩu (Tệp, Thông tin, Bảo vệ sổ làm việc) rồi lưu "
        "lại.",
    )


def _web_page() -> SheetFault:
    return file_fault("wrong_type", f"Đây là trang web (HTML) mang đuôi tệp bảng tính. {SAVE_AS}")


def _opendocument() -> SheetFault:
    return file_fault(
        "wrong_type",
        "Đây là tệp .ods (OpenDocument). Hãy mở tệp và lưu thành kiểu “Excel 2007-365 (.xlsx)”.",
    )


def _unknown() -> SheetFault:
    return file_fault(
        "wrong_type", "Tệp không phải bảng tính. Hệ thống nhận tệp .xlsx, .csv hoặc bảng đã dán."
    )


def _damaged() -> SheetFault:
    return file_fault(
        "damaged_workbook", f"Tệp bị hỏng, không mở được. Hãy lấy lại tệp gốc. {SAVE_AS}"
    )


def _macros(name: str) -> SheetFault:
    return file_fault(
        "workbook_with_macros",
        f"Tệp có macro (“{printable(name)}”), không được nhận. {SAVE_AS}",
    )


def _nested(name: str) -> SheetFault:
    return file_fault(
        "nested_file",
        f"Tệp có một tệp khác bên trong (“{printable(name)}”). Hãy xóa đối tượng đính kèm rồi lưu "
        "lại.",
    )


def _bomb(what: str) -> SheetFault:
    return file_fault(
        "suspicious_file",
        f"Tệp không được mở vì {what}. Hãy chép phần số liệu sang một tệp .xlsx mới.",
    )
