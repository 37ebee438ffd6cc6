"""The numbering of rows: I, A, 1, 1.1, a and dashes, each a level below the one around it."""

import re
from enum import StrEnum
from typing import NamedTuple

_ALONE = re.compile(r"([IVXLC]{1,7}|[A-ZĐ]|[a-zđ]|\d{1,3}(?:\.\d{1,3})*)\s*[.)\-:/]?")
_IN_FRONT = re.compile(
    r"([IVXLC]{1,7}|[A-ZĐ]|[a-zđ]|\d{1,3}(?:\.\d{1,3})*)\s*(?:[.)/:]|-(?=\s))\s*(?=\S)"
    r"|(\d{1,3}(?:\.\d{1,3})+)\s+(?=\S)"
)
_DASH = re.compile(r"[-–—+*•]\s*(?=\S)")
_ROMAN = re.compile(r"(?=[IVXLC])(XC|XL|L?X{0,3})(IX|IV|V?I{0,3})")


class Kind(StrEnum):
    """`DOTTED` is 1.1; its level is told by the number it goes on from."""

    ROMAN = "roman"
    UPPER = "upper"
    NUMBER = "number"
    DOTTED = "dotted"
    LOWER = "lower"
    DASH = "dash"


class Numbering(NamedTuple):
    """`text` is what is printed, without a point at its end."""

    kind: Kind
    text: str


def numbering_of(text: str) -> Numbering | None:
    """Of a cell that holds nothing else; None where it does."""
    found = _ALONE.fullmatch(text)
    return None if found is None else _told(found[1])


def split_numbering(label: str) -> tuple[Numbering | None, str]:
    """The numbering in front of a name, and the name."""
    dash = _DASH.match(label)
    if dash:
        return Numbering(Kind.DASH, "-"), label[dash.end() :]
    found = _IN_FRONT.match(label)
    if found is None:
        return None, label
    return _told(found[1] or found[2]), label[found.end() :]


def _told(text: str) -> Numbering:
    if "." in text:
        return Numbering(Kind.DOTTED, text)
    if text.isdigit():
        return Numbering(Kind.NUMBER, text)
    if text.islower():
        return Numbering(Kind.LOWER, text)
    roman = _ROMAN.fullmatch(text) is not None
    return Numbering(Kind.ROMAN if roman else Kind.UPPER, text)
