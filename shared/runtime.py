"""How the services of a process live and die together.

A service is a coroutine function that is given one event, `stop`, and returns soon after it is set.
Stopping is: `stop` is set → the services drain, for a time → what still runs is cancelled.
"""

import asyncio
import errno
import gc
import signal
import socket
from collections.abc import Awaitable, Callable, Coroutine, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from importlib import import_module
from typing import Any, TypeVar

import structlog
import uvicorn

from shared.joined_writes import JoinedWrites

log = structlog.get_logger(__name__)

DRAIN_TIMEOUT_SECONDS = 20.0
ABORT_TIMEOUT_SECONDS = 5.0
LISTEN_BACKLOG = 2048
KEEP_ALIVE_SECONDS = 15
OBJECTS_BETWEEN_COLLECTIONS = 20_000
_SIGNALS = (signal.SIGINT, signal.SIGTERM)

Result = TypeVar("Result")

Service = Callable[[asyncio.Event], Awaitable[None]]
"""Runs until the event is set, then finishes what it has begun and returns."""


class PortTaken(Exception):
    """Another program listens there, or we may not."""

    code = "port_taken"

    def __init__(self, *, host: str, port: int, reason: str) -> None:
        self.host, self.port = host, port
        super().__init__(
            f"Cannot listen on {host}:{port}: {reason}. "
            "Stop what uses it, or choose another with TONGHOP_HTTP_PORT."
        )


class ApplicationDidNotStart(Exception):
    """The web application's own start failed; the lines before this one say why."""

    code = "application_did_not_start"


def run(work: Coroutine[Any, Any, Result]) -> Result:
    """`asyncio.run` on the loop that servers use: uvloop, where the system has one.

    uvicorn's own choice does not reach here, for its servers run in our loop.
    """
    with asyncio.Runner(loop_factory=_loop_factory()) as runner:
        return runner.run(work)


def _loop_factory() -> Callable[[], asyncio.AbstractEventLoop]:
    try:
        uvloop = import_module("uvloop")
    except ImportError:
        return asyncio.new_event_loop
    factory: Callable[[], asyncio.AbstractEventLoop] = uvloop.new_event_loop
    return factory


async def run_services(
    services: Mapping[str, Service],
    *,
    stop: asyncio.Event | None = None,
    drain_timeout_seconds: float = DRAIN_TIMEOUT_SECONDS,
) -> int:
    """Runs until SIGINT, SIGTERM or `stop`: 0. Or until a service fails or ends of itself: 1.

    A second signal ends the draining at once.
    """
    supervisor = Supervisor(stop or asyncio.Event(), drain_timeout_seconds=drain_timeout_seconds)
    with supervisor.owning_signals():
        for name, service in services.items():
            supervisor.start(name, service)
        return await supervisor.wait()


class Supervisor:
    """Watches tasks that should outlive each other: when one fails, all are stopped."""

    def __init__(
        self, stop: asyncio.Event, *, drain_timeout_seconds: float = DRAIN_TIMEOUT_SECONDS
    ) -> None:
        self.stop = stop
        self._drain_timeout_seconds = drain_timeout_seconds
        self._abort = asyncio.Event()
        self._tasks: set[asyncio.Task[None]] = set()
        self._failed = False

    def start(self, name: str, service: Service) -> None:
        """Starts the service now. It counts as failed if it raises, or returns unasked."""
        task = asyncio.ensure_future(self._watched(name, service))
        self._tasks.add(task)

    async def wait(self) -> int:
        """Waits for the stop, then for the services; gives the process's exit status."""
        try:
            await self.stop.wait()
            log.info("stopping", services=len(self._tasks))
            await self._drain()
        finally:
            await self._abort_rest()
        return 1 if self._failed else 0

    @contextmanager
    def owning_signals(self) -> Iterator[None]:
        """SIGINT and SIGTERM stop; given once more, they abort."""
        loop = asyncio.get_running_loop()
        for each in _SIGNALS:
            loop.add_signal_handler(each, self._on_signal, each.name)
        try:
            yield
        finally:
            for each in _SIGNALS:
                loop.remove_signal_handler(each)

    def _on_signal(self, name: str) -> None:
        log.info("signal_received", signal=name)
        if self.stop.is_set():
            self._abort.set()
        self.stop.set()

    async def _watched(self, name: str, service: Service) -> None:
        try:
            await service(self.stop)
        except Exception:
            log.exception("service_failed", service=name)
            self._failed = True
        else:
            if not self.stop.is_set():
                log.error("service_ended_unasked", service=name)
                self._failed = True
        finally:
            self.stop.set()

    async def _drain(self) -> None:
        if not self._tasks:
            return
        abort = asyncio.ensure_future(self._abort.wait())
        drained = asyncio.ensure_future(asyncio.wait(self._tasks))
        try:
            await asyncio.wait(
                {abort, drained},
                timeout=self._drain_timeout_seconds,
                return_when=asyncio.FIRST_COMPLETED,
            )
        finally:
            abort.cancel()
            drained.cancel()

    async def _abort_rest(self) -> None:
        running = {task for task in self._tasks if not task.done()}
        if not running:
            return
        log.warning("services_aborted", services=len(running))
        for task in running:
            task.cancel()
        await asyncio.wait(running, timeout=ABORT_TIMEOUT_SECONDS)


def settle_memory() -> None:
    """Call once, when all is made: what lives as long as the process is not searched for cycles
    again, and the search comes after many requests instead of after each few.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS_BETWEEN_COLLECTIONS)


def listen(host: str, port: int) -> socket.socket:
    """A listening socket, taken before anything else starts. Port 0 takes any free one.

    Raises:
        PortTaken: somebody listens there already, or the system does not let us.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    made = socket.socket(family)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind((host, port))
        made.listen(LISTEN_BACKLOG)
    except OSError as error:
        made.close()
        in_use = error.errno == errno.EADDRINUSE
        reason = "another program listens there" if in_use else error.strerror or str(error)
        raise PortTaken(host=host, port=port, reason=reason) from None
    return made


def web_server(app: Any, *, on: socket.socket, drain_timeout_seconds: float = 10.0) -> Service:
    """The service that answers HTTP on the socket with an ASGI application.

    On stop no new connection is taken; open requests have `drain_timeout_seconds` to end.
    """

    async def serve(stop: asyncio.Event) -> None:
        config = uvicorn.Config(
            app,
            http=JoinedWrites,
            lifespan="on",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_keep_alive=KEEP_ALIVE_SECONDS,
            timeout_graceful_shutdown=max(1, int(drain_timeout_seconds)),
        )
        await _serve_until(stop, _SignallessServer(config), on=on)

    return serve


class _SignallessServer(uvicorn.Server):
    """uvicorn's own handlers would take the signals from the supervisor, and from each other."""

    def capture_signals(self) -> AbstractContextManager[None]:  # type: ignore[override]
        return nullcontext()


async def _serve_until(stop: asyncio.Event, server: uvicorn.Server, *, on: socket.socket) -> None:
    serving = asyncio.ensure_future(_serve(server, on=on))
    stopping = asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({serving, stopping}, return_when=asyncio.FIRST_COMPLETED)
        server.should_exit = True
        await serving
    finally:
        stopping.cancel()
        serving.cancel()


async def _serve(server: uvicorn.Server, *, on: socket.socket) -> None:
    """uvicorn says with SystemExit that the application's start failed, after logging why; let out
    of a task, that would end the loop and all other services without draining.
    """
    try:
        await server.serve(sockets=[on])
    except SystemExit:
        raise ApplicationDidNotStart from None
