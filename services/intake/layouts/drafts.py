"""A form as a layout seems to mean it: every guess carries the words that say so."""

from dataclasses import dataclass

from services.intake.layouts.sheets import Doubt


@dataclass(frozen=True, slots=True)
class Guess:
    """A value of the draft; `why` is "" where the layout says it, else what it was guessed from."""

    value: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class DraftColumn:
    """`fields` are the other keys of the column in the pack, in order."""

    code: str
    number: str
    label: str
    fields: tuple[tuple[str, Guess], ...] = ()


@dataclass(frozen=True, slots=True)
class DraftRow:
    """`fields` are the other keys of the row in the pack, in order."""

    code: str
    number: str
    label: str
    fields: tuple[tuple[str, Guess], ...] = ()


@dataclass(frozen=True, slots=True)
class Draft:
    """`understood` and `doubts` are told to the author beside the YAML."""

    file: str
    sheet: str
    code: Guess
    name: Guess
    unit: Guess
    columns: tuple[DraftColumn, ...]
    rows: tuple[DraftRow, ...]
    understood: tuple[str, ...]
    doubts: tuple[Doubt, ...]
