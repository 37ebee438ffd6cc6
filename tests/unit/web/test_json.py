from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from fastapi import APIRouter, Response
from pydantic import BaseModel

from shared.web.access import Anyone
from shared.web.json import ExactRoute, exact_json, json_response, write_json
from shared.web.principals import Role
from shared.web.problems import MalformedRequest
from tests.support.web import client_of, web_app


class Body(BaseModel):
    figure: Decimal


router = APIRouter(route_class=ExactRoute)


@router.post("/api/v1/figures")
async def echo(body: Body, _: Anyone) -> Response:
    return json_response({"figure": body.figure})


REFUSED = [
    pytest.param(b'{"a": 1, "a": 2}', id="a key twice"),
    pytest.param(b'{"x": [{"a": 1, "a": 2}]}', id="a key twice inside"),
    pytest.param(b'{"a": NaN}', id="NaN"),
    pytest.param(b'{"a": Infinity}', id="infinity"),
    pytest.param(b'{"a": "\xff"}', id="not UTF-8"),
    pytest.param(b"\xff\xfe{\x00}\x00", id="UTF-16"),
    pytest.param(b'{"a": "\\ud800"}', id="half a surrogate pair"),
    pytest.param(b'{"a": "\\u0000"}', id="NUL"),
    pytest.param(b'{"a": 01}', id="leading zero"),
    pytest.param(b"{'a': 1}", id="single quotes"),
    pytest.param(b'{"a": 1} x', id="something after"),
    pytest.param(b"", id="nothing"),
    pytest.param(b"[" * 100_000, id="very deep"),
    pytest.param(b"9" * 100_000, id="very long number"),
]


@pytest.mark.parametrize("body", REFUSED)
def test_what_is_not_exactly_json_is_refused(body):
    with pytest.raises(MalformedRequest) as refused:
        exact_json(body)
    assert refused.value.errors[0].detail


@pytest.mark.parametrize("body", REFUSED[:-3])
async def test_routes_answer_400_and_say_where(body):
    async with client_of(web_app(router)) as client:
        answer = await client.post(
            "/api/v1/figures", content=body, headers={"content-type": "application/json"}
        )
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["detail"].startswith("JSON: ")


async def test_figures_keep_every_digit_from_request_to_response():
    sent = b'{"figure": 12345678901234567890.12345678901234567890}'
    async with client_of(web_app(router)) as client:
        answer = await client.post(
            "/api/v1/figures", content=sent, headers={"content-type": "application/json"}
        )
    assert answer.text == '{"figure":12345678901234567890.12345678901234567890}'


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param(Decimal("1E+3"), "1000", id="no exponent"),
        pytest.param(Decimal("-0.10"), "-0.10", id="trailing zero"),
        pytest.param([1, True, None, "ệ\n"], '[1,true,null,"ệ\\n"]', id="scalars"),
        pytest.param({"a": {"b": []}, "c": ()}, '{"a":{"b":[]},"c":[]}', id="nested"),
        pytest.param(Role.LEADER, '"leader"', id="enumeration"),
        pytest.param(date(2025, 6, 17), '"2025-06-17"', id="date"),
        pytest.param(datetime(2025, 6, 17, 8, tzinfo=UTC), '"2025-06-17T08:00:00Z"', id="instant"),
        pytest.param(UUID(int=1), '"00000000-0000-0000-0000-000000000001"', id="uuid"),
    ],
)
def test_writing_is_exact(value, written):
    assert write_json(value) == written


@pytest.mark.parametrize(
    "value",
    [1.5, Decimal("NaN"), Decimal("Infinity"), object()],
    ids=["float", "not-a-number", "infinite", "of-no-known-type"],
)
def test_what_has_no_exact_form_is_refused(value):
    with pytest.raises(TypeError):
        write_json([value])
