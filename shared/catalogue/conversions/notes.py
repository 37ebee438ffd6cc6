"""What the free text beside a link means."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from shared.domain.lineage import LineageKind
from shared.domain.names import search_key

WHOLE, PART = LineageKind.MERGE_FULL, LineageKind.MERGE_PART
ALL, NONE = Decimal(1), Decimal(0)


@dataclass(frozen=True, slots=True)
class Note:
    """`people` is the share of the source's people that came along, where the note says so.

    `becomes` are the folded names of what became what, in a note that names both.
    """

    kind: LineageKind
    people: Decimal | None = None
    becomes: tuple[str, str] | None = None


RULES: Sequence[tuple[re.Pattern[str], Note]] = tuple(
    (re.compile(pattern), note)
    for pattern, note in (
        (r"nhap toan bo", Note(WHOLE)),
        (r"nhap mot phan", Note(PART)),
        (r"nhap mot phan dien tich", Note(PART, people=NONE)),
        (r"nhap mot phan dien tich toan bo dan so", Note(PART, people=ALL)),
        (r"nhap mot phan dan so", Note(PART)),
        (r"nhap toan bo dien tich", Note(PART)),
        (r"phan con lai sau khi tach mot phan vao .+", Note(PART)),
        (r"doi ten (doi loai hinh )?tu mot phan .+", Note(PART)),
        (r"giu nguyen", Note(LineageKind.UNCHANGED)),
        (r"doi ten", Note(LineageKind.RENAME)),
        (r"(doi ten )?doi loai hinh", Note(LineageKind.RETYPE)),
    )
)
"""Compared as a whole with the note in folded letters, so that "Nhâp" is "Nhập"."""

BECOMES = re.compile(r"sap xep toan bo (.+) thanh (dac khu .+)")


@lru_cache
def meaning_of(text: str) -> Note | None:
    """None for a note that nobody has taught us."""
    folded = search_key(text)
    becomes = BECOMES.fullmatch(folded)
    if becomes:
        return Note(LineageKind.RETYPE, becomes=(becomes[1], becomes[2]))
    return next((note for pattern, note in RULES if pattern.fullmatch(folded)), None)
