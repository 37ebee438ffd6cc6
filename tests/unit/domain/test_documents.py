"""What the signed paper says of itself, and which files are kept."""

from datetime import date

import pytest

from shared.domain.documents import (
    AttachmentNotPdf,
    AttachmentTooLarge,
    Document,
    document_faults,
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
