"""Runs services in one process: one event loop, one web application, one address.

Deployed, `tonghop serve intake` runs one of them; `serve all` and the demonstration run the three.
Never mounted applications: those would get neither the start-up nor the error pages of the root.
"""

import asyncio
from collections.abc import Collection, Sequence
from contextlib import AsyncExitStack
from socket import socket

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.parts import Part, ServiceName, open_parts
from shared.clock import Clock
from shared.clock_watch import ClockWatch
from shared.runtime import Service, listen, run_services, web_server
from shared.settings import Settings
from shared.web.application import create_web_app
from shared.web.authentication import authenticator


async def serve(
    settings: Settings,
    dsn: str,
    *,
    names: Collection[ServiceName],
    clock: Clock,
    extra: Part | None = None,
    on: socket | None = None,
    stop: asyncio.Event | None = None,
) -> int:
    """Run until told to stop; the exit status of the process.

    `extra` adds routes and tasks of its own (the demonstration's); `on` is a socket that listens
    already.

    Raises:
        PortTaken: another program listens on the configured port.
    """
    listening = on or listen(settings.http_host, settings.http_port)
    async with AsyncExitStack() as stack:
        parts = await stack.enter_async_context(open_parts(settings, dsn, names=names, clock=clock))
        if extra is not None:
            parts = [*parts, extra]
        app = application(settings, parts, clock=clock)
        tasks: dict[str, Service] = {"web": web_server(app, on=listening)}
        tasks["clock-watch"] = ClockWatch().run
        for part in parts:
            tasks.update(part.tasks)
        return await run_services(tasks, stop=stop, drain_timeout_seconds=settings.shutdown_seconds)


def application(settings: Settings, parts: Sequence[Part], *, clock: Clock) -> FastAPI:
    """The one web application of all parts; the first one's database is asked for readiness."""
    state: dict[str, object] = {}
    for part in parts:
        state.update(part.state)
    engine = parts[0].engine
    return create_web_app(
        title="tonghop",
        settings=settings,
        authenticate=authenticator(engine),
        routers=[router for part in parts for router in part.routers],
        state=state,
        template_folders=[part.templates for part in parts if part.templates],
        static_folders=[folder for part in parts for folder in part.static_folders],
        clock=clock,
        readiness={"database": lambda: _ask(engine)},
    )


async def _ask(engine: AsyncEngine) -> None:
    async with engine.connect() as connection:
        await connection.execute(text("SELECT 1"))
