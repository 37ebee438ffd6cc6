"""Drafts as JSON."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.drafts.repository import Draft, DraftContent
from services.intake.drafts.use_cases import LONGEST_CELL
from services.intake.reports.documents import DocumentBody, document_json
from services.intake.submissions.schemas import FreeText
from shared.domain.identifiers import ObligationId

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


def draft_json(obligation_id: ObligationId, draft: Draft) -> dict[str, Any]:
    """The draft; version 0 is one that nobody has saved yet."""
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
