"""Who did what with each report, and when: made up, the same on every machine.

Most are sent on the last days before the deadline and approved a day or two later; some are late,
sent back, taken back, corrected after approval, or never sent. What would lie after the start of
the demonstration is left for its visitors.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from random import Random

from shared.domain.calendars import WorkingCalendar
from shared.domain.obligations import Obligation
from shared.domain.reports import Act
from shared.domain.time import VIETNAM, end_of_day, instant_at, vietnam_date

STORY_BEGINS = datetime(2024, 1, 1, tzinfo=VIETNAM)
YEAR_START = datetime(2025, 9, 18, 8, 30, tzinfo=VIETNAM)
HANDED_OVER = end_of_day(date(2025, 6, 30))
"""The last instant of the old units: their reports are all in, and in order, by then."""

MORNING, EVENING = time(7, 30), time(17, 30)
ALMOST = timedelta(minutes=2)

MISSING, LATE, RETURNED, WITHDRAWN, CORRECTED = 0.008, 0.06, 0.045, 0.008, 0.02
LATE_IN_LAST_PERIOD = 0.13

RETURN_REASONS = (
    "Số liệu trực tuyến thấp bất thường so với kỳ trước, đề nghị rà soát lại.",
    "Đề nghị đối chiếu lại với số liệu trên hệ thống một cửa trước khi gửi.",
    "Số liệu chi tiết chưa khớp với báo cáo nhanh của đơn vị, đề nghị kiểm tra.",
)
WITHDRAWAL_REASON = "Đơn vị gửi nhầm bản chưa được kiểm tra, xin rút để gửi lại."
CORRECTION_REASON = "Rà soát sau khi duyệt thấy nhập nhầm giữa hai chỉ tiêu thành phần."


@dataclass(frozen=True, slots=True)
class Step:
    """Something done with a report. `slip`: what was sent has a mistake that is mended later."""

    verb: Act
    at: datetime
    slip: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Timeline:
    """Makes up the life of reports until `now`, for units that nobody plays."""

    calendar: WorkingCalendar
    now: datetime
    played: frozenset[str]

    def of(self, obligation: Obligation, *, code: str, name: str) -> tuple[Step, ...]:
        """The steps in order of time; none if nothing was sent.

        Codes are reused, so that `code` and `name` together seed what is made up.
        """
        is_last = obligation.deadline > self.now - timedelta(days=2)
        if is_last and code in self.played:
            return ()
        random = Random(f"{code} {name} {obligation.form} {obligation.period}")  # noqa: S311 (made up)
        hand_over = obligation.deadline < HANDED_OVER < obligation.deadline + timedelta(days=30)
        chance = random.random()
        if chance < MISSING and not hand_over:
            return ()
        late = chance < (LATE_IN_LAST_PERIOD if is_last else LATE)
        steps = _Told(random, self.calendar, obligation).steps(late=late and not hand_over)
        return tuple(step for step in steps if step.at < self.now - ALMOST)


@dataclass(frozen=True, slots=True)
class _Told:
    random: Random
    calendar: WorkingCalendar
    obligation: Obligation

    def steps(self, *, late: bool) -> Iterator[Step]:
        sent = self._late() if late else self._in_time()
        chance = self.random.random()
        if chance < RETURNED:
            yield Step(Act.SUBMIT, sent, slip=True)
            back = self._next(sent)
            yield Step(Act.RETURN, back, reason=self.random.choice(RETURN_REASONS))
            sent = self._next(back)
            yield Step(Act.SUBMIT, sent)
        elif chance < RETURNED + WITHDRAWN:
            yield Step(Act.SUBMIT, sent, slip=True)
            back = sent + timedelta(minutes=self.random.randrange(6, 40))
            yield Step(Act.WITHDRAW, back, reason=WITHDRAWAL_REASON)
            sent = back + timedelta(minutes=self.random.randrange(10, 60))
            yield Step(Act.SUBMIT, sent)
        else:
            corrected = chance > 1 - CORRECTED
            yield Step(Act.SUBMIT, sent, slip=corrected)
            if corrected:
                approved = self._next(sent)
                yield Step(Act.APPROVE, approved)
                sent = self._next(approved, days=self.random.randrange(1, 9))
                yield Step(Act.SUBMIT, sent, reason=CORRECTION_REASON)
        yield Step(Act.APPROVE, self._next(sent, days=1 + self.random.randrange(2)))

    def _in_time(self) -> datetime:
        """On a working day after the cut-off, more likely on the last ones."""
        day = vietnam_date(end_of_day(self.obligation.cutoff_date))
        last = vietnam_date(self.obligation.deadline - timedelta(seconds=1))
        days = [day := self.calendar.next_working_day(day)]
        while (following := self.calendar.add_working_days(day, 1)) <= last:
            day = following
            days.append(day)
        place = max(self.random.random(), self.random.random())
        return self._at_work(days[int(place * len(days))])

    def _late(self) -> datetime:
        last = vietnam_date(self.obligation.deadline - timedelta(seconds=1))
        return self._at_work(self.calendar.add_working_days(last, self.random.randrange(1, 6)))

    def _next(self, at: datetime, *, days: int = 1) -> datetime:
        return self._at_work(self.calendar.add_working_days(vietnam_date(at), days))

    def _at_work(self, day: date) -> datetime:
        """To the second, which is how people read it."""
        begins, ends = instant_at(day, MORNING), instant_at(day, EVENING)
        return begins + timedelta(
            seconds=self.random.randrange(int((ends - begins).total_seconds()))
        )
