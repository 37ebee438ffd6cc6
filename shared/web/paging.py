"""One page of a list that is short enough to be made whole: by `offset` and `limit`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar

from fastapi import Query

LONGEST_PAGE = 500
LARGEST_OFFSET = 1_000_000

OffsetQuery = Annotated[
    int, Query(ge=0, le=LARGEST_OFFSET, description="How many to pass over; see `next`.")
]
LimitQuery = Annotated[int, Query(ge=1, le=LONGEST_PAGE, description="How many at most.")]

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Page(Generic[Item]):
    """`next` is the offset of the rest, None at the end."""

    items: Sequence[Item]
    next: int | None

    def as_json(self) -> dict[str, Any]:
        """The members `items` and `next` of an answer; the items are JSON already."""
        return {"items": list(self.items), "next": self.next}


def page_of(items: Sequence[Item], *, offset: int, limit: int) -> Page[Item]:
    """The items from `offset` on, at most `limit`."""
    end = offset + limit
    return Page(items[offset:end], end if end < len(items) else None)
