"""Drafts as JSON."""

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.drafts.repository import Draft, DraftContent
from services.intake.drafts.use_cases import LONGEST_CELL
from services.intake.submissions.schemas import FreeText
from shared.domain.identifiers import ObligationId

CellText = Annotated[str, StringConstraints(max_length=LONGEST_CELL)]


class DraftBody(BaseModel):
    """What is typed so far, as typed: no text is refused for not being a number yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    figures: dict[str, dict[str, CellText]] = Field(default_factory=dict)
    nothing_to_report: bool = False
    explanations: dict[str, FreeText] = Field(default_factory=dict)

    def content(self) -> DraftContent:
        return DraftContent(
            figures=self.figures,
            nothing_to_report=self.nothing_to_report,
            explanations=self.explanations,
        )


def draft_json(obligation_id: ObligationId, draft: Draft) -> dict[str, Any]:
    """The draft; version 0 is one that nobody has saved yet."""
    return {
        "obligation_id": obligation_id,
        "version": draft.version,
        "figures": draft.figures,
        "nothing_to_report": draft.nothing_to_report,
        "explanations": draft.explanations,
        "updated_at": draft.updated_at,
    }
