"""Communes that send and districts that approve, whatever happens to the services meanwhile."""

import asyncio
import time
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import httpx

from shared.domain.organizations import OrganizationVersion
from tests.acceptance import bodies
from tests.acceptance.recomputation import Account
from tests.support.province import Caller, Province
from tests.support.waiting import until

STARTS_AT = datetime(2025, 6, 18, 0, 59, 58, tzinfo=UTC)
"""Wednesday, two seconds before those who are late get their reminders at 08:00."""

SENDERS = 8


@dataclass
class Stream:
    """Communes that send and districts that approve, whatever happens to the services."""

    province: Province
    client: httpx.AsyncClient
    began: float
    random: Random
    accounts: dict[str, Account] = field(default_factory=dict)
    in_since: dict[str, datetime] = field(default_factory=dict)
    receipts: list[Mapping[str, Any]] = field(default_factory=list)
    acknowledged: asyncio.Condition = field(default_factory=asyncio.Condition)
    has_ended: bool = False

    async def run(self, communes: Sequence[OrganizationVersion], *, versions: int) -> None:
        """SENDERS at a time, each commune's own reports in their order."""
        waiting = iter(communes)

        async def work() -> None:
            for commune in waiting:
                await self._tell(commune, versions=versions)

        try:
            await asyncio.gather(*(work() for _ in range(SENDERS)))
        finally:
            await self._note()

    async def further(self, count: int) -> None:
        """Returns when so many more reports are acknowledged, or the stream ends."""
        until_then = len(self.receipts) + count
        async with self.acknowledged:
            await self.acknowledged.wait_for(
                lambda: self.has_ended or len(self.receipts) >= until_then
            )

    async def _tell(self, commune: OrganizationVersion, *, versions: int) -> None:
        account = self.accounts[commune.code] = Account()
        sender = Caller(self.client, self.province.tokens[commune.code])
        district = self.province.district_of(commune)
        reviewer = Caller(self.client, self.province.tokens[district.code])
        for number in range(versions):
            sent = bodies.report(self.random, organization=commune.code, reason="Đính chính")
            receipt = await self._sends(sender, sent, key=f"{commune.code} {number}")
            self.in_since.setdefault(commune.code, self._now())
            account.submitted(sent, at=datetime.fromisoformat(receipt["submitted_at"]))
            if self.random.random() < 0.5:
                await self._approves(reviewer, receipt["report_id"])
                account.approved()

    async def _sends(self, sender: Caller, sent: bytes, *, key: str) -> Mapping[str, Any]:
        """Again and again under the same key until there is a receipt."""

        async def attempt() -> Mapping[str, Any] | None:
            answer = await _unless_gone(sender.send(sent, key=key))
            if answer is None:
                return None
            assert answer.status_code in {201, 409, 503}, answer.text
            receipt: Mapping[str, Any] = answer.json()
            return receipt if answer.status_code == 201 else None

        receipt = await until(attempt)
        await self._note(receipt)
        return receipt

    async def _approves(self, reviewer: Caller, report_id: int) -> None:
        """Looks how the report stands, and approves it if that has not been done yet."""

        async def attempt() -> bool:
            seen = await _unless_gone(reviewer.call("GET", f"/api/v1/reports/{report_id}"))
            if seen is None or seen.status_code == 503:
                return False
            report = seen.json()
            if report["state"] == "approved":
                return True
            await _unless_gone(reviewer.act(report_id, "approve", sequence=report["sequence"]))
            return False

        await until(attempt)

    def _now(self) -> datetime:
        """What the services' clock shows."""
        return STARTS_AT + timedelta(seconds=time.monotonic() - self.began)

    async def _note(self, *receipts: Mapping[str, Any]) -> None:
        """Receipts that came in; none for the end of the stream."""
        async with self.acknowledged:
            self.receipts.extend(receipts)
            self.has_ended = not receipts
            self.acknowledged.notify_all()


async def _unless_gone(asking: Awaitable[httpx.Response]) -> httpx.Response | None:
    """The answer; None if the other side died before it was complete."""
    try:
        return await asking
    except httpx.TransportError:
        return None
