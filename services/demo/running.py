"""Runs the demonstration: database, broker if asked, the world, and the three services."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from socket import socket

from sqlalchemy.ext.asyncio import AsyncEngine

from services.all_in_one import serve
from services.demo import pages
from services.demo.accounts import create_people, narrator_id
from services.demo.carrying import carry_over
from services.demo.clock import keep_saving, read_clock, save_clock
from services.demo.folder import DemoFolder
from services.demo.people import seeder
from services.demo.progress import Progress
from services.demo.seeding import load_world
from services.demo.worlds import World
from services.parts import Part, ServiceName
from shared.catalogue.catalogue import CatalogueReader
from shared.clock import DemoClock, FixedClock
from shared.db.embedded import embedded_postgres
from shared.db.engine import create_engine
from shared.db.migrations import upgrade_async
from shared.events.envelope import RecordedEvent
from shared.messaging.factory import open_event_log
from shared.messaging.local_kafka import local_kafka
from shared.messaging.table import last_position
from shared.runtime import PortTaken, Service, listen
from shared.settings import EventLogKind, MailSecurity, Settings

ANY_FREE_PORT = 0
LOOK_AGAIN_SECONDS = 1.0

ShowEvent = Callable[[RecordedEvent], None]


def take_port(wanted: int) -> socket:
    """A listening socket on loopback: on the port that is wanted, or on a free one."""
    try:
        return listen("127.0.0.1", wanted)
    except PortTaken:
        return listen("127.0.0.1", ANY_FREE_PORT)


@asynccontextmanager
async def open_world(folder: DemoFolder, world: World, *, progress: Progress) -> AsyncIterator[str]:
    """The database of the demonstration, made on the first run: its dsn.

    Raises:
        OtherWorld: the folder holds another one.
    """
    folder.require_world(world.name)
    folder.forget_unfinished()
    async with embedded_postgres(folder.postgres) as server:
        await upgrade_async(server.dsn)
        engine = create_engine(server.dsn)
        try:
            await _make_world(engine, folder, world, progress=progress)
            yield server.dsn
        finally:
            await engine.dispose()


async def _make_world(
    engine: AsyncEngine, folder: DemoFolder, world: World, *, progress: Progress
) -> None:
    """The clock is saved last: a world that has one is finished."""
    if await read_clock(engine) is not None:
        return
    with folder.making():
        await _fill(engine, folder, world, progress=progress)


async def _fill(
    engine: AsyncEngine, folder: DemoFolder, world: World, *, progress: Progress
) -> None:
    progress(0, 1, doing="Loading the catalogue")
    await load_world(engine, packs=world.packs, at=world.begins)
    known = await CatalogueReader(engine).current()
    narrator = seeder(world.province)
    folder.keep(
        await create_people(
            engine, known, people=world.people, narrator=narrator, on=world.starts.date()
        )
    )
    await world.seed(engine, actor_id=await narrator_id(engine, narrator), progress=progress)
    await save_clock(engine, FixedClock(world.starts))


async def run(
    dsn: str,
    *,
    world: World,
    folder: DemoFolder,
    on: socket,
    log: EventLogKind,
    show: ShowEvent,
) -> int:
    """Serve until stopped; the exit status of the process."""
    async with _bootstrap_servers(folder, log) as bootstrap_servers:
        settings = _settings(on, world=world, log=log, bootstrap_servers=bootstrap_servers)
        engine = create_engine(dsn, application_name="tonghop-demo", pool_size=2)
        clock = await read_clock(engine) or DemoClock(world.starts)
        try:
            await _carry_over(engine, settings)
            part = await _part(engine, clock, settings=settings, show=show)
            return await serve(
                settings, dsn, names=tuple(ServiceName), clock=clock, extra=part, on=on
            )
        finally:
            await save_clock(engine, clock)
            await engine.dispose()


async def _carry_over(engine: AsyncEngine, settings: Settings) -> None:
    """A prepared history is not applied once more because a broker tells it, too."""
    if settings.event_log is EventLogKind.KAFKA:
        log = await open_event_log(settings, engine)
        try:
            await carry_over(engine, log, partitions=settings.kafka_partitions)
        finally:
            await log.close()


@asynccontextmanager
async def _bootstrap_servers(folder: DemoFolder, log: EventLogKind) -> AsyncIterator[str | None]:
    if log is EventLogKind.POSTGRES:
        yield None
        return
    async with local_kafka(folder.kafka) as broker:
        yield broker.bootstrap_servers


def _settings(
    on: socket, *, world: World, log: EventLogKind, bootstrap_servers: str | None
) -> Settings:
    return Settings(
        demo=True,
        base_url=f"http://127.0.0.1:{on.getsockname()[1]}",
        event_log=log,
        kafka_bootstrap_servers=bootstrap_servers,
        kafka_partitions=4,
        smtp_security=MailSecurity.NONE,
        smtp_sender=world.sender,
    )


async def _part(
    engine: AsyncEngine, clock: DemoClock, *, settings: Settings, show: ShowEvent
) -> Part:
    demonstration = pages.Demonstration(engine, clock, CatalogueReader(engine))
    tasks: dict[str, Service] = {
        "demo-clock": lambda stop: keep_saving(engine, clock, stop=stop),
    }
    if settings.event_log is EventLogKind.KAFKA:
        tasks["demo-event"] = partial(_show_one, settings, engine, show)
    return Part(
        engine=engine,
        routers=[pages.router],
        state={"demonstration": demonstration},
        tasks=tasks,
    )


async def _show_one(
    settings: Settings, engine: AsyncEngine, show: ShowEvent, stop: asyncio.Event
) -> None:
    """Show the last event of all once the topic holds it; then wait like every other task."""
    log = await open_event_log(settings, engine)
    try:
        while not stop.is_set():
            newest = await log.tail(1)
            if newest and newest[-1].position >= await last_position(engine):
                show(newest[-1])
                break
            await asyncio.sleep(LOOK_AGAIN_SECONDS)
    finally:
        await log.close()
    await stop.wait()
