"""Parked events that somebody asked to try again, tried by the consumer that parked them."""

import time

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.clock import Clock
from shared.db.engine import transaction
from shared.events.envelope import from_json
from shared.messaging.dead_letters import RETRIED, DeadLetter, DeadLetters
from shared.messaging.errors import PoisonEvent
from shared.messaging.ports import EventHandler

LOOK_SECONDS = 2.0


class RetriesOfLetters:
    """Each letter in its own transaction: the event's effect, and the letter resolved."""

    def __init__(
        self, engine: AsyncEngine, handler: EventHandler, *, letters: DeadLetters, clock: Clock
    ) -> None:
        self._engine = engine
        self._handler = handler
        self._letters = letters
        self._clock = clock
        self._looked_at = -LOOK_SECONDS

    async def run(self) -> None:
        """Looks once in a while, and tries all that are asked for."""
        if time.monotonic() - self._looked_at < LOOK_SECONDS:
            return
        self._looked_at = time.monotonic()
        while await self._retry_one():
            pass

    async def _retry_one(self) -> bool:
        letter: DeadLetter | None = None
        try:
            async with transaction(self._engine) as connection:
                letter = await self._letters.next_to_retry(connection)
                if letter is None:
                    return False
                await self._handler.handle(connection, [from_json(letter.data)])
                await self._letters.resolve(
                    connection, letter.id, resolution=RETRIED, at=self._clock.now()
                )
        except PoisonEvent as poison:
            if letter is None:
                raise
            async with transaction(self._engine) as connection:
                await self._letters.refuse_retry(connection, letter.id, poison=poison)
        return True
