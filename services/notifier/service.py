"""What the features of the notifier share. `build` is the only place where it is put together."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Protocol

from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncEngine

from services.notifier.delivery.mailer import Mailer, SmtpMailer, SmtpServer
from services.notifier.delivery.use_cases import Courier
from services.notifier.dispatcher import Dispatcher
from services.notifier.mailbox.server import DemoMailServer
from services.notifier.reminders.mails import MailWriter
from services.notifier.reminders.use_cases import Decider
from services.notifier.resets.use_cases import ResetMails
from services.notifier.timers.use_cases import TimerKeeper, keep_recent_aggregates
from shared.catalogue.catalogue import CatalogueReader
from shared.clock import Clock
from shared.domain.reminders import ReminderPolicy
from shared.labels.labels import load_labels
from shared.messaging.consuming import ConsumingLoop
from shared.messaging.offsets import ConsumerSchema
from shared.messaging.ports import EventLog
from shared.runtime import Service
from shared.settings import MailSecurity
from shared.web.principals import Principal
from shared.web.scope import Scope, scope_of

GROUP = "tonghop-notifier"


class NotifierSettings(Protocol):
    """The settings that the notifier needs; `shared.settings.Settings` has them."""

    @property
    def demo(self) -> bool: ...
    @property
    def base_url(self) -> str: ...
    @property
    def smtp_host(self) -> str | None: ...
    @property
    def smtp_port(self) -> int: ...
    @property
    def smtp_security(self) -> MailSecurity: ...
    @property
    def smtp_username(self) -> str | None: ...
    @property
    def smtp_password(self) -> SecretStr | None: ...
    @property
    def smtp_sender(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Notifier:
    """`engine` acts as the role tonghop_notifier; `tasks` live as long as the service."""

    engine: AsyncEngine
    catalogue: CatalogueReader
    clock: Clock
    writer: MailWriter
    dispatcher: Dispatcher
    tasks: Mapping[str, Service]


def build(
    *,
    engine: AsyncEngine,
    catalogue: CatalogueReader,
    clock: Clock,
    event_log: EventLog,
    settings: NotifierSettings,
    policy: ReminderPolicy | None = None,
) -> Notifier:
    """The service on its adapters. Nothing is opened here.

    In the demonstration mails go to its own mailbox, whatever server the settings name.
    """
    policy = policy or ReminderPolicy()
    inbox = DemoMailServer(engine, clock) if settings.demo else None
    mailer = inbox.mailer(settings.smtp_sender) if inbox else smtp_mailer(settings)
    labels = load_labels()
    writer = MailWriter(base_url=settings.base_url, demo=settings.demo, labels=labels)
    keeper = TimerKeeper(catalogue=catalogue, policy=policy, clock=clock)
    resets = ResetMails(writer=writer, labels=labels)
    decider = Decider(
        engine=engine,
        clock=clock,
        catalogue=catalogue,
        policy=policy,
        writer=writer,
        resets=resets,
    )
    courier = None
    if mailer is not None:
        courier = Courier(
            engine=engine,
            clock=clock,
            catalogue=catalogue,
            policy=policy,
            writer=writer,
            resets=resets,
            mailer=mailer,
        )
    dispatcher = Dispatcher(
        engine=engine,
        clock=clock,
        decider=decider,
        courier=courier,
        prepare=partial(
            keep_recent_aggregates, engine, catalogue=catalogue, policy=policy, clock=clock
        ),
    )
    tasks = _consuming(engine, event_log, keeper=keeper, clock=clock)
    tasks["notifier-dispatcher"] = dispatcher.run
    if inbox is not None:
        tasks["notifier-mail-server"] = inbox.run
    return Notifier(engine, catalogue, clock, writer=writer, dispatcher=dispatcher, tasks=tasks)


def _consuming(
    engine: AsyncEngine, event_log: EventLog, *, keeper: TimerKeeper, clock: Clock
) -> dict[str, Service]:
    loop = ConsumingLoop(
        engine, event_log, keeper, group=GROUP, schema=ConsumerSchema.NOTIFIER, clock=clock
    )
    return {"notifier-consumer": loop.run}


def smtp_mailer(settings: NotifierSettings) -> Mailer | None:
    """The configured mail server; None if there is none."""
    if settings.smtp_host is None:
        return None
    password = settings.smtp_password
    return SmtpMailer(
        SmtpServer(
            host=settings.smtp_host,
            port=settings.smtp_port,
            sender=settings.smtp_sender,
            username=settings.smtp_username,
            password=password.get_secret_value() if password else None,
            use_tls=settings.smtp_security is MailSecurity.TLS,
            start_tls=settings.smtp_security is MailSecurity.STARTTLS,
        )
    )


async def current_scope(notifier: Notifier, principal: Principal) -> Scope:
    """What the caller may see today, by the catalogue as it is now."""
    known = await notifier.catalogue.current()
    return scope_of(principal, known, on=notifier.clock.today())
