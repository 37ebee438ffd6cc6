"""Places on a sheet as people name them: `D9`. Rows and columns count from 0 here."""

import re
from typing import NamedTuple

_LETTERS = 26
_ADDRESS = re.compile(r"\$?([A-Za-z]{1,3})\$?([0-9]{1,7})")


class Spot(NamedTuple):
    """Row and column of a cell, from 0."""

    row: int
    column: int

    @property
    def address(self) -> str:
        return f"{letters(self.column)}{self.row + 1}"


def letters(column: int) -> str:
    """0 is A, 25 is Z, 26 is AA."""
    text, rest = "", column + 1
    while rest:
        rest, digit = divmod(rest - 1, _LETTERS)
        text = chr(ord("A") + digit) + text
    return text


def spot_of(address: str) -> Spot | None:
    """The place that `D9` names; None for anything else."""
    found = _ADDRESS.fullmatch(address)
    if found is None:
        return None
    column = 0
    for letter in found[1].upper():
        column = column * _LETTERS + ord(letter) - ord("A") + 1
    return Spot(int(found[2]) - 1, column - 1)
