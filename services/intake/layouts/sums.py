"""Formulas of a layout: printed ones, `(3)=(4)+(5)`, and those that Excel computes."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.workbooks.addresses import Spot, spot_of

NUMBERED = re.compile(r"^\(?\s*(\d{1,3}[a-z]?|[A-ZĐ])\s*\)?\s*(?:=\s*(.+))?$")
_BRACKETED = re.compile(r"[(\[]\s*(\d{1,3}[a-z]?)\s*[)\]]")
_BARE_SUM = re.compile(r"\d{1,3}[a-z]?(?:\s*[+\-–−]\s*\d{1,3}[a-z]?)+")
_ELLIPSIS = re.compile(r"\[(\d+)\]\s*\+\s*(?:…|\.{2,})\s*\+\s*\[(\d+)\]")
_ARITHMETIC = re.compile(r"(?:\[\w+\]|\d+(?:\.\d+)?|[-+*/() ])+")
_SIGNS = str.maketrans({"–": "-", "−": "-", "×": "*", "x": "*", "X": "*", ":": "/", "÷": "/"})
_ALL_COUNTED = re.compile(r'IF\(COUNT\([^()]*\)<\d+,"",(.+)\)', re.IGNORECASE)
_NO_ERROR = re.compile(r'IFERROR\((.+),""\)', re.IGNORECASE)
_SUM = re.compile(r"SUM\(([^()]+)\)", re.IGNORECASE)
_TERM = re.compile(r"([+-]?)(\$?[A-Z]{1,3}\$?\d{1,7})", re.IGNORECASE)
LONGEST_SUM = 500
"""Cells of one sum; a form has fewer rows."""


@dataclass(frozen=True, slots=True)
class Numbered:
    """The printed number of a column, and what is printed behind its equals sign, or ""."""

    number: str
    formula: str


def numbered(text: str) -> Numbered | None:
    """`(3)=(4)+(5)`, `3 = 4 + 5`, `(3)`, `3`, `B`; None for anything else."""
    found = NUMBERED.match(text)
    return None if found is None else Numbered(found[1], (found[2] or "").strip())


def printed_formula(text: str, *, known: frozenset[str]) -> str | None:
    """The formula in the words of a pack; None where it is no arithmetic over known columns.

    In `(4)+(5)` numbers in brackets are columns and others constants; in `4+5` all are columns,
    and only sums are understood.
    """
    if _BARE_SUM.fullmatch(text):
        written = re.sub(r"\d{1,3}[a-z]?", lambda found: f"[{found[0]}]", text)
    else:
        written = _BRACKETED.sub(r"[\1]", text).replace("%", "")
    written = _ELLIPSIS.sub(_spelled_out, written.translate(_SIGNS))
    named = re.findall(r"\[(\w+)\]", written)
    if not named or not _ARITHMETIC.fullmatch(written) or not known.issuperset(named):
        return None
    return re.sub(r"\s*([-+*/])\s*", r" \1 ", written).strip()


def _spelled_out(found: re.Match[str]) -> str:
    first, last = int(found[1]), int(found[2])
    if not first < last <= first + LONGEST_SUM:
        return found[0]
    return " + ".join(f"[{each}]" for each in range(first, last + 1))


@dataclass(frozen=True, slots=True)
class Term:
    """A cell that a sum adds (`sign` 1) or takes away (-1)."""

    sign: int
    spot: Spot


def excel_sum(text: str) -> tuple[Term, ...] | None:
    """The terms of a plain sum, `D8+E8-F8` or `SUM(D8:F8)`; None for any other formula."""
    written = text.replace(" ", "").lstrip("=+")
    for wrapper in (_ALL_COUNTED, _NO_ERROR):
        inside = wrapper.fullmatch(written)
        written = inside[1] if inside else written
    summed = _SUM.fullmatch(written)
    if summed:
        return _listed(summed[1])
    terms = _TERM.findall(written)
    if not terms or "".join(map("".join, terms)) != written:
        return None
    return _terms([(-1 if sign == "-" else 1, spot_of(name)) for sign, name in terms])


def _listed(arguments: str) -> tuple[Term, ...] | None:
    spots: list[tuple[int, Spot | None]] = []
    for argument in re.split("[,;]", arguments):
        first, _, last = argument.partition(":")
        start, end = spot_of(first), spot_of(last or first)
        if start is None or end is None:
            return None
        size = (end.row - start.row + 1) * (end.column - start.column + 1)
        if not 0 < size <= LONGEST_SUM:
            return None
        spots += [
            (1, Spot(row, column))
            for row in range(start.row, end.row + 1)
            for column in range(start.column, end.column + 1)
        ]
    return _terms(spots)


def _terms(found: list[tuple[int, Spot | None]]) -> tuple[Term, ...] | None:
    terms = tuple(Term(sign, spot) for sign, spot in found if spot is not None)
    return terms if 0 < len(terms) == len(found) <= LONGEST_SUM else None


def signed_sum(parts: Sequence[tuple[int, str]]) -> str | None:
    """`[4] + [5] - [6]`; None where the first part is taken away, which no form prints."""
    if parts[0][0] < 0:
        return None
    text = "".join(f" {'+' if sign > 0 else '-'} [{code}]" for sign, code in parts)
    return text.removeprefix(" + ")
