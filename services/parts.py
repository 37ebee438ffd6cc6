"""What each service brings to a process: routes, their state, and tasks as long-lived as it.

The one place where adapters are made. Deployed, a process has one part; the embedded default and
the demonstration have all three, which then share one event log.
"""

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from fastapi import APIRouter
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator import app as aggregator_app
from services.aggregator import service as aggregator_service
from services.intake import app as intake_app
from services.intake import service as intake_service
from services.intake.accounts.service import open_accounts
from services.intake.obligations.keeper import ObligationKeeper
from services.notifier import app as notifier_app
from services.notifier import service as notifier_service
from shared.catalogue.catalogue import CatalogueReader
from shared.clock import Clock
from shared.db.engine import create_engine
from shared.messaging.consuming import ConsumingLoop
from shared.messaging.factory import open_event_log
from shared.messaging.offsets import ConsumerSchema
from shared.messaging.ports import EventLog
from shared.messaging.relay import Relay
from shared.runtime import Service
from shared.settings import Settings


class ServiceName(StrEnum):
    INTAKE = "intake"
    AGGREGATOR = "aggregator"
    NOTIFIER = "notifier"


@dataclass(frozen=True, slots=True)
class Part:
    """What one service brings; its `engine` acts as its role in the database."""

    engine: AsyncEngine
    routers: Sequence[APIRouter] = ()
    state: Mapping[str, object] = field(default_factory=dict)
    tasks: Mapping[str, Service] = field(default_factory=dict)
    templates: Path | None = None
    static_folders: Sequence[Path] = ()


@asynccontextmanager
async def open_parts(
    settings: Settings, dsn: str, *, names: Collection[ServiceName], clock: Clock
) -> AsyncIterator[list[Part]]:
    """The parts of one process on the database `dsn`; connections are closed at the end."""
    async with AsyncExitStack() as stack:
        parts: list[Part] = []
        log: EventLog | None = None
        for name in (each for each in ServiceName if each in names):
            engine = create_engine(
                dsn,
                role=f"tonghop_{name}",
                application_name=f"tonghop-{name}",
                pool_size=settings.database_pool_size,
            )
            stack.push_async_callback(engine.dispose)
            if log is None:
                log = await open_event_log(settings, engine)
                stack.push_async_callback(log.close)
            parts.append(_PARTS[name](settings, engine, log, clock))
        yield parts


def _intake(settings: Settings, engine: AsyncEngine, log: EventLog, clock: Clock) -> Part:
    relay = Relay(engine, log, clock=clock)
    intake = intake_service.build(
        engine=engine,
        catalogue=CatalogueReader(engine),
        clock=clock,
        hint=relay.hint,
        attachment_limit_bytes=settings.attachment_limit_bytes,
        font_directory=settings.font_directory,
    )
    accounts = open_accounts(engine, session_hours=settings.session_hours)
    return Part(
        engine=engine,
        routers=intake_app.routers(in_demo=settings.demo),
        state={"intake": intake, "accounts": accounts},
        tasks={"relay": relay.run, "obligations": ObligationKeeper(intake).run},
        templates=intake_app.TEMPLATES,
    )


def _aggregator(settings: Settings, engine: AsyncEngine, log: EventLog, clock: Clock) -> Part:
    aggregator = aggregator_service.build(
        engine=engine,
        catalogue=CatalogueReader(engine),
        clock=clock,
        simulated=settings.demo,
        streams_of_account=settings.streams_of_account,
    )
    consuming = ConsumingLoop(
        engine,
        log,
        aggregator.handler,
        group=aggregator_service.CONSUMER_GROUP,
        schema=ConsumerSchema.AGGREGATOR,
        clock=clock,
    )
    return Part(
        engine=engine,
        routers=aggregator_app.routers(),
        state={"aggregator": aggregator},
        tasks={"aggregator-consumer": consuming.run},
        templates=aggregator_app.TEMPLATES,
        static_folders=[aggregator_app.STATIC],
    )


def _notifier(settings: Settings, engine: AsyncEngine, log: EventLog, clock: Clock) -> Part:
    notifier = notifier_service.build(
        engine=engine,
        catalogue=CatalogueReader(engine),
        clock=clock,
        event_log=log,
        settings=settings,
    )
    return Part(
        engine=engine,
        routers=notifier_app.routers(in_demo=settings.demo),
        state={"notifier": notifier},
        tasks=notifier.tasks,
        templates=notifier_app.TEMPLATES,
        static_folders=[notifier_app.STATIC],
    )


_PARTS = {
    ServiceName.INTAKE: _intake,
    ServiceName.AGGREGATOR: _aggregator,
    ServiceName.NOTIFIER: _notifier,
}
