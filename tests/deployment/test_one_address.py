"""The Caddyfile gives every path of a service to that service."""

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path

import httpx
import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute

from services.aggregator import app as aggregator_app
from services.intake import app as intake_app
from services.notifier import app as notifier_app
from tests.deployment.composition import CADDYFILE, PROJECT, SERVICES, routed_to
from tests.deployment.processes import caddy
from tests.fixtures.availability import required_program

ROUTERS: dict[str, Sequence[APIRouter]] = {
    "intake": intake_app.routers(in_demo=True),
    "aggregator": aggregator_app.routers(),
    "notifier": notifier_app.routers(in_demo=True),
}


def paths_of(service: str) -> Iterator[str]:
    for router in ROUTERS[service]:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            yield re.sub(r"\{[^}]*\}", "1", route.path)


def static_files_of(service: str) -> Iterator[str]:
    folder = PROJECT / "services" / service / "static"
    for file in folder.rglob("*.*"):
        yield f"/static/{file.relative_to(folder)}"


@pytest.mark.parametrize("service", SERVICES)
def test_every_route_reaches_its_service(service: str) -> None:
    paths = list(paths_of(service))
    assert paths
    assert {path for path in paths if routed_to(path) != service} == set()


@pytest.mark.parametrize("service", SERVICES)
def test_every_file_of_a_service_s_pages_reaches_it(service: str) -> None:
    assert {file for file in static_files_of(service) if routed_to(file) != service} == set()


@pytest.mark.parametrize("path", ["/", "/static/css/base.css", "/problems", "/dashboards"])
def test_what_nobody_claims_is_intake_s(path: str) -> None:
    assert routed_to(path) == "intake"


@pytest.mark.parametrize("tls", ["off", "automatic", "internal"])
def test_caddy_accepts_the_file(tls: str, tmp_path: Path) -> None:
    program = required_program("caddy", group="deployment")
    address = ":8080" if tls == "off" else "reports.example"
    checked = subprocess.run(  # noqa: S603
        [program, "validate", "--config", str(CADDYFILE), "--adapter", "caddyfile"],
        env={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "SITE_ADDRESS": address,
            "SITE_TLS": tls,
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers each request with where it says that it comes from."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    told = re.search(r"(?im)^x-forwarded-for: (.*?)\r$", head)
    body = (told[1] if told else "").encode()
    writer.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: %d\r\n\r\n" % len(body))
    writer.write(body)
    await writer.drain()
    writer.close()


@pytest.mark.parametrize(
    ("trusted", "told"),
    [("10.0.0.5/32 127.0.0.1/32", "203.0.113.7, 127.0.0.1"), ("10.0.0.5/32", "127.0.0.1")],
)
@pytest.mark.parametrize("path", ["/sign-in", "/dashboard", "/mailbox"])
async def test_only_a_trusted_proxy_says_where_a_request_comes_from(
    path: str, trusted: str, told: str, tmp_path: Path
) -> None:
    program = required_program("caddy", group="deployment")
    async with await asyncio.start_server(_echo, "127.0.0.1", 0) as server:
        port = server.sockets[0].getsockname()[1]
        upstreams = dict.fromkeys(("INTAKE", "AGGREGATOR", "NOTIFIER"), f"127.0.0.1:{port}")
        settings = {**upstreams, "TRUSTED_PROXIES": trusted}
        async with caddy(program, folder=tmp_path, upstreams=settings) as address:
            headers = {"X-Forwarded-For": "203.0.113.7"}
            async with httpx.AsyncClient(base_url=address) as client:
                answer = await client.get(path, headers=headers)

    assert answer.text == told
