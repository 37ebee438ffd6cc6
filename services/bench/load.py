"""A load generator: prepared HTTP/1.1 requests over a few kept-alive connections to loopback.

It does as little as it can, so that what it measures is the server. Loops are bounded by the number
of requests that are given.
"""

import asyncio
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

REQUEST_TIMEOUT_SECONDS = 30
END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: when its request was sent and when it was complete (seconds of perf_counter)."""

    status: int
    sent: float
    received: float
    body: bytes


class UnexpectedAnswer(Exception):
    """The server did not answer as the measurement needs; the first such answer is shown."""


def post(path: str, *, body: bytes, headers: dict[str, str]) -> bytes:
    """The bytes of a POST request (RFC 9112)."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", "Content-Type: application/json"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + END_OF_HEAD + body


def get(path: str, *, headers: dict[str, str]) -> bytes:
    """The bytes of a GET request."""
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join(lines).encode() + END_OF_HEAD


class Connection:
    """One kept-alive connection; one request at a time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    @classmethod
    async def open(cls, port: int) -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def send(self, request: bytes) -> Answer:
        async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
            sent = time.perf_counter()
            self._writer.write(request)
            head = await self._reader.readuntil(END_OF_HEAD)
            body = await self._reader.readexactly(_content_length(head))
            return Answer(int(head[9:12]), sent, time.perf_counter(), body)

    async def close(self) -> None:
        self._writer.close()
        await self._writer.wait_closed()


async def send_all(
    port: int, requests: Sequence[bytes], *, connections: int, expected: int
) -> list[Answer]:
    """Send all requests as fast as `connections` allow; answers come in the order of completion.

    Raises:
        UnexpectedAnswer: one had another status than `expected`.
    """
    waiting = iter(requests)
    answers: list[Answer] = []
    workers = [_work(port, waiting, answers) for _ in range(connections)]
    await asyncio.gather(*workers)
    for answer in answers:
        if answer.status != expected:
            raise UnexpectedAnswer(f"{answer.status} {answer.body[:500].decode(errors='replace')}")
    return answers


def per_second(answers: Sequence[Answer]) -> float:
    """Answers a second, from the first request sent to the last answer received."""
    took = max(answer.received for answer in answers) - min(answer.sent for answer in answers)
    return len(answers) / took


async def _work(port: int, waiting: Iterator[bytes], answers: list[Answer]) -> None:
    connection = await Connection.open(port)
    try:
        for request in waiting:
            answers.append(await connection.send(request))  # noqa: PERF401 (shared, grows as it goes)
    finally:
        await connection.close()


def _content_length(head: bytes) -> int:
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    raise UnexpectedAnswer(f"no Content-Length in {head.decode(errors='replace')}")
