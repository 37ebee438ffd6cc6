"""What came of a file: cells as they would be typed, and every fault with its place."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from services.intake.workbooks.faults import SheetFault, sheet_fault_of
from services.intake.workbooks.tables import Placing, Unplaced
from services.intake.workbooks.templates import Reading


class FileKind(StrEnum):
    """TEMPLATE is a workbook of ours, TABLE any other, UNREAD what could not be opened."""

    TEMPLATE = "template"
    TABLE = "table"
    UNREAD = "unread"


@dataclass(frozen=True, slots=True)
class Outcome:
    """`refused`: `faults` stand against taking it. `draft_version` is that of the draft it became.

    `words` is what it says besides figures, None where it says nothing of them.

    Without `refused`, `faults` are rules that the draft does not meet yet. `markable` says that the
    file can be given back with its faults marked.
    """

    kind: FileKind
    refused: bool
    faults: tuple[SheetFault, ...] = ()
    texts: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    nothing_to_report: bool = False
    markable: bool = False
    draft_version: int | None = None
    unplaced: tuple[Unplaced, ...] = ()
    skipped: tuple[str, ...] = ()
    columns: tuple[str, ...] = ()
    unknown_columns: tuple[str, ...] = ()
    words: Mapping[str, Any] | None = None

    @property
    def count(self) -> int:
        """Cells that the file fills."""
        return sum(map(len, self.texts.values())) + _count_words(self.words or {})

    @property
    def awaits_look(self) -> bool:
        """A table that fits, and that nobody has taken into the draft yet."""
        return self.kind is FileKind.TABLE and not self.refused and self.draft_version is None


def _count_words(words: Mapping[str, Any]) -> int:
    texts = sum(map(len, words.get("texts", {}).values()))
    entries = (entry for entries in words.get("lists", {}).values() for entry in entries)
    return texts + sum(map(len, entries)) + len(words.get("sections", {}))


def merged(texts: Mapping[str, Mapping[str, str]], outcome: Outcome) -> dict[str, dict[str, str]]:
    """The cells of a draft once the file is taken: a table leaves those that it lacks."""
    kept = {} if outcome.kind is FileKind.TEMPLATE else texts
    figures = {row: dict(cells) for row, cells in kept.items()}
    for row, cells in outcome.texts.items():
        figures.setdefault(row, {}).update(cells)
    return figures


def of_reading(reading: Reading, *, markable: bool) -> Outcome:
    """Of a workbook of ours."""
    return Outcome(
        kind=FileKind.TEMPLATE,
        refused=bool(reading.faults),
        faults=reading.faults,
        texts=reading.texts,
        nothing_to_report=reading.nothing_to_report,
        words=reading.words,
        markable=markable,
    )


def of_placing(placing: Placing, *, markable: bool) -> Outcome:
    """Of a table of another program."""
    return Outcome(
        kind=FileKind.TABLE,
        refused=bool(placing.faults),
        faults=placing.faults,
        texts=placing.texts,
        markable=markable,
        unplaced=placing.unplaced,
        skipped=placing.skipped,
        columns=placing.columns,
        unknown_columns=placing.unknown_columns,
    )


def unread(*faults: SheetFault) -> Outcome:
    """Of a file that was not opened."""
    return Outcome(kind=FileKind.UNREAD, refused=True, faults=faults)


def outcome_json(outcome: Outcome) -> dict[str, Any]:
    """As it is stored."""
    return {
        **asdict(outcome),
        "kind": outcome.kind.value,
        "faults": [fault.as_json() for fault in outcome.faults],
    }


def outcome_of(members: Mapping[str, Any]) -> Outcome:
    """From what `outcome_json` gave."""
    return Outcome(
        **{
            **members,
            "kind": FileKind(members["kind"]),
            "faults": tuple(map(sheet_fault_of, members["faults"])),
            "unplaced": tuple(
                Unplaced(each["cell"], each["name"], tuple(each["figures"]))
                for each in members["unplaced"]
            ),
            **{name: tuple(members[name]) for name in ("skipped", "columns", "unknown_columns")},
        }
    )
