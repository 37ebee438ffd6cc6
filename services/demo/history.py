"""Who sent what, and when, before the demonstration begins: made up, the same on every machine.

Quarter I/2025 is all in and approved, a few of it late. Of quarter II, whose window ended on
Saturday 14/06, 88 of 111 communes have sent by Monday morning; one was returned to its sender.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from services.demo.figures import Cells, quarter
from shared.domain.forms import FormTemplate
from shared.domain.organizations import OrganizationVersion
from shared.domain.time import VIETNAM

FIRST_QUARTER = "2025-Q1"
SECOND_QUARTER = "2025-Q2"
FIRST_QUARTER_OPENS = datetime(2025, 3, 15, 8, 0, tzinfo=VIETNAM)
SECOND_QUARTER_OPENS = datetime(2025, 6, 15, 7, 30, tzinfo=VIETNAM)
SUNDAY_ENDS = datetime(2025, 6, 15, 21, 0, tzinfo=VIETNAM)
MONDAY_BEGINS = datetime(2025, 6, 16, 6, 30, tzinfo=VIETNAM)
DEMO_START = datetime(2025, 6, 16, 8, 0, tzinfo=VIETNAM)
SENT_ON_SUNDAY = 0.6

SENT_BEFORE_START = 88
NOT_YET_SENT = ("25381",)
"""Codes of communes that a visitor plays: they have not sent yet."""

FIRST_QUARTER_HOURS = 66
REVIEW_AFTER = timedelta(hours=20)
APPROVED_SHARE = 0.4
RETURN_REASON = "Số hồ sơ trực tuyến của lĩnh vực Chứng thực thấp bất thường, đề nghị rà soát."


@dataclass(frozen=True, slots=True)
class Sent:
    """One report as sent, and what its receiver did with it until the demonstration begins."""

    at: datetime
    organization: OrganizationVersion
    period: str
    cells: Cells
    approved_at: datetime | None = None
    returned_at: datetime | None = None


def history(communes: Sequence[OrganizationVersion], *, form: FormTemplate) -> list[Sent]:
    """All reports before the start, in the order of sending."""
    rows = tuple(row.code for row in form.input_rows)
    sent = [each for commune in communes for each in _of_commune(commune, rows=rows)]
    second = [each for each in sent if each.period == SECOND_QUARTER]
    first = [each for each in sent if each.period == FIRST_QUARTER]
    chosen = _chosen(second)
    return sorted([*first, *chosen], key=lambda each: each.at)


def _of_commune(commune: OrganizationVersion, *, rows: tuple[str, ...]) -> Iterator[Sent]:
    random = Random(f"when {commune.code}")  # noqa: S311 (made-up times, not secrets)
    first = quarter(commune.code, period=FIRST_QUARTER, rows=rows)
    at = FIRST_QUARTER_OPENS + timedelta(hours=FIRST_QUARTER_HOURS * random.random())
    yield Sent(at, commune, FIRST_QUARTER, first.cells, approved_at=at + REVIEW_AFTER)
    second = quarter(commune.code, period=SECOND_QUARTER, rows=rows, carried_over=first.in_progress)
    at = _sent_in_second_quarter(random)
    yield Sent(at, commune, SECOND_QUARTER, second.cells)


def _sent_in_second_quarter(random: Random) -> datetime:
    """Some work on the Sunday, the others before the office opens on Monday; nobody at night."""
    if random.random() < SENT_ON_SUNDAY:
        return SECOND_QUARTER_OPENS + (SUNDAY_ENDS - SECOND_QUARTER_OPENS) * random.random()
    return MONDAY_BEGINS + (DEMO_START - timedelta(minutes=5) - MONDAY_BEGINS) * random.random()


def _chosen(second: Sequence[Sent]) -> Iterator[Sent]:
    """The reports of quarter II that are in; the first is returned, a share of them approved."""
    random = Random("who has sent")  # noqa: S311 (a made-up choice, not a secret)
    may_send = [each for each in second if each.organization.code not in NOT_YET_SENT]
    in_order = sorted(random.sample(may_send, SENT_BEFORE_START + 1), key=lambda each: each.at)
    returned, *rest = in_order
    soon = DEMO_START - timedelta(minutes=1)
    yield replace(returned, returned_at=soon)
    for number, each in enumerate(rest):
        approved = number < APPROVED_SHARE * SENT_BEFORE_START
        yield replace(each, approved_at=soon) if approved else each
