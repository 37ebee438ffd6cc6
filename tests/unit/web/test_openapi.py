"""The description of the API tells every status that an operation may answer."""

from typing import Annotated, Any

import pytest
from fastapi import APIRouter, Header, Response

from shared.web.access import Anyone
from tests.support.web import web_app

router = APIRouter(prefix="/api/v1")
ALWAYS = {"400", "401", "403", "404", "429", "500", "503"}


@router.get("/plain")
async def plain(_: Anyone) -> Response:
    return Response()


@router.get("/kept")
async def kept(
    _: Anyone, limit: int = 1, if_none_match: Annotated[str | None, Header()] = None
) -> Response:
    return Response()


@router.put("/changed")
async def changed(
    body: dict[str, str], _: Anyone, if_match: Annotated[str | None, Header()] = None
) -> Response:
    return Response()


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return web_app(router).openapi()


@pytest.fixture(scope="module")
def paths(document: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = document["paths"]
    return found


@pytest.mark.parametrize(
    ("method", "path", "more"),
    [
        pytest.param("get", "/api/v1/plain", {"304"}, id="takes nothing"),
        pytest.param("get", "/api/v1/kept", {"304", "422"}, id="If-None-Match"),
        pytest.param(
            "put", "/api/v1/changed", {"409", "412", "413", "415", "422", "428"}, id="If-Match"
        ),
    ],
)
def test_the_statuses_follow_from_what_an_operation_takes(
    paths: dict[str, Any], method: str, path: str, more: set[str]
) -> None:
    assert set(paths[path][method]["responses"]) == {"200"} | ALWAYS | more


def test_every_refusal_is_a_problem_with_its_codes(document: dict[str, Any]) -> None:
    described = document["components"]["responses"]
    for methods in document["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                if status < "400":
                    assert "$ref" not in response
                    continue
                refusal = described[response["$ref"].rpartition("/")[2]]
                content = refusal["content"]["application/problem+json"]
                assert content["example"]["status"] == int(status)
                assert f"`{content['example']['code']}`" in refusal["description"]
