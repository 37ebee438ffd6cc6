"""What a page of a form says about one of its parts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Explained:
    """A row, a column or a cell, and what is said of it."""

    name: str
    text: str
