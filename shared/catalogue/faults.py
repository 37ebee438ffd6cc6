"""What is wrong with packs: every fault at once, each with its place and how to mend it.

CatalogueLoadError
├── PacksRefused        the packs contradict themselves, each other, or the stored catalogue
└── CatalogueBehind     a change that was announced is not in the database

Fault codes are stable; the texts are Vietnamese, because the people who write packs read them.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

KeyPath = tuple[str | int, ...]


class CatalogueLoadError(Exception):
    """Root of the tree; `code` is stable, the message says what to do."""

    code = "catalogue_load_error"


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something stands: a file, a line from 1, and the path of keys inside the document."""

    file: Path
    line: int
    path: KeyPath = ()

    def __str__(self) -> str:
        dotted = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.path)
        return f"{self.file}:{self.line}: {dotted.removeprefix('.')}".removesuffix(": ")


@dataclass(frozen=True, slots=True)
class PackFault:
    """One fault. `place` is None for an entry that is already in the database."""

    code: str
    detail: str
    place: Place | None = None

    def __str__(self) -> str:
        return f"{self.place or 'cơ sở dữ liệu'}: {self.detail} [{self.code}]"


class PacksRefused(CatalogueLoadError):
    """Nothing was loaded. `faults` is in the order of files and lines."""

    code = "packs_refused"

    def __init__(self, faults: Iterable[PackFault]) -> None:
        self.faults: Sequence[PackFault] = tuple(sorted(faults, key=_reading_order))
        listed = "\n".join(str(fault) for fault in self.faults)
        super().__init__(f"Có {len(self.faults)} lỗi trong danh mục, chưa nạp gì:\n{listed}")


class CatalogueBehind(CatalogueLoadError):
    """The database does not hold the change that was asked for."""

    code = "catalogue_behind"

    def __init__(self, *, wanted: int, found: int) -> None:
        super().__init__(
            f"The catalogue in the database is at change {found}, but {wanted} was asked for. "
            "Check that this service reads the database that the event came from."
        )
        self.wanted = wanted
        self.found = found


def _reading_order(fault: PackFault) -> tuple[bool, str, int, str]:
    if fault.place is None:
        return True, "", 0, fault.code
    return False, str(fault.place.file), fault.place.line, fault.code
