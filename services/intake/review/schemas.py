"""The queue of a receiver as JSON."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.intake.places import place_of
from services.intake.reports.schemas import FiledModel, Reason, filed_json
from services.intake.review.repository import Waiting
from services.intake.review.use_cases import Queue
from shared.catalogue.catalogue import Catalogue
from shared.web.answers import Answer
from shared.web.identifiers import LARGEST_ID

MOST_AT_ONCE = 100


class SeenReport(BaseModel):
    """A report as it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    report_id: Annotated[int, Field(ge=1, le=LARGEST_ID)]
    sequence: Annotated[int, Field(ge=1, le=2**31 - 2)]


class ApprovalsBody(BaseModel):
    """The reports to approve; the reason, if there is one, is told with each."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    reports: Annotated[list[SeenReport], Field(min_length=1, max_length=MOST_AT_ONCE)]
    reason: Reason | None = None


class ApprovedModel(Answer):
    """The reports after the act, in the order of the body."""

    items: list[FiledModel]


class WaitingModel(FiledModel):
    """A report with what its last version says of itself."""

    submitted_at: datetime
    nothing_to_report: bool
    explanations: dict[str, str]


class QueueModel(Answer):
    """In order of id; `next` is the `after` of the rest, null at the end.

    `counts` has the number of reports in each state; states without any are left out.
    """

    items: list[WaitingModel]
    counts: dict[str, int]
    next: int | None


def queue_json(queue: Queue, known: Catalogue, *, last: int | None) -> dict[str, Any]:
    """As `QueueModel` describes it."""
    return {
        "items": [_waiting_json(waiting, known) for waiting in queue.waiting],
        "counts": queue.counts,
        "next": last,
    }


def _waiting_json(waiting: Waiting, known: Catalogue) -> dict[str, Any]:
    return filed_json(waiting.filed, place_of(known, waiting.filed.obligation)) | {
        "submitted_at": waiting.submitted_at,
        "nothing_to_report": waiting.nothing_to_report,
        "explanations": waiting.explanations,
    }
