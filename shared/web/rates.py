"""How often one account, or one address without an account, may ask.

Counted in this process only: several processes each have a count of their own, so the limit is a
protection against runaway programs, not an exact quota.
"""

import math
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar

from fastapi import Request

from shared.web.principals import Principal
from shared.web.problems import TooManyRequests

WINDOW_SECONDS = 60
"""A bucket holds what may be asked in so long: that much may come at once."""

FEWEST_SWEPT = 10_000

Key = TypeVar("Key")


class TokenBuckets(Generic[Key]):
    """A bucket for each key, refilled evenly; `per_minute` 0 sets no limit.

    Of a bucket only the instant is kept at which it will be full again, so that asking costs one
    look-up and full buckets can be forgotten.
    """

    def __init__(self, per_minute: int, *, now: Callable[[], float] = time.monotonic) -> None:
        self._refill_seconds = WINDOW_SECONDS / per_minute if per_minute else 0.0
        self._now = now
        self._full_at: dict[Key, float] = {}
        self._sweep_at = FEWEST_SWEPT

    def take(self, key: Key) -> int:
        """Takes a token: 0, or the whole seconds to wait for one, and then nothing is taken."""
        if not self._refill_seconds:
            return 0
        now = self._now()
        full_at = max(self._full_at.get(key, now), now) + self._refill_seconds
        empty_for = full_at - now - WINDOW_SECONDS
        # Sums of such fractions are off by less than this; a bucket must hold all of its tokens.
        if empty_for > self._refill_seconds / 1_000:
            return math.ceil(empty_for)
        self._full_at[key] = full_at
        if len(self._full_at) > self._sweep_at:
            self._forget_full_ones(now)
        return 0

    def __len__(self) -> int:
        """The buckets that are kept."""
        return len(self._full_at)

    def _forget_full_ones(self, now: float) -> None:
        self._full_at = {key: at for key, at in self._full_at.items() if at > now}
        self._sweep_at = max(FEWEST_SWEPT, 2 * len(self._full_at))


@dataclass(frozen=True)
class Rates:
    """Both limits of an application."""

    accounts: TokenBuckets[int]
    addresses: TokenBuckets[str]

    def admit(self, request: Request, principal: Principal | None) -> None:
        """Counts the request.

        An address is counted only for requests that show no account: the officers of a whole
        district may share one on the deadline's day.

        Raises:
            TooManyRequests: tells how long to wait.
        """
        if principal is not None:
            wait = self.accounts.take(principal.account_id)
        else:
            wait = self.addresses.take(request.client.host if request.client else "")
        if wait:
            raise TooManyRequests(retry_after_seconds=wait)
