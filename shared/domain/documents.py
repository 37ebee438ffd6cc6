"""A report as an administrative document (Nghị định 30/2020/NĐ-CP, art. 8): what its signed paper
says of itself, and the signed file.

DocumentError
├── AttachmentNotPdf
├── AttachmentOfOtherKind
└── AttachmentTooLarge
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from io import BytesIO
from zipfile import BadZipFile, ZipFile

from shared.domain.errors import DomainError

PDF_SIGNATURE = b"%PDF-"
"""The first bytes of every PDF (ISO 32000-1, 7.5.2); its name and declared type prove nothing."""


class DocumentError(DomainError):
    """A file that cannot be kept."""

    code = "document_error"


class AttachmentNotPdf(DocumentError):
    code = "attachment_not_pdf"

    def __init__(self) -> None:
        super().__init__("Tệp đính kèm không phải là PDF. Hãy chọn tệp PDF đã ký số.")


class FileKind(StrEnum):
    """The kinds of supporting files that are kept; the value is the media type."""

    PDF = "application/pdf"
    PNG = "image/png"
    JPEG = "image/jpeg"
    DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
    XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


_SIGNATURES = {
    PDF_SIGNATURE: FileKind.PDF,
    b"\x89PNG\r\n\x1a\n": FileKind.PNG,
    b"\xff\xd8\xff": FileKind.JPEG,
}
_OFFICE_PARTS = {"word/document.xml": FileKind.DOCX, "xl/workbook.xml": FileKind.XLSX}
_MACROS = "vbaProject.bin"


class AttachmentOfOtherKind(DocumentError):
    code = "attachment_of_other_kind"

    def __init__(self) -> None:
        super().__init__(
            "Chỉ nhận tệp PDF, PNG, JPEG, Word (.docx) hoặc Excel (.xlsx) không có macro. "
            "Loại tệp xét theo nội dung, không theo tên."
        )


class AttachmentTooLarge(DocumentError):
    """`limit` is in bytes."""

    code = "attachment_too_large"

    def __init__(self, *, limit: int) -> None:
        self.limit = limit
        super().__init__(
            f"Tệp đính kèm lớn hơn {limit // 1024} KB. Hãy giảm dung lượng rồi chọn lại."
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """Number and date belong together; every other part may be missing.

    `attachment_sha256` names the signed file, in lowercase hexadecimal digits.
    """

    number: str | None = None
    issued_on: date | None = None
    signer_name: str | None = None
    signer_title: str | None = None
    attachment_sha256: str | None = None

    @property
    def is_blank(self) -> bool:
        return self is BLANK or self == BLANK


BLANK = Document()


@dataclass(frozen=True, slots=True)
class DocumentFault:
    """What is wrong with one part of a document; `field` is the part's name."""

    field: str
    code: str
    detail: str


def document_faults(document: Document, *, today: date) -> tuple[DocumentFault, ...]:
    """All that is wrong with it, part by part; `today` is the day in Vietnam."""
    faults: list[DocumentFault] = []
    if document.issued_on is not None and document.number is None:
        detail = "Có ngày văn bản thì phải có số, ký hiệu văn bản."
        faults.append(DocumentFault("number", "document_number_missing", detail))
    if document.number is not None and document.issued_on is None:
        detail = "Có số, ký hiệu văn bản thì phải có ngày văn bản."
        faults.append(DocumentFault("date", "document_date_missing", detail))
    if document.issued_on is not None and document.issued_on > today:
        detail = f"Ngày văn bản không được sau hôm nay ({today:%d/%m/%Y})."
        faults.append(DocumentFault("date", "document_date_in_future", detail))
    return tuple(faults)


def require_pdf(content: bytes, *, limit: int) -> None:
    """Raises AttachmentTooLarge over `limit` bytes, AttachmentNotPdf for any other content."""
    if len(content) > limit:
        raise AttachmentTooLarge(limit=limit)
    if not content.startswith(PDF_SIGNATURE):
        raise AttachmentNotPdf


def kind_of_file(content: bytes) -> FileKind | None:
    """Judged by content alone, None for any other; nothing of it is unpacked or run."""
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            return kind
    return _office_kind(content) if content.startswith(b"PK\x03\x04") else None


def _office_kind(content: bytes) -> FileKind | None:
    try:
        with ZipFile(BytesIO(content)) as package:
            parts = package.namelist()
    except BadZipFile:
        return None
    if any(part.endswith(_MACROS) for part in parts):
        return None
    return next((kind for part, kind in _OFFICE_PARTS.items() if part in parts), None)


def require_file(content: bytes, *, limit: int) -> FileKind:
    """Raises AttachmentTooLarge over `limit` bytes, AttachmentOfOtherKind."""
    if len(content) > limit:
        raise AttachmentTooLarge(limit=limit)
    kind = kind_of_file(content)
    if kind is None:
        raise AttachmentOfOtherKind
    return kind
