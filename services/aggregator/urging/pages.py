"""What the button that led to a page has done, as its address tells."""

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Query

MOST_TOLD = 1000


@dataclass(frozen=True, slots=True)
class Told:
    """How many units were urged, and how many could not be for want of an address."""

    urged: Annotated[int | None, Query(ge=0, le=MOST_TOLD)] = None
    unaddressed: Annotated[int | None, Query(ge=0, le=MOST_TOLD)] = None


ToldDep = Annotated[Told, Depends()]
