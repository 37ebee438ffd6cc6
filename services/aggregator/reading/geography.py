"""The parameter `geography`: in which tree the figures are shown."""

from dataclasses import dataclass
from datetime import date
from typing import Annotated, Final

from fastapi import Query

from shared.domain.figures import printable
from shared.web.problems import ProblemFault, ValidationFailed

REPORTED: Final = "as_reported"
NOW: Final = "as_now"

GeographyQuery = Annotated[
    str | None,
    Query(
        max_length=16,
        description="as_reported: the units of each period's cut-off. as_now, or a day such as "
        "2025-07-01: the units of that day, with the figures of those that they were made of. "
        "The code in `organization` is read in the same tree.",
    ),
]


@dataclass(frozen=True, slots=True)
class Geography:
    """`day` is that of the tree shown; None: each period in the tree of its own cut-off.

    `implied`: nobody chose it, so that another period may be shown in another one.
    """

    name: str = REPORTED
    day: date | None = None
    implied: bool = False

    def parameters(self) -> dict[str, str]:
        """The same choice, as an address names it."""
        return {} if self.implied else {"geography": self.name}


AS_REPORTED = Geography(implied=True)


def read_geography(text: str | None, *, today: date) -> Geography:
    """The choice; `today` is what `as_now` means.

    Raises:
        ValidationFailed: it is neither of the two words nor a day.
    """
    if not text:
        return AS_REPORTED
    if text == REPORTED:
        return Geography()
    if text == NOW:
        return Geography(NOW, today)
    try:
        return Geography(text, date.fromisoformat(text))
    except ValueError:
        raise _refused(text) from None


def _refused(text: str) -> ValidationFailed:
    detail = (
        f"“{printable(text)}” không phải là địa giới. Hãy dùng {REPORTED} (tại thời điểm báo cáo), "
        f"{NOW} (hiện hành), hoặc một ngày như 2025-07-01."
    )
    fault = ProblemFault(code="invalid_geography", detail=detail, parameter="geography")
    return ValidationFailed(errors=[fault])
