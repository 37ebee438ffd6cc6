"""Urging as JSON."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from services.notifier.urging.use_cases import UrgeResult
from shared.web.answers import Answer
from shared.web.identifiers import LARGEST_ID

MOST_AT_ONCE = 1000


class UrgeBody(BaseModel):
    """The reports that are asked for."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    obligations: Annotated[
        list[Annotated[int, Field(ge=1, le=LARGEST_ID)]],
        Field(min_length=1, max_length=MOST_AT_ONCE),
    ]


class UrgedModel(Answer):
    """What became of one of them; only `urged` has written to anybody."""

    obligation_id: int
    result: UrgeResult


class UrgesModel(Answer):
    """In the order of the body."""

    items: list[UrgedModel]
