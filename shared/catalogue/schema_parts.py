"""What the models of packs are made of: kinds of text, and what every entry says of itself."""

import unicodedata
from datetime import date, timedelta
from typing import Annotated

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StrictBool,
    StringConstraints,
    model_validator,
)
from pydantic_core import PydanticCustomError

MAX_DECIMALS = 6
ONE_DAY = timedelta(days=1)


def _nfc(value: str) -> str:
    return unicodedata.normalize("NFC", value)


Text = Annotated[
    str, StringConstraints(min_length=1, max_length=2000, strip_whitespace=True),
    AfterValidator(_nfc),
]  # fmt: skip
ShortText = Annotated[
    str, StringConstraints(min_length=1, max_length=40, strip_whitespace=True),
    AfterValidator(_nfc),
]  # fmt: skip
Code = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9./_-]*$", max_length=64)]
CellCode = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_.]+$", max_length=32)]
Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
LevelName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z_]*$", max_length=32)]
AgencyCode = Annotated[
    str,
    StringConstraints(
        pattern=r"^([A-Y][0-9]{2}(\.[0-9A-Z]+)*|[0-9]{3}(\.[0-9]{2,3})*\.[A-Y][0-9]{2})$",
        max_length=35,
    ),
]
"""Quyết định 20/2020/QĐ-TTg, art. 4: `H19.15`; or as written before it: `000.00.15.H19`."""

EmailText = Annotated[str, StringConstraints(pattern=r"^[^@\s]+@[^@\s]+$", max_length=254)]
Day = Annotated[date, Field(strict=True)]


class Entry(BaseModel):
    """A mapping of a pack: immutable, and a key it does not know is a fault."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Sourced(Entry):
    """Something that must say where it comes from."""

    source: Text | None = None
    assumption: StrictBool = False
    note: Text | None = None

    @model_validator(mode="after")
    def _says_where_from(self) -> "Sourced":
        if self.source is None and not self.assumption:
            raise PydanticCustomError("no_source", "neither source nor assumption")
        return self


class Dated(Entry):
    """Valid from a day until another, both included; without `valid_until`, without end."""

    valid_from: Day
    valid_until: Day | None = None
    retracted: StrictBool = False

    @property
    def valid_to(self) -> date | None:
        """The first day on which it no longer holds."""
        return None if self.valid_until is None else self.valid_until + ONE_DAY

    @model_validator(mode="after")
    def _holds_some_day(self) -> "Dated":
        if self.valid_until is not None and self.valid_until < self.valid_from:
            raise PydanticCustomError("empty_validity", "valid_until is before valid_from")
        return self
