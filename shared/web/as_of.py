"""The parameter `as_of`: a position of the log, or an instant as RFC 3339 writes it."""

import re
from datetime import datetime
from typing import Annotated

from fastapi import Query

from shared.domain.figures import printable
from shared.domain.time import VIETNAM, in_vietnam
from shared.web.identifiers import LARGEST_ID
from shared.web.problems import ProblemFault, ValidationFailed

LONGEST = 40
FIRST_YEAR, LAST_YEAR = 1900, 2999
"""The calendar cannot reckon with the instants at both ends of what is readable."""
EXAMPLE = "2025-06-16T08:00:00+07:00"

AsOfQuery = Annotated[
    str | None,
    Query(
        max_length=LONGEST,
        description=f"What was known then: an instant ({EXAMPLE}), or a position of the log.",
    ),
]

_INSTANT = re.compile(
    r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6}\d*)?)?([Zz]|[+\- ]\d\d:\d\d)?", re.ASCII
)


def read_as_of(text: str, *, local: bool = False, parameter: str = "as_of") -> int | datetime:
    """The position or the aware instant; `local`: without a zone it is the time of Vietnam.

    A plus sign that an address turned into a space is understood.

    Raises:
        ValidationFailed: it is neither; names the parameter.
    """
    if text.isascii() and text.isdigit() and int(text) <= LARGEST_ID:
        return int(text)
    instant = _instant(text)
    if instant is None:
        raise _refused(
            f"“{printable(text)}” không phải là thời điểm. Hãy viết như {EXAMPLE}, hoặc nêu vị trí "
            "trong nhật ký.",
            code="invalid_as_of",
            parameter=parameter,
        )
    if not FIRST_YEAR <= instant.year <= LAST_YEAR:
        raise _refused(
            f"Năm của “{printable(text)}” phải từ {FIRST_YEAR} đến {LAST_YEAR}. Hãy kiểm tra lại.",
            code="invalid_as_of",
            parameter=parameter,
        )
    if instant.tzinfo is None and not local:
        raise _refused(
            f"“{printable(text)}” thiếu múi giờ. Hãy viết như {EXAMPLE}.",
            code="invalid_as_of",
            parameter=parameter,
        )
    return instant if instant.tzinfo else instant.replace(tzinfo=VIETNAM)


def in_future(instant: datetime, *, now: datetime, parameter: str = "as_of") -> ValidationFailed:
    """Nobody knows yet what will be known."""
    return _refused(
        f"Thời điểm {_shown(instant)} chưa đến: bây giờ là {_shown(now)}. Hãy chọn thời điểm đã "
        "qua, hoặc bỏ tham số này để xem số liệu mới nhất.",
        code="as_of_in_future",
        parameter=parameter,
    )


def beyond_log(position: int, *, newest: int, parameter: str = "as_of") -> ValidationFailed:
    """The log does not go so far yet."""
    return _refused(
        f"Nhật ký mới đến vị trí {newest}, chưa có vị trí {position}. Hãy nêu vị trí nhỏ hơn, hoặc "
        "bỏ tham số này để xem số liệu mới nhất.",
        code="as_of_in_future",
        parameter=parameter,
    )


def before_log(first: datetime | None, *, parameter: str = "as_of") -> ValidationFailed:
    """Nothing was recorded so early."""
    since = "nhật ký chưa có gì" if first is None else f"nhật ký bắt đầu từ {_shown(first)}"
    return _refused(
        f"Khi đó hệ thống chưa ghi nhận gì: {since}. Hãy chọn thời điểm muộn hơn.",
        code="as_of_before_log",
        parameter=parameter,
    )


def _instant(text: str) -> datetime | None:
    if not _INSTANT.fullmatch(text):
        return None
    spaced = re.sub(r" (?=\d\d:\d\d$)", "+", text[11:])
    try:
        return datetime.fromisoformat(f"{text[:10]}T{spaced.upper()}")
    except ValueError:
        return None


def _shown(instant: datetime) -> str:
    return f"{in_vietnam(instant):%H:%M:%S %d/%m/%Y}"


def _refused(detail: str, *, code: str, parameter: str) -> ValidationFailed:
    return ValidationFailed(errors=[ProblemFault(code=code, detail=detail, parameter=parameter)])
