"""Slowing down of guessing, by where the attempts come from.

The lock of an account stops many guesses at one name; this stops one place that tries many names.
Only failures count, because a whole office may share one address. Kept in memory: it is a brake
of this process, not a record.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from math import ceil

FAILURES_ALLOWED = 20
WINDOW_SECONDS = 600
MOST_ADDRESSES = 10_000


class FailureBrake:
    """At most `allowed` failures of one address within `window_seconds`."""

    def __init__(
        self,
        *,
        allowed: int = FAILURES_ALLOWED,
        window_seconds: float = WINDOW_SECONDS,
        seconds: Callable[[], float] = time.monotonic,
    ) -> None:
        self._allowed, self._window, self._seconds = allowed, window_seconds, seconds
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()

    def seconds_to_wait(self, address: str) -> int:
        """0 when the address may try now."""
        failures = self._recent(address)
        if len(failures) < self._allowed:
            return 0
        return max(1, ceil(failures[0] + self._window - self._seconds()))

    def record_failure(self, address: str) -> None:
        failures = self._failures.setdefault(address, deque(maxlen=self._allowed))
        failures.append(self._seconds())
        self._failures.move_to_end(address)
        if len(self._failures) > MOST_ADDRESSES:
            self._failures.popitem(last=False)

    def _recent(self, address: str) -> deque[float]:
        failures = self._failures.get(address, deque())
        while failures and failures[0] <= self._seconds() - self._window:
            failures.popleft()
        return failures
