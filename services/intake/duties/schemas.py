"""Acts on obligations as JSON."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from services.intake.reports.documents import IsoDate
from services.intake.reports.schemas import Reason
from shared.domain.obligation_acts import ObligationAct
from shared.domain.obligations import Obligation, ObligationState
from shared.web.answers import Answer
from shared.web.identifiers import LARGEST_ID

MOST_AT_ONCE = 1000

Heir = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        description="The code of who reports in its place: who took over a part of the unit or "
        "the whole of it, or one above them.",
    ),
]


class ExtensionBody(BaseModel):
    """Until when, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    until: Annotated[IsoDate, Field(description="The last day, included.")]
    reason: Reason = ""


class TransferBody(BaseModel):
    """To whom, and why."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    to: Heir
    reason: Reason = ""


class Target(BaseModel):
    """An obligation as it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    obligation_id: Annotated[int, Field(ge=1, le=LARGEST_ID)]
    sequence: Annotated[int, Field(ge=1, le=2**31 - 2)]


class ActsBody(BaseModel):
    """One act on many obligations: all of them, or none."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    verb: ObligationAct
    obligations: Annotated[list[Target], Field(min_length=1, max_length=MOST_AT_ONCE)]
    until: Annotated[
        IsoDate | None, Field(description="The last day of an extension, included.")
    ] = None
    to: Heir | None = None
    reason: Reason = ""


class ActedObligation(Answer):
    """What an obligation became.

    `original_deadline` is that of the rules, where extended; `holder_id` is who reports in its
    place, where another does.
    """

    obligation_id: int
    sequence: int
    state: ObligationState
    deadline: datetime
    original_deadline: datetime | None
    holder_id: int | None


class ActedModel(Answer):
    """The obligations after the act, in the order of the body."""

    items: list[ActedObligation]


def acted_json(obligation: Obligation) -> dict[str, Any]:
    """As `ActedObligation` describes it."""
    return {
        "obligation_id": obligation.id,
        "sequence": obligation.sequence,
        "state": obligation.state.value,
        "deadline": obligation.deadline,
        "original_deadline": obligation.original_deadline,
        "holder_id": obligation.holder_id,
    }
