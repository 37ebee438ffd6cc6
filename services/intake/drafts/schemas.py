"""Drafts as JSON."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.drafts.known import Known
from services.intake.drafts.repository import Draft, DraftContent
from services.intake.drafts.use_cases import LONGEST_CELL
from services.intake.reports.documents import DocumentBody, DocumentModel, document_json
from services.intake.submissions.schemas import FreeText
from shared.domain.drafts import DraftState
from shared.domain.figures import figure_text
from shared.domain.identifiers import ObligationId
from shared.domain.narratives import LONGEST_SECTION, MOST_ENTRIES, MOST_FILES
from shared.web.answers import Answer, ContentModel, FigureTexts, NamedFile

CellText = Annotated[str, StringConstraints(max_length=LONGEST_CELL)]
WordText = Annotated[str, StringConstraints(max_length=LONGEST_SECTION)]


class DraftContentBody(BaseModel):
    """Cells of words, entries of lists and sections, as typed."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    texts: dict[str, dict[str, WordText]] = Field(default_factory=dict)
    lists: dict[str, Annotated[list[dict[str, WordText]], Field(max_length=MOST_ENTRIES)]] = Field(
        default_factory=dict
    )
    sections: dict[str, WordText] = Field(default_factory=dict)
    files: dict[str, Annotated[list[NamedFile], Field(max_length=MOST_FILES)]] = Field(
        default_factory=dict
    )


class DraftBody(BaseModel):
    """What is typed so far, as typed: no text is refused for not being a number yet."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    figures: dict[str, dict[str, CellText]] = Field(default_factory=dict)
    content: Annotated[
        DraftContentBody | None, Field(description="Left as it is when absent; {} clears it.")
    ] = None
    nothing_to_report: bool = False
    explanations: dict[str, FreeText] = Field(default_factory=dict)
    document: Annotated[
        DocumentBody | None, Field(description="Left as it is when absent; {} clears it.")
    ] = None

    def to_keep(self) -> DraftContent:
        return DraftContent(
            figures=self.figures,
            nothing_to_report=self.nothing_to_report,
            explanations=self.explanations,
            document=None if self.document is None else self.document.document(),
            words=None if self.content is None else self.content.model_dump(),
        )


class DraftModel(Answer):
    """A draft as it was typed; version 0 is one that nobody has saved yet.

    `prepared_by` sent it for signature. `reason` is that of a correction or of a proxy entry.
    """

    obligation_id: int
    version: int
    state: DraftState
    figures: FigureTexts
    content: ContentModel | None
    nothing_to_report: bool
    explanations: dict[str, str]
    document: DocumentModel | None
    reason: str | None
    updated_at: datetime | None
    prepared_by: str | None
    prepared_at: datetime | None
    hand_back_reason: str | None


class PrefilledModel(Answer):
    """A figure that need not be typed again, and the form and the periods that it comes from.

    It is part of the draft only when it is sent with it.
    """

    row: str
    column: str
    figure: str
    form: str
    periods: list[str]


class UsualRangeModel(Answer):
    """The least and the greatest of a cell's figures in so many of the unit's last periods."""

    row: str
    column: str
    least: str
    most: str
    periods: int


class OpenedDraftModel(DraftModel):
    """A draft with what is known of its cells."""

    prefilled: list[PrefilledModel]
    usual: list[UsualRangeModel]


def opened_draft_json(obligation_id: ObligationId, draft: Draft, *, known: Known) -> dict[str, Any]:
    """As `OpenedDraftModel` describes it."""
    return {
        **draft_json(obligation_id, draft),
        "prefilled": [
            {
                "row": cell.row,
                "column": cell.column,
                "figure": figure_text(filled.figure),
                "form": filled.form,
                "periods": list(filled.periods),
            }
            for cell, filled in known.prefills.items()
        ],
        "usual": [
            {
                "row": cell.row,
                "column": cell.column,
                "least": figure_text(usual.least),
                "most": figure_text(usual.most),
                "periods": usual.periods,
            }
            for cell, usual in known.ranges.items()
        ],
    }


def draft_json(obligation_id: ObligationId, draft: Draft) -> dict[str, Any]:
    """As `DraftModel` describes it."""
    return {
        "obligation_id": obligation_id,
        "version": draft.version,
        "state": draft.state.value,
        "figures": draft.figures,
        "content": draft.words,
        "nothing_to_report": draft.nothing_to_report,
        "explanations": draft.explanations,
        "document": document_json(draft.document),
        "reason": draft.reason,
        "updated_at": draft.updated_at,
        "prepared_by": draft.prepared_by_name,
        "prepared_at": draft.prepared_at,
        "hand_back_reason": draft.hand_back_reason,
    }
