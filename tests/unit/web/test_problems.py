import inspect
import pkgutil
from importlib import import_module

import asyncpg
import pytest
from fastapi import APIRouter, Response
from markupsafe import escape
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs

import services
import shared
from shared.domain.errors import CatalogueError, DomainError, ReasonRequired
from shared.labels.labels import Language, load_labels
from shared.web import problems
from shared.web.access import Anyone
from shared.web.json import ExactRoute
from shared.web.problem_types import INTERNAL_ERROR, PROBLEM_TYPES, problem_type_of
from shared.web.problems import (
    NotFound,
    ProblemError,
    ProblemFault,
    TooManyRequests,
    ValidationFailed,
)
from tests.support.web import client_of, web_app

DEFECTS = {"impossible_coverage", "invalid_expression"}
"""Domain errors that no input can cause: to the caller they are internal errors."""

router = APIRouter(route_class=ExactRoute)


class Body(BaseModel):
    model_config = ConfigDict(extra="forbid")

    figures: dict[str, int]
    name: str = Field(min_length=2)


@router.post("/api/v1/things")
async def make(body: Body, _: Anyone, limit: int = 1) -> Response:
    return Response(body.name)


@router.get("/api/v1/things/{number}")
async def read(number: int, _: Anyone) -> Response:
    return Response(str(number))


class DivisionByHand(Exception):
    pass


FAILURES = {
    "domain": ReasonRequired("return"),
    "hidden": NotFound(),
    "busy": TooManyRequests(retry_after_seconds=7),
    "fault": ValidationFailed(
        errors=[ProblemFault(code="missing_cell", detail="Thiếu số.", row="LV01", column="4")]
    ),
    "catalogue": CatalogueError("tree"),
    "database": OperationalError("SELECT secret", {}, Exception("10.0.0.1 refused")),
    "gone": asyncpg.ConnectionDoesNotExistError("10.0.0.1 went away"),
    "closed": asyncpg.InterfaceError("connection is closed"),
    "misuse": asyncpg.InterfaceError("the server expects 1 argument, password=hunter2"),
    "defect": DivisionByHand("password=hunter2"),
}


@router.get("/api/v1/fail/{how}")
@router.get("/fail/{how}")
async def fail(how: str, _: Anyone) -> Response:
    raise FAILURES[how]


@pytest.fixture(scope="module")
def app():
    return web_app(router)


@pytest.fixture
async def client(app):
    async with client_of(app) as made:
        yield made


def all_subclasses(parent):
    for child in parent.__subclasses__():
        yield child
        yield from all_subclasses(child)


def test_every_domain_error_of_the_code_has_a_problem():
    for package in (services, shared):
        for module in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            import_module(module.name)
    unmapped = [
        error.code
        for error in all_subclasses(DomainError)
        if error.__module__.startswith(("shared.", "services."))
        and not error.__subclasses__()
        and error.code not in DEFECTS
        and problem_type_of(error.__new__(error)) is INTERNAL_ERROR
    ]
    assert unmapped == []


def test_every_problem_error_has_its_type():
    tree = [ProblemError, *all_subclasses(ProblemError)]
    ours = [each for each in tree if each.__module__ == problems.__name__]
    assert {each.code for each in ours} <= set(PROBLEM_TYPES)
    assert all(each.__name__ in inspect.getdoc(problems) for each in ours)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("problem_type", PROBLEM_TYPES.values(), ids=lambda each: each.code)
async def test_every_problem_type_is_a_page_that_says_what_to_do(problem_type, language, client):
    labels = load_labels()
    client.cookies.set("tonghop_language", language)
    answer = await client.get(f"/problems/{problem_type.code}")
    assert answer.status_code == 200
    assert answer.headers["content-language"] == language
    assert f"<h1>{labels.text(problem_type.title_key, language)}</h1>" in answer.text
    assert escape(labels.text(problem_type.help_key, language)) in answer.text
    assert problem_type.code in (await client.get("/problems")).text


async def test_an_unknown_problem_type_is_not_found(client):
    assert (await client.get("/problems/nothing")).status_code == 404


async def test_a_problem_has_all_members_of_rfc_9457_and_ours(client):
    answer = await client.get("/api/v1/fail/domain", headers={"x-request-id": "abc-1"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["x-request-id"] == "abc-1"
    assert answer.json() == {
        "type": "http://127.0.0.1:8000/problems/reason_required",
        "title": "Cần nêu lý do",
        "status": 422,
        "detail": "Việc này cần nêu lý do. Hãy nhập lý do rồi thực hiện lại.",
        "instance": "/api/v1/fail/domain",
        "code": "reason_required",
        "request_id": "abc-1",
    }


@pytest.mark.parametrize(
    ("header", "title"),
    [
        pytest.param("", "Không tìm thấy", id="nothing"),
        pytest.param("en-GB,en;q=0.9", "Not found", id="english"),
        pytest.param("vi,en;q=0.8", "Không tìm thấy", id="vietnamese first"),
        pytest.param("en;q=0.5,vi;q=0.6", "Không tìm thấy", id="weights"),
        pytest.param("fr", "Không tìm thấy", id="another"),
        pytest.param("en;q=x", "Không tìm thấy", id="not a weight"),
    ],
)
async def test_titles_follow_accept_language(header, title, client):
    answer = await client.get("/api/v1/fail/hidden", headers={"accept-language": header})
    assert answer.json()["title"] == title


async def test_faults_keep_their_place(client):
    answer = await client.get("/api/v1/fail/fault")
    assert answer.json()["errors"] == [
        {"code": "missing_cell", "detail": "Thiếu số.", "row": "LV01", "column": "4"}
    ]


async def test_all_validation_faults_come_at_once_with_pointers(client):
    body = {"figures": {"a/b": "x", "c": "y"}, "name": "n", "more": 1}
    answer = await client.post("/api/v1/things?limit=x", json=body)
    assert answer.status_code == 422
    places = [each.get("pointer") or each["parameter"] for each in answer.json()["errors"]]
    assert places == ["limit", "/figures/a~1b", "/figures/c", "/name", "/more"]
    assert "Cần ít nhất 2 ký tự." in answer.text


async def test_a_path_that_cannot_be_read_is_not_found(client):
    assert (await client.get("/api/v1/things/x")).status_code == 404


@pytest.mark.parametrize("how", ["catalogue", "defect"])
async def test_our_faults_tell_nothing_but_the_request_number(how, client):
    answer = await client.get(f"/api/v1/fail/{how}")
    assert answer.status_code == 500
    assert "hunter2" not in answer.text
    assert answer.json()["request_id"]
    assert "content-security-policy" in answer.headers


@pytest.mark.parametrize("how", ["database", "gone", "closed"])
async def test_a_lost_database_is_unavailable_not_broken(how, client):
    answer = await client.get(f"/api/v1/fail/{how}")
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert "SELECT" not in answer.text
    assert "10.0.0.1" not in answer.text


async def test_a_misused_connection_is_a_defect_not_a_lost_database(client):
    with capture_logs() as lines:
        answer = await client.get("/api/v1/fail/misuse")
    assert answer.status_code == 500
    assert lines[0]["event"] == "request_failed"
    assert "hunter2" not in answer.text


async def test_a_brake_says_how_long_to_wait(client):
    answer = await client.get("/api/v1/fail/busy")
    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")


@pytest.mark.parametrize(
    ("how", "status"),
    [("domain", 422), ("hidden", 404), ("defect", 500), ("database", 503)],
)
async def test_pages_show_the_same_problems_in_the_same_look(how, status, client):
    answer = await client.get(f"/fail/{how}")
    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.text.count("<h1>") == 1
    assert 'class="site-header"' in answer.text


async def test_a_program_that_asks_a_page_for_json_gets_json(client):
    answer = await client.get("/nowhere", headers={"accept": "application/json"})
    assert answer.json()["code"] == "not_found"
