"""Services live and die together: signals, failures, draining, ports."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager

import httpx
import pytest
from fastapi import FastAPI
from structlog.testing import capture_logs

from shared.runtime import PortTaken, Supervisor, listen, run_services, web_server

LONG = 60.0


async def until_stopped(stop: asyncio.Event) -> None:
    await stop.wait()


async def never_ends(stop: asyncio.Event) -> None:
    await asyncio.Event().wait()


async def fails(stop: asyncio.Event) -> None:
    raise LookupError("the reason")


async def ends_at_once(stop: asyncio.Event) -> None:
    return


def sends(number: signal.Signals) -> object:
    async def service(stop: asyncio.Event) -> None:
        os.kill(os.getpid(), number)
        await stop.wait()

    return service


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_signal_ends_all_services_well(number: signal.Signals) -> None:
    assert await run_services({"other": until_stopped, "sender": sends(number)}) == 0


async def test_the_signals_are_given_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    await run_services({"sender": sends(signal.SIGTERM)})
    assert signal.getsignal(signal.SIGTERM) == before


async def test_a_failed_service_stops_the_others_and_is_named() -> None:
    with capture_logs() as lines:
        status = await run_services({"other": until_stopped, "relay": fails})
    assert status == 1
    assert ("service_failed", "relay") in [(line["event"], line.get("service")) for line in lines]


async def test_a_service_that_ends_unasked_has_failed() -> None:
    assert await run_services({"other": until_stopped, "short": ends_at_once}) == 1


async def test_what_has_begun_is_finished_before_the_end() -> None:
    finished = []

    async def drains(stop: asyncio.Event) -> None:
        await stop.wait()
        await asyncio.to_thread(finished.append, "batch")

    await run_services({"drains": drains, "sender": sends(signal.SIGTERM)})
    assert finished == ["batch"]


async def test_draining_has_an_end() -> None:
    services = {"stuck": never_ends, "sender": sends(signal.SIGTERM)}
    with capture_logs() as lines:
        assert await run_services(services, drain_timeout_seconds=0.05) == 0
    assert "services_aborted" in [line["event"] for line in lines]


async def test_a_second_signal_ends_the_draining_at_once() -> None:
    async def sends_again(stop: asyncio.Event) -> None:
        await stop.wait()
        os.kill(os.getpid(), signal.SIGTERM)
        await never_ends(stop)

    services = {"sender": sends(signal.SIGTERM), "again": sends_again}
    async with asyncio.timeout(5):
        assert await run_services(services, drain_timeout_seconds=LONG) == 0


async def test_a_cancelled_supervisor_leaves_no_task_behind() -> None:
    ended = asyncio.Event()

    async def notices(stop: asyncio.Event) -> None:
        try:
            await never_ends(stop)
        finally:
            ended.set()

    supervisor = Supervisor(asyncio.Event())
    supervisor.start("notices", notices)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(supervisor.wait(), 0.05)
    assert ended.is_set()


def test_a_taken_port_is_named_in_one_line() -> None:
    with listen("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken) as refused:
            listen("127.0.0.1", port)
    assert f"127.0.0.1:{port}" in str(refused.value)
    assert "TONGHOP_HTTP_PORT" in str(refused.value)
    assert "\n" not in str(refused.value)


@contextmanager
def two_ports() -> Iterator[tuple[str, str, dict[str, object]]]:
    first, second = listen("127.0.0.1", 0), listen("127.0.0.1", 0)
    urls = [f"http://127.0.0.1:{each.getsockname()[1]}/" for each in (first, second)]
    with first, second:
        services = {"one": web_server(hello(), on=first), "two": web_server(hello(), on=second)}
        yield urls[0], urls[1], services


def hello() -> FastAPI:
    app = FastAPI()

    @app.get("/")
    async def greet() -> str:
        return "hello"

    return app


async def test_several_servers_share_one_loop_and_one_signal() -> None:
    with two_ports() as (first, second, services):

        async def asks_and_ends(stop: asyncio.Event) -> None:
            async with httpx.AsyncClient(timeout=10) as client:
                for url in (first, second):
                    assert (await client.get(url)).json() == "hello"
            os.kill(os.getpid(), signal.SIGTERM)
            await stop.wait()

        assert await run_services({**services, "client": asks_and_ends}) == 0


async def test_an_application_that_cannot_start_fails_instead_of_ending_the_process() -> None:
    @asynccontextmanager
    async def broken(app: FastAPI) -> AsyncIterator[None]:
        raise LookupError
        yield

    with listen("127.0.0.1", 0) as port:
        services = {"web": web_server(FastAPI(lifespan=broken), on=port)}
        assert await run_services(services) == 1
