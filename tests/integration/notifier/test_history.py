"""Any history of reports, clocks and crashes leaves at most one mail a stage (I6)."""

import asyncio
import random
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from shared.domain.errors import DomainError
from shared.domain.obligations import ObligationState
from shared.domain.reports import Act
from shared.domain.time import VIETNAM
from shared.events.envelope import RecordedEvent
from tests.integration.notifier.mail_host import Treatment
from tests.integration.notifier.world import CUTOFF, DEADLINE, Duty, NotifierWorld

STEPS = 80
UNITS = 4
SEED_OF_A_LIVELY_HISTORY = 10
TREATMENTS = [
    *[Treatment.ACCEPT] * 4,
    Treatment.BUSY,
    Treatment.REFUSE,
    *[Treatment.ACCEPT_AND_DROP] * 3,
    Treatment.LOSE_AND_DROP,
]


class History:
    """A random life of a few duties; the notifier hears of it late, twice and out of order."""

    def __init__(self, world: NotifierWorld, *, seed: int) -> None:
        self._world = world
        self._random = random.Random(seed)  # noqa: S311 (not for secrets)
        self._duties: list[Duty] = []
        self._heard: list[RecordedEvent] = []
        self._unheard: list[RecordedEvent] = []

    async def live(self) -> None:
        self._world.move_to("2025-06-16 07:00")
        for commune in self._world.communes[2 : 2 + UNITS]:
            duty, event = await self._world.open_duty(commune)
            self._duties.append(duty)
            self._unheard.append(event)
        await self._world.hear(self._unheard.pop())
        for _ in range(STEPS):
            await self._step()

    async def _step(self) -> None:
        usual = [self._act, self._hear, self._hear, self._pass, self._send, self._send]
        unusual = [self._crash, self._change_duty, self._repeat]
        steps = unusual if self._random.random() < 0.2 else usual
        await self._random.choice(steps)()

    async def _act(self) -> None:
        duty = self._random.choice(self._duties)
        act = self._random.choice([Act.SUBMIT, Act.RETURN, Act.WITHDRAW, Act.APPROVE])
        if (duty.report is None and act is not Act.SUBMIT) or self._random.random() < 0.5:
            return
        try:
            self._unheard.append(await self._world.act(duty, act))
        except DomainError:
            return

    async def _change_duty(self) -> None:
        duty = self._random.choice(self._duties)
        deadline = DEADLINE + timedelta(days=self._random.randint(-1, 6))
        state = self._random.choice([ObligationState.FIXED] * 4 + [ObligationState.EXCLUDED])
        self._unheard.append(await self._world.change_duty(duty, deadline=deadline, state=state))

    async def _hear(self) -> None:
        """Some of what was not heard, in any order, in one batch."""
        self._random.shuffle(self._unheard)
        number = self._random.randint(0, len(self._unheard))
        batch, self._unheard = self._unheard[:number], self._unheard[number:]
        if batch:
            await self._world.hear(*batch)
            self._heard += batch

    async def _repeat(self) -> None:
        if self._heard:
            await self._world.hear(*self._random.choices(self._heard, k=5))

    async def _pass(self) -> None:
        """A minute, or until some hour of the next day: mostly, but not only, in working time."""
        now = self._world.clock.now().astimezone(VIETNAM)
        hour = self._random.choice([7, 8, 9, 14, 16, 18])
        tomorrow = (now + timedelta(days=1)).replace(hour=hour, minute=0)
        a_minute_later = now + timedelta(minutes=1)
        self._world.move_to(self._random.choice([*[a_minute_later] * 3, tomorrow]))

    async def _send(self) -> None:
        self._world.host.treat(self._random.choice(TREATMENTS))
        await self._world.decide()
        if self._random.random() < 0.5:
            await self._act()
        for _ in range(self._random.randint(0, UNITS)):
            with self._watched():
                await self._world.courier.deliver_next()

    async def _crash(self) -> None:
        """The process dies in the middle of a hand-over, if there is one; another starts."""
        self._world.host.holding.clear()
        self._world.host.treat(Treatment.HOLD)
        with self._watched():
            delivery = asyncio.create_task(self._world.courier.deliver_next())
            held = asyncio.create_task(self._world.host.holding.wait())
            await asyncio.wait({delivery, held}, return_when=asyncio.FIRST_COMPLETED)
            for task in (delivery, held):
                task.cancel()
            await asyncio.gather(delivery, held, return_exceptions=True)
        self._world.courier = self._world.new_courier()
        await self._world.courier.mark_interrupted()

    @contextmanager
    def _watched(self) -> Iterator[None]:
        """What goes out meanwhile goes out in working time, to those who owe something."""
        before = len(self._world.host.received)
        owed = {duty.organization.email for duty in self._duties if duty.is_owed}
        yield
        owed |= self._signing()
        local = self._world.clock.now().astimezone(VIETNAM)
        for mail in self._world.host.received[before:]:
            assert mail["To"] in owed
            assert local.weekday() < 5
            assert 8 <= local.hour < 17

    def _signing(self) -> set[str | None]:
        """Who adds up what was cut off, which nobody ever signs off here."""
        tree = self._world.known.tree(CUTOFF)
        fixed = [duty for duty in self._duties if duty.state is ObligationState.FIXED]
        return {
            tree.get(above).email
            for duty in fixed
            for above in tree.ancestors(duty.organization.id)
        }


@pytest.mark.parametrize("seed", range(40))
async def test_at_most_one_mail_for_each_obligation_stage_and_recipient(
    world: NotifierWorld, seed: int
) -> None:
    await History(world, seed=seed).live()

    stage_of = {row["message_id"]: (row["about_id"], row["stage"], row["recipient"])
                for row in await world.reminders()}  # fmt: skip
    assert len(set(stage_of.values())) == len(stage_of)
    copies: defaultdict[str, int] = defaultdict(int)
    for mail in world.host.received:
        copies[str(mail["Message-ID"])] += 1
    assert copies.keys() <= stage_of.keys()
    unknown = await _unknown_outcomes(world)
    for message_id, number in copies.items():
        assert number <= 1 + min(unknown[message_id], 1)


async def test_histories_do_send_mails(world: NotifierWorld) -> None:
    """So that the law above is not kept by silence: both stages, and repetitions, do occur."""
    history = History(world, seed=SEED_OF_A_LIVELY_HISTORY)

    await history.live()

    assert {row["stage"] for row in await world.reminders()} == {"due_soon", "overdue"}
    message_ids = [mail["Message-ID"] for mail in world.host.received]
    assert len(message_ids) > len(set(message_ids)) >= UNITS


async def _unknown_outcomes(world: NotifierWorld) -> defaultdict[str, int]:
    rows = await world.rows(
        "SELECT message_id, count(*) AS n FROM notifier.delivery_attempt"
        " JOIN notifier.reminder ON reminder.id = reminder_id WHERE outcome = 'unknown'"
        " GROUP BY message_id"
    )
    found: defaultdict[str, int] = defaultdict(int)
    found.update({row["message_id"]: row["n"] for row in rows})
    return found
