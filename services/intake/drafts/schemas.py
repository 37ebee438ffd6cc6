"""Drafts as JSON."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.drafts.repository import Draft, DraftContent
from services.intake.drafts.use_cases import LONGEST_CELL
from services.intake.reports.documents import DocumentBody, DocumentModel, document_json
from services.intake.submissions.schemas import FreeText
from shared.domain.drafts import DraftState
from shared.domain.identifiers import ObligationId
from shared.web.answers import Answer, FigureTexts

CellText = Annotated[str, StringConstraints(max_length=LONGEST_CELL)]


class DraftBody(BaseModel):
    """What is typed so far, as typed: no text is refused for not being a number yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    figures: dict[str, dict[str, CellText]] = Field(default_factory=dict)
    nothing_to_report: bool = False
    explanations: dict[str, FreeText] = Field(default_factory=dict)
    document: Annotated[
        DocumentBody | None, Field(description="Left as it is when absent; {} clears it.")
    ] = None

    def content(self) -> DraftContent:
        return DraftContent(
            figures=self.figures,
            nothing_to_report=self.nothing_to_report,
            explanations=self.explanations,
            document=None if self.document is None else self.document.document(),
        )


class DraftModel(Answer):
    """A draft as it was typed; version 0 is one that nobody has saved yet.

    `prepared_by` sent it for signature. `reason` is that of a correction or of a proxy entry.
    """

    obligation_id: int
    version: int
    state: DraftState
    figures: FigureTexts
    nothing_to_report: bool
    explanations: dict[str, str]
    document: DocumentModel | None
    reason: str | None
    updated_at: datetime | None
    prepared_by: str | None
    prepared_at: datetime | None
    hand_back_reason: str | None


def draft_json(obligation_id: ObligationId, draft: Draft) -> dict[str, Any]:
    """As `DraftModel` describes it."""
    return {
        "obligation_id": obligation_id,
        "version": draft.version,
        "state": draft.state.value,
        "figures": draft.figures,
        "nothing_to_report": draft.nothing_to_report,
        "explanations": draft.explanations,
        "document": document_json(draft.document),
        "reason": draft.reason,
        "updated_at": draft.updated_at,
        "prepared_by": draft.prepared_by_name,
        "prepared_at": draft.prepared_at,
        "hand_back_reason": draft.hand_back_reason,
    }
