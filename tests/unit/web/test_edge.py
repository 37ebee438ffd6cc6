"""What every request meets before its route: limits, headers, methods, text."""

from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Form, Request, Response, UploadFile

from shared.web.access import Anyone
from shared.web.json import json_response
from tests.support.web import EdgeSettings, client_of, web_app

LIMIT = 100_000
TEN_MEGABYTES = 10 * 1024 * 1024

router = APIRouter()


@router.get("/api/v1/thing")
async def read(_: Anyone, limit: int = 1) -> Response:
    return json_response({"a": limit})


@router.post("/api/v1/thing")
async def count(request: Request, _: Anyone) -> Response:
    return json_response({"length": len(await request.body())})


@router.post("/form")
async def form(_: Anyone, name: Annotated[str, Form()]) -> Response:
    return Response(name)


@router.post("/upload")
async def upload(_: Anyone, file: UploadFile) -> Response:
    return Response(str(file.size))


@router.post("/deaf")
async def deaf(_: Anyone) -> Response:
    """Answers without reading."""
    return Response("ok")


@pytest.fixture
async def client():
    app = web_app(router, settings=EdgeSettings(body_limit_bytes=LIMIT))
    async with client_of(app) as made:
        yield made


PART_HEAD = b'--b\r\nContent-Disposition: form-data; name="file"; filename="f"\r\n\r\n'


async def in_pieces(total: int, *, head: bytes = b""):
    yield head
    for _ in range(total // 1024):
        yield b"x" * 1024


async def test_a_large_body_is_refused_by_its_declared_length_without_being_read(client):
    read = 0

    async def watched():
        nonlocal read
        async for piece in in_pieces(TEN_MEGABYTES):
            read += len(piece)
            yield piece

    answer = await client.post(
        "/api/v1/thing", content=watched(), headers={"content-length": str(TEN_MEGABYTES)}
    )
    assert answer.status_code == 413
    assert answer.json()["code"] == "payload_too_large"
    assert read == 0


@pytest.mark.parametrize(
    ("path", "media"),
    [
        ("/api/v1/thing", "application/json"),
        ("/form", "application/x-www-form-urlencoded"),
        ("/upload", "multipart/form-data; boundary=b"),
    ],
)
async def test_a_large_body_without_a_length_is_refused_once_it_is_too_large(path, media, client):
    answer = await client.post(
        path,
        content=in_pieces(TEN_MEGABYTES, head=PART_HEAD if media.startswith("multi") else b""),
        headers={"content-type": media},
    )
    assert answer.status_code == 413


async def test_a_body_of_the_limit_passes(client):
    answer = await client.post("/api/v1/thing", content=b"x" * LIMIT)
    assert answer.json() == {"length": LIMIT}


async def test_a_large_upload_is_refused(client):
    answer = await client.post("/upload", files={"file": b"x" * (LIMIT + 1)})
    assert answer.status_code == 413


async def test_a_length_that_is_no_number_is_malformed(client):
    answer = await client.post("/api/v1/thing", headers={"content-length": "-1"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    "path",
    [
        pytest.param("/%ff", id="path"),
        pytest.param("/api/v1/thing?q=%ff", id="query"),
        pytest.param("/api/v1/thing?q=%00", id="NUL in the query"),
        pytest.param("/a%00b", id="NUL in the path"),
    ],
)
async def test_addresses_that_are_not_text_are_malformed(path, client):
    assert (await client.get(path)).status_code == 400


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(b"name=%ff", id="quoted bytes"),
        pytest.param(b"name=\xff", id="raw bytes"),
        pytest.param(b"name=a%00b", id="NUL"),
    ],
)
async def test_forms_that_are_not_text_are_malformed(body, client):
    answer = await client.post(
        "/form", content=body, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 400


async def test_vietnamese_comes_through_a_form_unchanged(client):
    answer = await client.post("/form", data={"name": "Giải quyết TTHC"})
    assert answer.text == "Giải quyết TTHC"


async def test_head_is_get_without_the_body(client):
    got, head = await client.get("/api/v1/thing"), await client.head("/api/v1/thing")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_options_tells_the_methods(client):
    answer = await client.options("/api/v1/thing")
    assert answer.status_code == 204
    assert answer.headers["allow"] == "GET, HEAD, OPTIONS, POST"
    assert (await client.options("/nowhere")).status_code == 404


async def test_another_method_is_refused_with_those_allowed(client):
    answer = await client.delete("/form")
    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize("path", ["/api/v1/thing", "/problems", "/nowhere", "/static/css/base.css"])
async def test_every_answer_takes_powers_away(path, client):
    headers = (await client.get(path)).headers
    policy = headers["content-security-policy"]
    assert "'unsafe-inline'" not in policy
    assert "'unsafe-eval'" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"


async def test_https_is_remembered_where_it_is_used():
    settings = EdgeSettings(base_url="https://baocao.example.vn")
    async with client_of(web_app(router, settings=settings)) as client:
        headers = (await client.get("/healthz")).headers
    assert "max-age" in headers["strict-transport-security"]


async def test_answers_are_not_kept_but_static_files_are(client):
    assert (await client.get("/problems")).headers["cache-control"] == "no-store"
    plain = await client.get("/static/css/base.css")
    hashed = await client.get("/static/css/base.css?v=abc")
    assert plain.headers["cache-control"] == "no-cache"
    assert "immutable" in hashed.headers["cache-control"]


@pytest.mark.parametrize("path", ["/static/../application.py", "/static/%2e%2e/application.py"])
async def test_static_files_end_at_their_folder(path):
    async with client_of(web_app(router)) as client:
        request = httpx.Request("GET", client.base_url)
        request.url = request.url.copy_with(raw_path=path.encode())
        assert (await client.send(request)).status_code == 404


@pytest.mark.parametrize(
    ("given", "kept"),
    [("order-17.a", True), ("x" * 65, False), ("a b", False), ("", False)],
)
async def test_a_request_number_is_kept_if_it_is_harmless(given, kept, client):
    answer = await client.get("/healthz", headers={"x-request-id": given})
    assert (answer.headers["x-request-id"] == given) is kept


async def test_readiness_asks_every_part():
    async def broken() -> None:
        raise ConnectionError("no database")

    app = web_app(router)
    async with client_of(app) as client:
        assert (await client.get("/readyz")).status_code == 200
        app.state.readiness = {"database": broken}
        assert (await client.get("/readyz")).status_code == 503
        assert (await client.get("/healthz")).status_code == 200


async def test_the_api_describes_itself_with_its_problems_and_its_keys(client):
    document = (await client.get("/api/openapi.json")).json()
    assert set(document["paths"]) == {"/api/v1/thing"}
    operation = document["paths"]["/api/v1/thing"]["get"]
    assert operation["responses"]["422"] == {"$ref": "#/components/responses/Problem422"}
    assert operation["security"] == [{"token": []}, {"session": []}]
    assert "HTTPValidationError" not in str(document)
    assert (
        "payload_too_large"
        in document["components"]["schemas"]["Problem"]["properties"]["code"]["enum"]
    )
    assert "/api/v1/thing" in (await client.get("/api")).text


async def test_metrics_can_be_read_by_prometheus(client):
    answer = await client.get("/metrics")
    assert answer.status_code == 200
    assert "# HELP" in answer.text
