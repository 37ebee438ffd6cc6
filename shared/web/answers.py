"""What the models that describe answers of the API are made of.

Answers are written by `shared.web.json`, number by number as they are; a model says what they look
like. It is held to the answers by tests (tests/acceptance), so it forbids what it does not name.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, WithJsonSchema


class Answer(BaseModel):
    """An answer, or a part of one: every member without a default is there, and no other is."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class NamedOrganization(Answer):
    """An organization by its code and the name it had at the period's cut-off."""

    code: str
    name: str


ExactNumber = Annotated[Decimal, WithJsonSchema({"type": "number"})]
"""A JSON number with all of its digits."""

FigureTexts = dict[str, dict[str, str]]
"""Row code → column code → the figure as exact text."""


class NamedFile(Answer):
    """A supporting file, kept under its SHA-256."""

    sha256: str
    name: str


class ContentModel(Answer):
    """What is said besides figures; what is blank is absent. A date is 2025-06-30, a choice its
    code, the figure of an entry exact text.
    """

    texts: FigureTexts = Field(default_factory=dict)
    lists: dict[str, list[dict[str, str]]] = Field(default_factory=dict)
    sections: dict[str, str] = Field(default_factory=dict)
    files: dict[str, list[NamedFile]] = Field(default_factory=dict)


Links = dict[str, str]
"""Addresses on this server, by what they lead to."""
