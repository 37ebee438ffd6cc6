"""The clocks: everything that dates a fact asks one of these, never the machine.

Sessions, TLS and logs keep real time; business time may be that of a demonstration.
"""

import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from shared.domain.errors import DomainError
from shared.domain.time import in_vietnam, vietnam_date


class ClockMovedBack(DomainError):
    """Business time only goes forward: what was dated later would be in the future."""

    code = "clock_moved_back"

    def __init__(self, *, now: datetime, asked: datetime) -> None:
        super().__init__(
            f"Ngày giả lập đang là {in_vietnam(now):%H:%M %d/%m/%Y}, không thể lùi về "
            f"{in_vietnam(asked):%H:%M %d/%m/%Y}. Hãy chọn một thời điểm muộn hơn."
        )
        self.now = now
        self.asked = asked


class Clock(Protocol):
    """Tells business time. Never blocks, never fails, never goes back."""

    def now(self) -> datetime:
        """The instant, aware and in UTC."""

    def today(self) -> date:
        """The date in Asia/Ho_Chi_Minh."""


class SystemClock:
    """The time of the machine."""

    def now(self) -> datetime:
        return datetime.now(UTC)

    def today(self) -> date:
        return vietnam_date(self.now())


class FixedClock:
    """Stands still at an aware instant until it is moved, in either direction."""

    def __init__(self, instant: datetime) -> None:
        self._instant = _in_utc(instant)

    def now(self) -> datetime:
        return self._instant

    def today(self) -> date:
        return vietnam_date(self._instant)

    def move_to(self, instant: datetime) -> None:
        self._instant = _in_utc(instant)


class DemoClock:
    """Ticks from `start`, as `seconds` passes, and can be moved on.

    `seconds` is any source that never goes back. Not safe to share between threads.
    """

    def __init__(self, start: datetime, *, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._set(start)

    def now(self) -> datetime:
        return self._base + timedelta(seconds=self._seconds() - self._base_seconds)

    def today(self) -> date:
        return vietnam_date(self.now())

    def advance_to(self, instant: datetime) -> None:
        """Make it `instant` now; raises ClockMovedBack for one that has passed."""
        now = self.now()
        if instant < now:
            raise ClockMovedBack(now=now, asked=instant)
        self._set(instant)

    def _set(self, instant: datetime) -> None:
        self._base = _in_utc(instant)
        self._base_seconds = self._seconds()


def _in_utc(instant: datetime) -> datetime:
    return in_vietnam(instant).astimezone(UTC)
