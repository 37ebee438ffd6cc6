"""What the caller holds already is not sent again; a page of a list leads to the next."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter, Request, Response
from fastapi.responses import StreamingResponse

from shared.web.access import Anyone
from shared.web.conditional import holds, next_page
from shared.web.json import json_response
from tests.support.web import client_of, web_app

router = APIRouter()


@router.get("/api/v1/list")
async def page(request: Request, _: Anyone, after: int = 0) -> Response:
    last = after + 10 if after < 20 else None
    return json_response({"after": after, "next": last}, headers=next_page(request, after=last))


@router.get("/api/v1/own-tag")
async def tagged(_: Anyone) -> Response:
    return json_response({}, headers={"ETag": '"3"'})


@router.get("/api/v1/pieces")
async def pieces(_: Anyone) -> Response:
    async def told() -> AsyncIterator[str]:
        yield "{"
        yield "}"

    return StreamingResponse(told(), media_type="application/json")


@router.get("/page")
async def outside(_: Anyone) -> Response:
    return json_response({})


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    async with client_of(web_app(router)) as made:
        yield made


@pytest.mark.parametrize("held", ["{}", "W/{}", '"other", {}', "*"])
async def test_what_is_held_is_not_sent_again(client: httpx.AsyncClient, held: str) -> None:
    tag = (await client.get("/api/v1/list")).headers["etag"]
    again = await client.get("/api/v1/list", headers={"if-none-match": held.format(tag)})

    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert "Authorization" in again.headers["vary"]


async def test_another_answer_has_another_tag(client: httpx.AsyncClient) -> None:
    tag = (await client.get("/api/v1/list")).headers["etag"]
    other = await client.get("/api/v1/list?after=10", headers={"if-none-match": tag})

    assert other.status_code == 200
    assert other.headers["etag"] != tag


async def test_a_head_tells_the_tag_of_its_get(client: httpx.AsyncClient) -> None:
    got, head = await client.get("/api/v1/list"), await client.head("/api/v1/list")
    assert head.headers["etag"] == got.headers["etag"]


async def test_a_routes_own_tag_stays(client: httpx.AsyncClient) -> None:
    answer = await client.get("/api/v1/own-tag", headers={"if-none-match": "*"})
    assert (answer.status_code, answer.headers["etag"]) == (200, '"3"')


@pytest.mark.parametrize("path", ["/api/v1/pieces", "/page"])
async def test_pages_and_what_comes_in_pieces_pass_untagged(
    client: httpx.AsyncClient, path: str
) -> None:
    answer = await client.get(path)
    assert (answer.text, answer.headers.get("etag")) == ("{}", None)


async def test_the_link_leads_through_all_pages_with_the_same_question(
    client: httpx.AsyncClient,
) -> None:
    first = await client.get("/api/v1/list", params={"state": "mới", "after": 0})
    second = await client.get(first.links["next"]["url"])
    third = await client.get(second.links["next"]["url"])

    assert second.url.params["state"] == "mới"
    assert [each.json()["after"] for each in (first, second, third)] == [0, 10, 20]
    assert "next" not in third.links


@pytest.mark.parametrize(
    ("held", "current"),
    [
        pytest.param(None, False, id="nothing held"),
        pytest.param('"abc"', True, id="the same"),
        pytest.param('W/"abc"', True, id="weakened on the way"),
        pytest.param('"x", "abc"', True, id="one of several"),
        pytest.param("*", True, id="anything"),
        pytest.param('"x"', False, id="another"),
        pytest.param("abc", False, id="without quotation marks"),
    ],
)
def test_what_the_caller_holds_is_compared(held: str | None, current: bool) -> None:  # noqa: FBT001
    assert holds(held, '"abc"') is current
