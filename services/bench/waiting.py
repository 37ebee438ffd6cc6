"""Waiting for another process to bring the database to a state."""

import asyncio

import asyncpg

from services.bench.errors import BenchError

POLL_SECONDS = 0.02
TIMEOUT_SECONDS = 60


class NotSettled(BenchError):
    """A query did not give the value that was waited for."""

    code = "not_settled"

    def __init__(self, query: str, *, found: object, wanted: int) -> None:
        super().__init__(
            f"After {TIMEOUT_SECONDS} s this gives {found} instead of {wanted}: {query}"
        )


async def until_value(dsn: str, query: str, *, wanted: int) -> None:
    """Returns when `query` gives that value; raises NotSettled after a minute."""
    connection, found = await asyncpg.connect(dsn), None
    try:
        async with asyncio.timeout(TIMEOUT_SECONDS):
            while (found := await connection.fetchval(query)) != wanted:  # noqa: ASYNC110
                await asyncio.sleep(POLL_SECONDS)
    except TimeoutError:
        raise NotSettled(query, found=found, wanted=wanted) from None
    finally:
        await connection.close()
