"""What befalls the report of a commune: sent, sent twice, returned, corrected, withdrawn.

A story is told over HTTP by the commune and its district, and keeps an account by hand of every
act that was acknowledged. What happens on the second day comes after the deadline.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from random import Random
from typing import Any

import httpx

from shared.clock import Clock
from tests.acceptance import bodies
from tests.acceptance.recomputation import Account
from tests.support.province import Caller


@dataclass
class Story:
    """One commune, its reviewer, and what has been acknowledged so far."""

    organization: str
    random: Random
    sender: Caller
    reviewer: Caller
    clock: Clock
    account: Account = field(default_factory=Account)
    report_id: int = 0
    sequence: int = 0
    receipts: list[dict[str, Any]] = field(default_factory=list)

    async def sends(self, body: bytes | None = None, **members: object) -> None:
        sent = body or bodies.report(self.random, organization=self.organization, **members)
        answer = await self.sender.send(sent, key=self._new_key())
        self._acknowledged(answer, sent, at=self.clock.now())

    async def sends_twice_at_once(self) -> None:
        """The same body under the same key, as a client does that heard no answer."""
        sent = bodies.report(self.random, organization=self.organization)
        key, at = self._new_key(), self.clock.now()
        first, second = await asyncio.gather(
            self.sender.send(sent, key=key), self.sender.send(sent, key=key)
        )
        assert first.json() == second.json(), second.text
        third = await self.sender.send(sent, key=key)
        assert third.headers["idempotency-replayed"] == "true"
        assert third.json() == first.json()
        self._acknowledged(first, sent, at=at)

    async def is_returned(self) -> None:
        await self._acts(self.reviewer, "return", reason="Cột 4 chưa khớp với sổ theo dõi.")
        self.account.returned()

    async def is_approved(self) -> None:
        await self._acts(self.reviewer, "approve")
        self.account.approved()

    async def is_withdrawn(self) -> None:
        await self._acts(self.sender, "withdraw", reason="Gửi nhầm bản nháp.")
        self.account.withdrawn()

    async def _acts(self, caller: Caller, verb: str, *, reason: str | None = None) -> None:
        answer = await caller.act(self.report_id, verb, sequence=self.sequence, reason=reason)
        assert answer.status_code == 200, answer.text
        self.sequence = answer.json()["sequence"]

    def _acknowledged(self, answer: httpx.Response, sent: bytes, *, at: datetime) -> None:
        assert answer.status_code == 201, answer.text
        receipt = answer.json()
        self.report_id, self.sequence = receipt["report_id"], receipt["sequence"]
        self.receipts.append(receipt)
        self.account.submitted(sent, at=at)

    def _new_key(self) -> str:
        return f"{self.organization} {len(self.receipts)}"


async def _nothing(_: Story) -> None:
    return


async def _plain(story: Story) -> None:
    await story.sends()


async def _twice(story: Story) -> None:
    await story.sends_twice_at_once()


async def _replaced(story: Story) -> None:
    await story.sends()
    await story.sends()


async def _approved(story: Story) -> None:
    await story.sends()
    await story.is_approved()


async def _nothing_to_report(story: Story) -> None:
    await story.sends(bodies.nothing_to_report(organization=story.organization))


async def _nothing_to_report_approved(story: Story) -> None:
    await _nothing_to_report(story)
    await story.is_approved()


async def _explained(story: Story) -> None:
    await story.sends(bodies.slow_commune(organization=story.organization))


async def _corrected(story: Story) -> None:
    await story.sends(reason="Bổ sung hồ sơ của bộ phận một cửa.")


async def _corrected_and_approved(story: Story) -> None:
    await _corrected(story)
    await story.is_approved()


async def _correction_returned(story: Story) -> None:
    await _corrected(story)
    await story.is_returned()


async def _correction_withdrawn(story: Story) -> None:
    await _corrected(story)
    await story.is_withdrawn()


async def _returned(story: Story) -> None:
    await story.sends()
    await story.is_returned()


async def _returned_and_sent_again(story: Story) -> None:
    await _returned(story)
    await story.sends()
    await story.is_approved()


async def _approved_then_returned(story: Story) -> None:
    await _approved(story)
    await story.is_returned()


async def _withdrawn(story: Story) -> None:
    await story.sends()
    await story.is_withdrawn()


async def _withdrawn_and_sent_again(story: Story) -> None:
    await _withdrawn(story)
    await story.sends_twice_at_once()


Part = Callable[[Story], Awaitable[None]]

PLOTS: Mapping[str, tuple[Part, Part]] = {
    "silent": (_nothing, _nothing),
    "sent": (_plain, _nothing),
    "sent late": (_nothing, _plain),
    "sent twice under one key": (_twice, _nothing),
    "sent twice under one key, late": (_nothing, _twice),
    "replaced before approval": (_replaced, _nothing),
    "replaced after the deadline": (_plain, _plain),
    "approved": (_approved, _nothing),
    "approved late": (_plain, Story.is_approved),
    "nothing to report": (_nothing_to_report, _nothing),
    "nothing to report, approved": (_nothing_to_report_approved, _nothing),
    "nothing to report, then figures": (_nothing_to_report_approved, _corrected_and_approved),
    "explained": (_explained, Story.is_approved),
    "correction waits": (_approved, _corrected),
    "correction approved": (_approved, _corrected_and_approved),
    "correction returned": (_approved, _correction_returned),
    "correction withdrawn": (_approved, _correction_withdrawn),
    "returned": (_returned, _nothing),
    "returned and sent again": (_returned_and_sent_again, _nothing),
    "returned and sent again late": (_returned, _plain),
    "returned after approval": (_approved_then_returned, _nothing),
    "returned after approval and sent again": (_approved_then_returned, _corrected_and_approved),
    "withdrawn": (_withdrawn, _nothing),
    "withdrawn and sent again": (_withdrawn_and_sent_again, _nothing),
    "withdrawn and sent again late": (_withdrawn, _plain),
}
"""What happens before the deadline, and after it."""
