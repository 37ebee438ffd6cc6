"""How many streams each account holds open in this process.

Each asks the database twice a second for as long as it lasts.
"""

from collections import Counter
from collections.abc import AsyncIterator, Mapping

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from shared.domain.identifiers import AccountId
from shared.web.problems import TooManyRequests

RETRY_AFTER_SECONDS = 30


class OpenStreams:
    """At most `most` at a time of one account; 0 sets no limit."""

    def __init__(self, most: int = 0) -> None:
        self._most = most
        self._open: Counter[AccountId] = Counter()

    def begin(self, account_id: AccountId) -> None:
        """Counts one more, until `end`.

        Raises:
            TooManyRequests: the account holds as many as it may.
        """
        if self._most and self._open[account_id] >= self._most:
            raise TooManyRequests(
                f"Tài khoản này đang mở {self._most} luồng cập nhật. Hãy đóng bớt trang rồi thử "
                "lại.",
                retry_after_seconds=RETRY_AFTER_SECONDS,
            )
        self._open[account_id] += 1

    def end(self, account_id: AccountId) -> None:
        """One that began is over."""
        self._open[account_id] -= 1
        if not self._open[account_id]:
            del self._open[account_id]


class CountedStream(StreamingResponse):
    """A stream that began in `streams`, and ends there however it ends."""

    def __init__(
        self,
        content: AsyncIterator[str],
        *,
        streams: OpenStreams,
        account_id: AccountId,
        headers: Mapping[str, str],
    ) -> None:
        super().__init__(content, media_type="text/event-stream", headers=headers)
        self._streams, self._account_id = streams, account_id

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._streams.end(self._account_id)
