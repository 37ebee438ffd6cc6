"""Bình Phước with a notifier, and a hand that writes the log as intake would."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from itertools import count
from typing import Any
from uuid import uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notifier.delivery.mailer import SmtpMailer, SmtpServer
from services.notifier.delivery.use_cases import Courier
from services.notifier.dispatcher import Dispatcher
from services.notifier.reminders.mails import MailWriter
from services.notifier.reminders.use_cases import Decider
from services.notifier.resets.use_cases import ResetMails
from services.notifier.timers.use_cases import TimerKeeper
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.clock import FixedClock
from shared.db.engine import read_json, transaction
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode, RegimeCode, ReportId
from shared.domain.obligations import ObligationState
from shared.domain.organizations import OrganizationVersion
from shared.domain.reminders import ReminderPolicy
from shared.domain.reports import (
    Act,
    Report,
    approve,
    first_submission,
    return_to_sender,
    submit,
    withdraw,
)
from shared.domain.time import VIETNAM, end_of_day
from shared.events.envelope import RecordedEvent
from shared.events.payloads import (
    ActV1,
    CatalogueChangedV1,
    ObligationStateV1,
    Payload,
    ReportStateV1,
    TrackV1,
)
from shared.events.topics import EventType
from shared.labels.labels import load_labels
from tests.integration.notifier.mail_host import MailHost

REGIME, FORM, PERIOD = RegimeCode("VPCP-KSTT"), FormCode("II.06a/VPCP/KSTT"), PeriodCode("2025-Q2")
CUTOFF, DEADLINE = date(2025, 6, 14), date(2025, 6, 17)
"""The cut-off of quarter II/2025 is a Saturday, the communes' deadline a Tuesday."""

SENDER = "nhacviec@tonghop.example"
BASE_URL = "https://baocao.binhphuoc.example"
EVENT_TYPES = {
    Act.SUBMIT: EventType.REPORT_SUBMITTED,
    Act.RETURN: EventType.REPORT_RETURNED,
    Act.WITHDRAW: EventType.REPORT_WITHDRAWN,
    Act.APPROVE: EventType.REPORT_APPROVED,
}
OBLIGATION_TYPES = {
    ObligationState.PROVISIONAL: EventType.OBLIGATION_OPENED,
    ObligationState.FIXED: EventType.OBLIGATION_FIXED,
    ObligationState.EXCLUDED: EventType.OBLIGATION_EXCLUDED,
}
_positions = count(1)


def at(text_of_instant: str) -> datetime:
    """An instant on the wall clock of Vietnam, as in "2025-06-16 08:00"."""
    return datetime.fromisoformat(text_of_instant).replace(tzinfo=VIETNAM)


@dataclass
class Duty:
    """An obligation, and the report that answers it, as the log holds them."""

    id: int
    organization: OrganizationVersion
    deadline: datetime
    sequence: int = 1
    state: ObligationState = ObligationState.PROVISIONAL
    report: Report | None = None

    @property
    def is_owed(self) -> bool:
        excluded = self.state is ObligationState.EXCLUDED
        return not excluded and not (self.report is not None and self.report.is_in)


@dataclass
class NotifierWorld:
    """`owner` writes the log; everything else acts as the role tonghop_notifier."""

    owner: AsyncEngine
    engine: AsyncEngine
    reader: CatalogueReader
    known: Catalogue
    clock: FixedClock
    host: MailHost
    policy: ReminderPolicy = field(default_factory=ReminderPolicy)
    demo: bool = True
    smtp_timeout_seconds: float = 5.0

    def __post_init__(self) -> None:
        self.keeper = TimerKeeper(catalogue=self.reader, policy=self.policy, clock=self.clock)
        self.courier = self.new_courier()
        self.decider = self.new_decider()

    @property
    def communes(self) -> list[OrganizationVersion]:
        tree = self.known.tree(DEADLINE)
        return [each for each in tree.organizations.values() if each.level == "commune"]

    # --- the notifier ---------------------------------------------------------------------

    def new_decider(self) -> Decider:
        return Decider(
            engine=self.engine,
            clock=self.clock,
            catalogue=self.reader,
            policy=self.policy,
            writer=self._writer(),
            resets=self._resets(),
        )

    def new_courier(self) -> Courier:
        server = SmtpServer(host="127.0.0.1", port=self.host.port, sender=SENDER)
        return Courier(
            engine=self.engine,
            clock=self.clock,
            catalogue=self.reader,
            policy=self.policy,
            writer=self._writer(),
            resets=self._resets(),
            mailer=SmtpMailer(server, timeout_seconds=self.smtp_timeout_seconds),
        )

    def new_dispatcher(self) -> Dispatcher:
        return Dispatcher(
            engine=self.engine,
            clock=self.clock,
            decider=self.new_decider(),
            courier=self.new_courier(),
            poll_seconds=0.01,
        )

    async def hear(self, *events: RecordedEvent) -> None:
        """The notifier applies these events, in one batch."""
        async with transaction(self.engine) as connection:
            await self.keeper.handle(connection, events)

    async def decide(self, instant: str | datetime | None = None) -> None:
        if instant is not None:
            self.move_to(instant)
        while await self.decider.decide_due():
            pass

    async def deliver(self) -> None:
        while await self.courier.deliver_next():
            pass

    async def dispatch(self, instant: str | datetime | None = None) -> None:
        """What the dispatcher does until there is nothing left to do at this instant."""
        await self.decide(instant)
        await self.deliver()

    def move_to(self, instant: str | datetime) -> None:
        self.clock.move_to(at(instant) if isinstance(instant, str) else instant)

    def _resets(self) -> ResetMails:
        return ResetMails(writer=self._writer(), labels=load_labels())

    def _writer(self) -> MailWriter:
        return MailWriter(base_url=BASE_URL, demo=self.demo, labels=load_labels())

    # --- the log, as intake writes it ------------------------------------------------------

    async def open_duty(
        self, organization: OrganizationVersion, *, deadline: date = DEADLINE, period: str = PERIOD
    ) -> tuple[Duty, RecordedEvent]:
        async with transaction(self.owner) as connection:
            number = await connection.scalar(
                text("""
                INSERT INTO log.obligation (organization_id, province_id, regime, form, period,
                    receiver_id, cutoff_date, deadline, state, sequence)
                VALUES (:organization, :province, :regime, :form, :period, :receiver, :cutoff,
                    :deadline, 'provisional', 1) RETURNING id"""),
                {
                    "organization": organization.id,
                    "province": organization.province_id,
                    "regime": REGIME,
                    "form": FORM,
                    "period": period,
                    "receiver": organization.parent_id,
                    "cutoff": CUTOFF,
                    "deadline": end_of_day(deadline),
                },
            )
        duty = Duty(number, organization, end_of_day(deadline))
        return duty, self.duty_event(duty)

    async def change_duty(
        self, duty: Duty, *, deadline: date | None = None, state: ObligationState | None = None
    ) -> RecordedEvent:
        """An extension, an exclusion, the cut-off."""
        duty.deadline = end_of_day(deadline) if deadline else duty.deadline
        duty.state, duty.sequence = state or duty.state, duty.sequence + 1
        async with transaction(self.owner) as connection:
            await connection.execute(
                text(
                    "UPDATE log.obligation SET deadline = :deadline, state = :state,"
                    " sequence = :sequence WHERE id = :id"
                ),
                {
                    "id": duty.id,
                    "deadline": duty.deadline,
                    "state": duty.state,
                    "sequence": duty.sequence,
                },
            )
        return self.duty_event(duty)

    async def act(self, duty: Duty, act: Act, *, when: datetime | None = None) -> RecordedEvent:
        """Submit, return, withdraw or approve the report; `when` is now unless given."""
        when = when or self.clock.now()
        report = _after(duty, act, when=when)
        values = {
            "obligation": duty.id,
            "organization": duty.organization.id,
            "province": duty.organization.province_id,
            "regime": REGIME,
            "form": FORM,
            "period": PERIOD,
            "sequence": report.sequence,
            "state": report.state,
            "last": report.last_version,
            "live": report.live,
            "official": report.official,
            "first": report.first_submitted_at,
        }
        async with transaction(self.owner) as connection:
            number = await connection.scalar(
                text("""
                INSERT INTO log.report (obligation_id, organization_id, province_id, regime, form,
                    period, sequence, state, last_version, live_version, official_version,
                    first_submitted_at)
                VALUES (:obligation, :organization, :province, :regime, :form, :period, :sequence,
                    :state, :last, :live, :official, :first)
                ON CONFLICT (obligation_id) DO UPDATE SET sequence = excluded.sequence,
                    state = excluded.state, last_version = excluded.last_version,
                    live_version = excluded.live_version,
                    official_version = excluded.official_version
                RETURNING id"""),
                values,
            )
        duty.report = replace(report, id=ReportId(number))
        return self._report_event(duty, act, when=when)

    def duty_event(self, duty: Duty) -> RecordedEvent:
        organization = duty.organization
        state = ObligationStateV1(
            obligation_id=duty.id,
            sequence=duty.sequence,
            organization_id=organization.id,
            organization_code=organization.code,
            province_id=organization.province_id,
            receiver_id=organization.parent_id,
            regime=REGIME,
            form=FORM,
            period=PERIOD,
            cutoff_date=CUTOFF,
            deadline=duty.deadline,
            state=duty.state,
            reason=None,
        )
        return self.event(OBLIGATION_TYPES[duty.state], f"obligation/{duty.id}", data=state)

    def catalogue_event(self) -> RecordedEvent:
        number = self.known.number
        changed = CatalogueChangedV1(number=number, summary="Lịch làm việc")
        return self.event(EventType.CATALOGUE_CHANGED, f"catalogue/{number}", data=changed)

    def _report_event(self, duty: Duty, act: Act, *, when: datetime) -> RecordedEvent:
        report = duty.report
        assert report is not None and report.id is not None  # noqa: PT018
        state = ReportStateV1(
            report_id=report.id,
            sequence=report.sequence,
            organization_id=report.organization_id,
            organization_code=duty.organization.code,
            province_id=duty.organization.province_id,
            regime=REGIME,
            form=FORM,
            form_version=1,
            period=PERIOD,
            state=report.state,
            first_submitted_at=report.first_submitted_at,
            live=_track(report.live, when=when),
            official=_track(report.official, when=when),
            act=ActV1(verb=act, actor_id=1, actor_name="Cán bộ", at=when, reason="Lý do"),
        )
        return self.event(EVENT_TYPES[act], f"report/{report.id}", data=state)

    def event(self, kind: EventType, subject: str, *, data: Payload) -> RecordedEvent:
        now = self.clock.now()
        return RecordedEvent(
            event_id=uuid4(),
            type=kind,
            subject=subject,
            province_id=None,
            catalogue_number=self.known.number,
            data=read_json(data.json_text()),
            occurred_at=now,
            position=next(_positions),
            recorded_at=now,
        )

    # --- what became of it ------------------------------------------------------------------

    async def rows(self, statement: str, **values: Any) -> list[dict[str, Any]]:
        async with self.owner.connect() as connection:
            result = await connection.execute(text(statement), values)
            return [dict(row) for row in result.mappings()]

    async def timers(self, duty: Duty) -> dict[str, str]:
        """The state of each stage."""
        rows = await self.rows(
            "SELECT stage, state FROM notifier.timer WHERE kind = 'report' AND about_id = :id",
            id=duty.id,
        )
        return {row["stage"]: row["state"] for row in rows}

    async def due(self, duty: Duty, stage: str) -> datetime:
        [row] = await self.rows(
            "SELECT due_at FROM notifier.timer"
            " WHERE kind = 'report' AND about_id = :id AND stage = :stage",
            id=duty.id,
            stage=stage,
        )
        instant: datetime = row["due_at"]
        return instant.astimezone(VIETNAM)

    async def reminders(self) -> list[dict[str, Any]]:
        return await self.rows("SELECT * FROM notifier.reminder ORDER BY id")

    async def attempts(self) -> list[dict[str, Any]]:
        return await self.rows(
            "SELECT * FROM notifier.delivery_attempt ORDER BY started_at, reminder_id, number"
        )

    def mails_to(self, duty: Duty) -> Sequence[str]:
        """The subjects of what the duty's organization got, demonstration mark left out."""
        return [
            str(mail["Subject"]).removeprefix("[Mô phỏng] ")
            for mail in self.host.to(duty.organization.email)
        ]


def _after(duty: Duty, act: Act, *, when: datetime) -> Report:
    if duty.report is None:
        assert act is Act.SUBMIT
        return first_submission(
            organization_id=OrganizationId(duty.organization.id),
            regime=REGIME,
            form=FORM,
            period=PERIOD,
            at=when,
        )
    if act is Act.SUBMIT:
        return submit(duty.report, at=when, reason="Đính chính")
    if act is Act.APPROVE:
        return approve(duty.report)
    return (withdraw if act is Act.WITHDRAW else return_to_sender)(duty.report, reason="Lý do")


def _track(version: int | None, *, when: datetime) -> TrackV1 | None:
    if version is None:
        return None
    return TrackV1(version=version, submitted_at=when, nothing_to_report=False, figures={})
