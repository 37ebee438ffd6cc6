"""A load generator: prepared HTTP/1.1 requests over a few kept-alive connections to loopback.

It does as little as it can, so that what it measures is the server. A lane is one connection with
one request at a time, so what must not overtake each other goes into one lane.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from services.bench.errors import BenchError

REQUEST_TIMEOUT_SECONDS = 30
END_OF_HEAD = b"\r\n\r\n"


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer: when its request was sent and when it was complete (seconds of perf_counter)."""

    status: int
    sent: float
    received: float
    head: bytes
    body: bytes

    def header(self, name: str) -> str | None:
        """The value of a header, None if it is not there."""
        for line in self.head.split(b"\r\n"):
            found, _, value = line.partition(b":")
            if found.decode("latin-1").lower() == name.lower():
                return value.strip().decode("latin-1")
        return None


class NoAnswer(BenchError):
    """The server closed the connection, or took too long."""

    code = "no_answer"

    def __init__(self, reason: str) -> None:
        super().__init__(f"A request was not answered: {reason}.")


class UnexpectedAnswer(BenchError):
    """The server did not answer as the measurement needs; the first such answer is shown."""

    code = "unexpected_answer"

    def __init__(self, answer: Answer, *, expected: int) -> None:
        shown = answer.body[:500].decode(errors="replace")
        super().__init__(f"The answer is {answer.status} instead of {expected}: {shown}")


def post(path: str, *, body: bytes, headers: Mapping[str, str]) -> bytes:
    """The bytes of a POST request (RFC 9112)."""
    more = {"Content-Type": "application/json", "Content-Length": str(len(body))}
    return _head("POST", path, headers={**headers, **more}) + body


def get(path: str, *, headers: Mapping[str, str]) -> bytes:
    """The bytes of a GET request."""
    return _head("GET", path, headers=headers)


def _head(method: str, path: str, *, headers: Mapping[str, str]) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1"]
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
        """Raises NoAnswer when none comes."""
        sent = time.perf_counter()
        try:
            async with asyncio.timeout(REQUEST_TIMEOUT_SECONDS):
                self._writer.write(request)
                head = await self._reader.readuntil(END_OF_HEAD)
                body = await self._reader.readexactly(_content_length(head))
        except TimeoutError:
            raise NoAnswer(f"nothing came for {REQUEST_TIMEOUT_SECONDS} s") from None
        except (ConnectionError, asyncio.IncompleteReadError) as error:
            raise NoAnswer("the connection was closed") from error
        return Answer(int(head[9:12]), sent, time.perf_counter(), head, body)

    async def close(self) -> None:
        """The server may have closed it first."""
        self._writer.close()
        with suppress(ConnectionError):
            await self._writer.wait_closed()


async def send_lanes(port: int, lanes: Sequence[Sequence[bytes]], *, expected: int) -> list[Answer]:
    """Send every lane as fast as it is answered, all at once.

    Raises:
        NoAnswer: one did not come.
        UnexpectedAnswer: one had another status than `expected`.
    """
    sent = await asyncio.gather(*(_send_lane(port, lane) for lane in lanes))
    answers = [answer for lane in sent for answer in lane]
    require_status(answers, expected)
    return answers


async def _send_lane(port: int, requests: Sequence[bytes]) -> list[Answer]:
    connection = await Connection.open(port)
    try:
        return [await connection.send(request) for request in requests]
    finally:
        await connection.close()


def require_status(answers: Sequence[Answer], expected: int) -> None:
    """Raises UnexpectedAnswer for the first answer of another status."""
    for answer in answers:
        if answer.status != expected:
            raise UnexpectedAnswer(answer, expected=expected)


def per_second(answers: Sequence[Answer]) -> float:
    """Answers a second, from the first request sent to the last answer received."""
    took = max(answer.received for answer in answers) - min(answer.sent for answer in answers)
    return len(answers) / took


def _content_length(head: bytes) -> int:
    """0 without the header, which 204 and 304 do not have."""
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            return int(value)
    return 0
