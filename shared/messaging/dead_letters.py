"""Parked messages: what a consumer could not apply, where it was, why, and what became of it.

A letter is open until it is resolved: by a retry that worked, by a newer state of the same subject,
or by a person who gives a reason. Letters are never deleted, and every decision is audited.
"""

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from shared.clock import Clock
from shared.db.engine import write_json
from shared.events.envelope import to_json
from shared.messaging.errors import (
    DeadLetterResolved,
    DeadLetterUnreadable,
    PoisonEvent,
    UnknownDeadLetter,
)
from shared.messaging.offsets import ConsumerSchema
from shared.messaging.ports import Delivered, Unreadable

RETRIED = "retried"


@dataclass(frozen=True, slots=True)
class ParkedMessage:
    """What is about to be parked. `data` is the event in CloudEvents JSON, or the bare message."""

    partition: int
    offset: int
    position: int | None
    event_id: str | None
    type: str | None
    subject: str | None
    code: str
    reason: str
    data: str

    def json_text(self, *, log_id: str, consumer: str) -> str:
        """As the topic of dead letters shows it."""
        fields = {name: getattr(self, name) for name in self.__slots__}
        return write_json({"consumer": consumer, "log_id": log_id, **fields})


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A row of the table."""

    id: int
    log_id: str
    partition: int
    offset: int
    position: int | None
    event_id: str | None
    type: str | None
    subject: str | None
    code: str
    reason: str
    data: str
    parked_at: datetime
    retry_requested_at: datetime | None
    resolved_at: datetime | None
    resolution: str | None


def parked_event(delivery: Delivered, *, poison: PoisonEvent, source: str) -> ParkedMessage:
    """An event that its handler refused."""
    event = delivery.event
    return ParkedMessage(
        partition=delivery.partition,
        offset=delivery.offset,
        position=event.position,
        event_id=str(event.event_id),
        type=event.type,
        subject=event.subject,
        code=poison.code,
        reason=_storable(poison.reason),
        data=_storable(to_json(event, source=source)),
    )


def parked_message(message: Unreadable) -> ParkedMessage:
    """A message that is no event."""
    return ParkedMessage(
        partition=message.partition,
        offset=message.offset,
        position=None,
        event_id=None,
        type=None,
        subject=None,
        code=message.code,
        reason=_storable(message.reason),
        data=_storable(message.text),
    )


class DeadLetters:
    """The table of one consumer. Functions run in the caller's transaction."""

    def __init__(self, schema: ConsumerSchema) -> None:
        self._schema = schema
        self._table = f"{schema}.dead_letter"

    async def park(
        self,
        connection: AsyncConnection,
        messages: Sequence[ParkedMessage],
        *,
        log_id: str,
        at: datetime,
    ) -> None:
        """Keeps them; one that is parked again, after a rebuild, is open again."""
        statement = f"""
            INSERT INTO {self._table} (log_id, partition, "offset", position, event_id, type,
                subject, code, reason, data, parked_at)
            VALUES (:log_id, :partition, :offset, :position, :event_id, :type, :subject, :code,
                :reason, :data, :at)
            ON CONFLICT (log_id, partition, "offset", event_id) DO UPDATE
            SET code = excluded.code, reason = excluded.reason, parked_at = excluded.parked_at,
                retry_requested_at = NULL, resolved_at = NULL, resolution = NULL"""
        for message in messages:
            values = {name: getattr(message, name) for name in message.__slots__}
            await connection.execute(text(statement), {**values, "log_id": log_id, "at": at})

    async def open_subjects(self, connection: AsyncConnection) -> set[str]:
        """The subjects that have an open letter."""
        statement = f"""
            SELECT DISTINCT subject FROM {self._table}
            WHERE resolved_at IS NULL AND subject IS NOT NULL"""
        return set((await connection.execute(text(statement))).scalars())

    async def supersede(
        self, connection: AsyncConnection, subjects: Collection[str], *, position: int, at: datetime
    ) -> None:
        """Resolves older letters of subjects whose newer state, up to `position`, was applied."""
        statement = f"""
            UPDATE {self._table} SET resolved_at = :at, resolution = :resolution
            WHERE resolved_at IS NULL AND subject = ANY(:subjects) AND position < :position"""
        values = {
            "at": at,
            "resolution": f"superseded at position {position}",
            "subjects": sorted(subjects),
            "position": position,
        }
        await connection.execute(text(statement), values)

    async def next_to_retry(self, connection: AsyncConnection) -> DeadLetter | None:
        """The first letter whose retry was asked for, locked; another member skips it."""
        statement = f"""
            SELECT * FROM {self._table}
            WHERE retry_requested_at IS NOT NULL AND resolved_at IS NULL
            ORDER BY position LIMIT 1 FOR UPDATE SKIP LOCKED"""
        row = (await connection.execute(text(statement))).one_or_none()
        return None if row is None else _letter(row)

    async def resolve(
        self, connection: AsyncConnection, letter_id: int, *, resolution: str, at: datetime
    ) -> None:
        """Closes a letter."""
        statement = f"""
            UPDATE {self._table} SET resolved_at = :at, resolution = :resolution
            WHERE id = :id AND resolved_at IS NULL"""
        values = {"id": letter_id, "at": at, "resolution": resolution}
        await connection.execute(text(statement), values)

    async def refuse_retry(
        self, connection: AsyncConnection, letter_id: int, *, poison: PoisonEvent
    ) -> None:
        """The retry failed: the letter stays open, with the reason of now."""
        statement = f"""
            UPDATE {self._table} SET retry_requested_at = NULL, code = :code, reason = :reason
            WHERE id = :id"""
        values = {"id": letter_id, "code": poison.code, "reason": _storable(poison.reason)}
        await connection.execute(text(statement), values)

    async def find(self, connection: AsyncConnection, letter_id: int) -> DeadLetter:
        """Raises UnknownDeadLetter."""
        statement = text(f"SELECT * FROM {self._table} WHERE id = :id")
        row = (await connection.execute(statement, {"id": letter_id})).one_or_none()
        if row is None:
            raise UnknownDeadLetter(letter_id)
        return _letter(row)

    async def list_letters(
        self, connection: AsyncConnection, *, resolved: bool, limit: int
    ) -> list[DeadLetter]:
        """The newest letters; with `resolved`, those that are settled too."""
        statement = text(f"""
            SELECT * FROM {self._table} WHERE :resolved OR resolved_at IS NULL
            ORDER BY id DESC LIMIT :limit""")
        rows = await connection.execute(statement, {"resolved": resolved, "limit": limit})
        return [_letter(row) for row in rows]

    async def request_retry(
        self, connection: AsyncConnection, letter_id: int, *, operator: str, clock: Clock
    ) -> None:
        """Asks the running consumer to try again; audited.

        Raises:
            UnknownDeadLetter, DeadLetterResolved, DeadLetterUnreadable.
        """
        letter = await self._open_letter(connection, letter_id)
        if letter.event_id is None:
            raise DeadLetterUnreadable(letter_id)
        statement = text(f"UPDATE {self._table} SET retry_requested_at = :at WHERE id = :id")
        await connection.execute(statement, {"id": letter_id, "at": clock.now()})
        await self._audit(connection, letter, action="retry", operator=operator, at=clock.now())

    async def resolve_by_hand(
        self,
        connection: AsyncConnection,
        letter_id: int,
        *,
        reason: str,
        operator: str,
        clock: Clock,
    ) -> None:
        """Closes a letter without applying it; audited.

        Raises:
            UnknownDeadLetter, DeadLetterResolved.
        """
        letter = await self._open_letter(connection, letter_id)
        await self.resolve(connection, letter_id, resolution=reason, at=clock.now())
        await self._audit(
            connection, letter, action="resolve", operator=operator, at=clock.now(), reason=reason
        )

    async def _open_letter(self, connection: AsyncConnection, letter_id: int) -> DeadLetter:
        letter = await self.find(connection, letter_id)
        if letter.resolved_at is not None:
            raise DeadLetterResolved(letter_id=letter_id, resolution=letter.resolution or "")
        return letter

    async def _audit(
        self,
        connection: AsyncConnection,
        letter: DeadLetter,
        *,
        action: str,
        operator: str,
        at: datetime,
        reason: str | None = None,
    ) -> None:
        details = {
            "consumer": self._schema,
            "dead_letter": letter.id,
            "event_id": letter.event_id,
            "subject": letter.subject,
            "operator": operator,
            "reason": reason,
        }
        statement = text("""
            INSERT INTO identity.audit (at, account_id, action, details)
            VALUES (:at, NULL, :action, CAST(:details AS jsonb))""")
        values = {"at": at, "action": f"dead_letter.{action}", "details": json.dumps(details)}
        await connection.execute(statement, values)


def _letter(row: Any) -> DeadLetter:
    return DeadLetter(**row._mapping)


def _storable(value: str) -> str:
    """PostgreSQL's text holds every character but NUL; a letter must never fail to be written."""
    return value.replace("\x00", "\ufffd")
