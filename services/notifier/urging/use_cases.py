"""Urging: judged on the log, at most once a day for each report, in the ledger like every mail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.notifier.reminders.mails import address_of
from services.notifier.reminders.repository import Reminder, Urge, save_reminders
from services.notifier.service import Notifier
from services.notifier.timers.repository import OwedReport, owed_reports
from services.notifier.urging import repository
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import transaction
from shared.domain.reminders import ReminderStage
from shared.domain.time import end_of_day, vietnam_date
from shared.web.principals import Principal, Role
from shared.web.problems import NotFound

URGING = (Role.REVIEWER,)


class UrgeResult(StrEnum):
    """What became of the wish to urge for one report."""

    URGED = "urged"
    ARRIVED = "arrived"
    NOT_OWED = "not_owed"
    NOT_CUT_OFF = "not_cut_off"
    URGED_TODAY = "urged_today"
    NO_ADDRESS = "no_address"


@dataclass(frozen=True, slots=True)
class _Judge:
    """What is known when a wish is judged."""

    known: Catalogue
    now: datetime
    urged: frozenset[int]

    def result(self, report: OwedReport) -> UrgeResult:
        if report.is_in:
            return UrgeResult.ARRIVED
        if report.excluded:
            return UrgeResult.NOT_OWED
        if self.now < end_of_day(report.cutoff_date):
            return UrgeResult.NOT_CUT_OFF
        if report.obligation_id in self.urged:
            return UrgeResult.URGED_TODAY
        if self.address(report) is None:
            return UrgeResult.NO_ADDRESS
        return UrgeResult.URGED

    def address(self, report: OwedReport) -> str | None:
        return address_of(report, catalogue=self.known, now=self.now)


async def urge(
    notifier: Notifier, principal: Principal, obligation_ids: Sequence[int]
) -> Mapping[int, UrgeResult]:
    """Write to every unit that still owes one of these reports, and was not urged today.

    Raises:
        NotFound: one of them is not owed to the caller's organization; nobody is written to.
    """
    known, now = await notifier.catalogue.current(), notifier.clock.now()
    wanted = list(dict.fromkeys(obligation_ids))
    async with transaction(notifier.engine) as connection:
        owed = await owed_reports(connection, wanted)
        _require_receiver(owed, wanted, principal=principal)
        await repository.hold(connection, wanted, now=now)
        today = await repository.urged_on(connection, wanted, day=vietnam_date(now))
        judge = _Judge(known, now, today)
        results = {each: judge.result(owed[each]) for each in wanted}
        chosen = [owed[each] for each in wanted if results[each] is UrgeResult.URGED]
        await save_reminders(
            connection,
            [_reminder(notifier, each, judge=judge, principal=principal) for each in chosen],
        )
    notifier.dispatcher.hint()
    return results


def _require_receiver(
    owed: Mapping[int, OwedReport], wanted: Sequence[int], *, principal: Principal
) -> None:
    for each in wanted:
        if each not in owed or owed[each].receiver_id != principal.organization_id:
            raise NotFound


def _reminder(
    notifier: Notifier, report: OwedReport, *, judge: _Judge, principal: Principal
) -> Reminder:
    urge = Urge(by=principal.account_id, by_name=principal.display_name, on=vietnam_date(judge.now))
    return Reminder(
        about=report.about,
        organization_id=report.organization_id,
        stage=ReminderStage.URGE,
        recipient=judge.address(report) or "",
        message_id=notifier.writer.new_message_id(),
        text=notifier.writer.write(
            report,
            stage=ReminderStage.URGE,
            catalogue=judge.known,
            now=judge.now,
            urged_by=urge.by_name,
        ),
        decided_at=judge.now,
        urge=urge,
    )
