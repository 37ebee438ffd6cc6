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
def paths() -> dict[str, Any]:
    found: dict[str, Any] = web_app(router).openapi()["paths"]
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


def test_every_refusal_is_a_problem(paths: dict[str, Any]) -> None:
    for methods in paths.values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                refused = list(response.get("content", {})) == ["application/problem+json"]
                assert refused == (status >= "400")
