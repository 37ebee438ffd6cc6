"""Errors of the log and of consuming it, and which failures of the database pass by themselves.

MessagingError
├── KafkaAddressMissing
├── LogUnavailable          the log cannot be reached: wait and try again
├── LogGap                  events are missing from the log and from the table: rebuild
├── ConsumerStalled         there is work and none is done: the process must be replaced
├── PoisonEvent             raised by a handler: this event can never be applied
├── UnknownDeadLetter
├── DeadLetterResolved
└── DeadLetterUnreadable
"""

import asyncpg
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from shared.events.envelope import RecordedEvent

_PASSING_SQLSTATES = frozenset(
    {
        "08000", "08001", "08003", "08004", "08006",  # connection
        "25006",  # read only: a failover is under way
        "40001", "40P01",  # serialization failure, deadlock
        "53100",  # disk full: somebody has to make room
        "53300",  # too many connections
        "55P03",  # lock not available
        "57P01", "57P02", "57P03",  # shutdown, crash, starting up
    }
)  # fmt: skip


class MessagingError(Exception):
    """Root of the tree; `code` is stable, the message says what to do."""

    code = "messaging_error"


class KafkaAddressMissing(MessagingError):
    code = "kafka_address_missing"

    def __init__(self) -> None:
        super().__init__(
            "Events are to be kept in Kafka, but its address is not known. Set "
            "TONGHOP_KAFKA_BOOTSTRAP_SERVERS, or TONGHOP_EVENT_LOG=postgres."
        )


class LogUnavailable(MessagingError):
    """The log did not answer in time. What was being published may or may not be in it."""

    code = "log_unavailable"

    def __init__(self, *, action: str, reason: object) -> None:
        self.action, self.reason = action, reason
        super().__init__(
            f"The event log could not {action} ({reason!r}). It is tried again; if this lasts, "
            "check that Kafka runs and that its address and the topic's settings are right."
        )


class LogGap(MessagingError):
    """Positions are missing from the log, and the table of events does not hold them either."""

    code = "log_gap"

    def __init__(self, *, partition: int, after: int, until: int) -> None:
        self.partition, self.after, self.until = partition, after, until
        super().__init__(
            f"Partition {partition} jumps from position {after} to beyond {until}, and log.event "
            "does not hold what lies between. Was the database restored to an earlier time? "
            "Recover the log, then run `tonghop rebuild`."
        )


class ConsumerStalled(MessagingError):
    """Events wait, nothing is applied, and nothing is known that would explain it."""

    code = "consumer_stalled"

    def __init__(self, *, group: str, seconds: float, lag: int) -> None:
        self.group, self.seconds, self.lag = group, seconds, lag
        super().__init__(
            f"Consumer {group} has applied nothing for {seconds:.0f} s while {lag} events wait. "
            "The process ends so that it is started anew."
        )


class PoisonEvent(MessagingError):
    """A handler cannot apply this event, whatever is tried; it is parked and the rest goes on.

    `code` is that of the error behind it and `reason` its message: both go to the dead letter.
    """

    code = "poison_event"

    def __init__(self, event: RecordedEvent, *, code: str, reason: str) -> None:
        self.event, self.code, self.reason = event, code, reason
        super().__init__(f"{event.type} {event.subject} at {event.position}: {code}: {reason}")


class UnknownDeadLetter(MessagingError):
    code = "unknown_dead_letter"

    def __init__(self, letter_id: int) -> None:
        self.letter_id = letter_id
        super().__init__(
            f"Không có sự kiện bị gác lại số {letter_id}. "
            "Xem danh sách bằng lệnh `tonghop dead-letters list`."
        )


class DeadLetterResolved(MessagingError):
    """It is settled already; a decision is never changed."""

    code = "dead_letter_resolved"

    def __init__(self, *, letter_id: int, resolution: str) -> None:
        self.letter_id, self.resolution = letter_id, resolution
        super().__init__(f"Số {letter_id} đã được xử lý: {resolution}.")


class DeadLetterUnreadable(MessagingError):
    """A message that could not be read has no event that could be tried again."""

    code = "dead_letter_unreadable"

    def __init__(self, letter_id: int) -> None:
        self.letter_id = letter_id
        super().__init__(
            f"Số {letter_id} không đọc được thành sự kiện nên không thử lại được. Sự kiện gốc đã "
            "được áp dụng từ bảng log.event; hãy đóng lại bằng lệnh `tonghop dead-letters resolve`."
        )


TRANSIENT = (
    DBAPIError,
    PoolTimeout,
    asyncpg.PostgresError,
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,
    OSError,
)
"""What may be a passing failure of the database; ask `is_transient` about each."""


def is_transient(error: BaseException | None) -> bool:
    """Whether the database, once it is well again, would accept the same transaction."""
    if isinstance(error, DBAPIError):
        cause = error.orig.__cause__ if error.orig is not None else None
        return error.connection_invalidated or is_transient(cause)
    if isinstance(error, PoolTimeout | OSError | asyncpg.PostgresConnectionError):
        return True
    if isinstance(error, asyncpg.PostgresError):
        return error.sqlstate in _PASSING_SQLSTATES
    if isinstance(error, asyncpg.InternalClientError):
        # What asyncpg says when the server ended the connection while its answer was being read.
        return "another operation" in str(error)
    return isinstance(error, asyncpg.InterfaceError) and "closed" in str(error)
