"""The report that is sent: five rows by the eight typed columns of II.06a, 40 cells."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle

from services.bench.load import post
from services.bench.world import FORM, PERIOD, Caller

ROWS = ("LV01", "LV02", "LV03", "LV04", "LV05")
CELLS = 40
PATH = "/api/v1/submissions"

Figures = dict[str, dict[str, int]]


def figures_of(number: int) -> Figures:
    """Consistent figures: received (4 + 5 + 6) is resolved (8 + 9 + 10) and in progress (12 + 13).

    Different numbers give different totals, so that a lost or doubled report shows.
    """
    return {row: _row(30 + (number * 7 + place) % 997) for place, row in enumerate(ROWS)}


def _row(online: int) -> dict[str, int]:
    resolved_early = online + 12 - 22
    return {
        "4": online,
        "5": 10,
        "6": 2,
        "8": resolved_early,
        "9": 15,
        "10": 1,
        "12": 5,
        "13": 1,
    }


def body_of(sender: Caller, number: int) -> bytes:
    """The JSON of a report with the figures of `number`."""
    document = {
        "organization": sender.code,
        "form": FORM,
        "period": PERIOD,
        "figures": figures_of(number),
    }
    return json.dumps(document).encode()


def request_of(sender: Caller, number: int) -> bytes:
    """The whole request; `number` is its Idempotency-Key too."""
    headers = {"Authorization": f"Bearer {sender.token}", "Idempotency-Key": f"bench-{number}"}
    return post(PATH, body=body_of(sender, number), headers=headers)


@dataclass
class Sending:
    """Who sends what next: the senders in turn, each report with a number of its own.

    A sender keeps its lane, so that two versions of its report are never in flight together.
    """

    senders: Sequence[Caller]
    connections: int
    last: dict[str, int] = field(default_factory=dict)
    sent: int = 0
    _turns: Iterator[tuple[int, Caller]] = field(init=False)

    def __post_init__(self) -> None:
        self._turns = cycle(enumerate(self.senders))

    def lanes(self, reports: int) -> list[list[bytes]]:
        """The next `reports` requests, spread over the connections."""
        lanes: list[list[bytes]] = [[] for _ in range(self.connections)]
        for _ in range(reports):
            lane, request = self.next()
            lanes[lane].append(request)
        return lanes

    def next(self) -> tuple[int, bytes]:
        """The next request and its lane."""
        place, sender = next(self._turns)
        self.sent += 1
        self.last[sender.code] = self.sent
        return place % self.connections, request_of(sender, self.sent)

    def expected_total(self, row: str, column: str) -> int:
        """What the provincial cell must be once every sender's last report is in it."""
        return sum(figures_of(number)[row][column] for number in self.last.values())
