"""A report's administrative identity as it is stored, sent and answered."""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StringConstraints
from pydantic_core import PydanticCustomError

from shared.db.engine import read_json, write_json
from shared.domain.documents import BLANK, Document
from shared.web.answers import Answer

LONGEST_NUMBER = 64
LONGEST_NAME = 200

Name = Annotated[str, StringConstraints(max_length=LONGEST_NAME, strip_whitespace=True)]


def _only_text(given: object) -> object:
    """A number would otherwise be read as seconds since 1970."""
    if given is not None and not isinstance(given, (str, date)):
        raise PydanticCustomError("date_type", "a date as text")
    return given


IsoDate = Annotated[date, BeforeValidator(_only_text), Field(strict=False)]


class DocumentBody(BaseModel):
    """What the signed paper says of itself; every part may be left out."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    number: Annotated[
        Annotated[str, StringConstraints(max_length=LONGEST_NUMBER, strip_whitespace=True)] | None,
        Field(description="Số, ký hiệu: 12/BC-UBND."),
    ] = None
    date: Annotated[IsoDate | None, Field(description="Of the document, not after today.")] = None
    signer_name: Name | None = None
    signer_title: Name | None = None
    attachment_sha256: Annotated[
        Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None,
        Field(description="A signed PDF that was uploaded for the obligation before."),
    ] = None

    def document(self) -> Document:
        return Document(
            number=self.number or None,
            issued_on=self.date,
            signer_name=self.signer_name or None,
            signer_title=self.signer_title or None,
            attachment_sha256=self.attachment_sha256,
        )


class DocumentModel(Answer):
    """Those parts that the document has."""

    number: str = ""
    date: IsoDate | None = None
    signer_name: str = ""
    signer_title: str = ""
    attachment_sha256: str = ""


def body_of_document(document: Document) -> DocumentBody:
    """The document as a body names it."""
    return DocumentBody.model_validate(document_members(document))


def document_members(document: Document) -> dict[str, str]:
    """The parts that it has, as JSON holds them."""
    members = {
        "number": document.number,
        "date": None if document.issued_on is None else document.issued_on.isoformat(),
        "signer_name": document.signer_name,
        "signer_title": document.signer_title,
        "attachment_sha256": document.attachment_sha256,
    }
    return {name: value for name, value in members.items() if value is not None}


def document_json(document: Document) -> dict[str, str] | None:
    """The parts that it has; None for a document that says nothing."""
    return None if document.is_blank else document_members(document)


def document_text(document: Document) -> str | None:
    """The text of its jsonb, None for a document that says nothing."""
    return None if document.is_blank else write_json(document_members(document))


def document_of(text: str | None) -> Document:
    """A document from the text of its jsonb."""
    if text is None:
        return BLANK
    members: dict[str, Any] = read_json(text)
    issued_on = members.pop("date", None)
    return Document(
        issued_on=None if issued_on is None else date.fromisoformat(issued_on), **members
    )
