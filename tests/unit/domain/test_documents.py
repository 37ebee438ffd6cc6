"""What the signed paper says of itself, and which files are kept."""

from datetime import date
from io import BytesIO
from zipfile import ZipFile

import pytest

from shared.domain.documents import (
    AttachmentNotPdf,
    AttachmentOfOtherKind,
    AttachmentTooLarge,
    Document,
    FileKind,
    document_faults,
    kind_of_file,
    require_file,
    require_pdf,
)

TODAY = date(2025, 6, 16)


@pytest.mark.parametrize(
    ("document", "codes"),
    [
        pytest.param(Document(), [], id="nothing said"),
        pytest.param(Document(number="12/BC-UBND", issued_on=TODAY), [], id="whole"),
        pytest.param(Document(signer_name="Trần Văn An"), [], id="signer alone"),
        pytest.param(Document(issued_on=TODAY), ["document_number_missing"], id="date alone"),
        pytest.param(Document(number="12/BC"), ["document_date_missing"], id="number alone"),
        pytest.param(
            Document(issued_on=date(2025, 6, 17)),
            ["document_number_missing", "document_date_in_future"],
            id="every fault at once",
        ),
    ],
)
def test_number_and_date_belong_together_and_are_not_of_tomorrow(
    document: Document, codes: list[str]
) -> None:
    assert [fault.code for fault in document_faults(document, today=TODAY)] == codes


def test_a_document_that_says_nothing_is_blank() -> None:
    assert Document().is_blank
    assert not Document(number="12/BC-UBND").is_blank


def test_a_file_is_judged_by_its_content() -> None:
    require_pdf(b"%PDF-1.7", limit=8)
    with pytest.raises(AttachmentNotPdf):
        require_pdf(b"<script>", limit=8)
    with pytest.raises(AttachmentTooLarge, match="2 KB"):
        require_pdf(b"%PDF-" + bytes(2048), limit=2048)


def office_file(*parts: str) -> bytes:
    buffer = BytesIO()
    with ZipFile(buffer, "w") as package:
        for part in ("[Content_Types].xml", *parts):
            package.writestr(part, "<x/>")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        pytest.param(b"%PDF-1.7", FileKind.PDF, id="pdf"),
        pytest.param(b"\x89PNG\r\n\x1a\n...", FileKind.PNG, id="png"),
        pytest.param(b"\xff\xd8\xff\xe0", FileKind.JPEG, id="jpeg"),
        pytest.param(office_file("word/document.xml"), FileKind.DOCX, id="word"),
        pytest.param(office_file("xl/workbook.xml"), FileKind.XLSX, id="excel"),
        pytest.param(office_file("xl/workbook.xml", "xl/vbaProject.bin"), None, id="macros"),
        pytest.param(office_file("readme.txt"), None, id="another-zip"),
        pytest.param(b"PK\x03\x04 cut off", None, id="broken-zip"),
        pytest.param(b"<html>", None, id="page"),
        pytest.param(b"MZ", None, id="program"),
        pytest.param(b"", None, id="empty"),
    ],
)
def test_the_kind_of_a_supporting_file_is_judged_by_its_content(
    content: bytes, kind: FileKind | None
) -> None:
    assert kind_of_file(content) is kind
    if kind is None:
        with pytest.raises(AttachmentOfOtherKind):
            require_file(content, limit=10_000)
    else:
        assert require_file(content, limit=10_000) is kind
        with pytest.raises(AttachmentTooLarge):
            require_file(content, limit=len(content) - 1)
