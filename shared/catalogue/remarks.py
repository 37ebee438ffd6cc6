"""What a form's file says of itself beside its cells: where each part comes from, and notes."""

from dataclasses import dataclass

from shared.catalogue.schema_parts import Sourced
from shared.catalogue.schemas import FormFile


@dataclass(frozen=True, slots=True)
class Remark:
    """Of one part: "form", "columns", "rows", or the code of a check.

    `source` is the law or notice, None where the part is an assumption.
    """

    part: str
    source: str | None
    note: str | None


def remarks_of(model: FormFile) -> tuple[Remark, ...]:
    """One of each part that says something, in the order of the file."""
    parts: dict[str, Sourced] = {
        "form": model,
        "columns": model.columns,
        "rows": model.rows,
        **{check.code: check for check in model.checks},
    }
    return tuple(Remark(part, each.source, each.note) for part, each in parts.items())
