"""Kept files as JSON."""

from typing import Any

from services.intake.documents.repository import Attachment
from shared.web.answers import Answer, Links


class AttachmentModel(Answer):
    """A file that is kept; one sent twice is kept once."""

    sha256: str
    bytes: int
    links: Links


def attachment_json(kept: Attachment, *, address: str) -> dict[str, Any]:
    """As `AttachmentModel` describes it."""
    return {"sha256": kept.sha256, "bytes": len(kept.content), "links": {"self": address}}
