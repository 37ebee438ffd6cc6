from typing import Annotated

import pytest
from fastapi import APIRouter, Request, Response
from fastapi.responses import PlainTextResponse

from shared.domain.identifiers import AccountId, OrganizationId
from shared.web.access import Anyone, RouteWithoutRule, SignedIn, require
from shared.web.authentication import SESSION_COOKIE, token_sha256
from shared.web.principals import Principal, Role
from tests.support.web import client_of, web_app

CSRF = "the-csrf-token"
PREPARER = Principal(
    account_id=AccountId(1),
    username="hanh",
    display_name="Hạnh",
    organization_id=OrganizationId(7),
    roles=frozenset({Role.PREPARER}),
    csrf_token=CSRF,
)
NEWCOMER = Principal(
    account_id=AccountId(2),
    username="moi",
    display_name="Mới",
    organization_id=OrganizationId(7),
    roles=frozenset({Role.PREPARER}),
    csrf_token=CSRF,
    must_change_password=True,
)
PROGRAM = Principal(
    account_id=AccountId(3),
    username="mot-cua",
    display_name="Một cửa",
    organization_id=OrganizationId(7),
    roles=frozenset({Role.PREPARER, Role.SERVICE}),
)
PEOPLE = {token_sha256("hanh"): PREPARER, token_sha256("moi"): NEWCOMER, token_sha256("p"): PROGRAM}

router = APIRouter()


@router.get("/api/v1/mine")
@router.post("/api/v1/mine")
@router.get("/mine")
@router.post("/mine")
async def mine(principal: SignedIn) -> Response:
    return PlainTextResponse(principal.username)


@router.get("/api/v1/review")
@router.get("/review")
async def review(principal: Annotated[Principal, require(Role.REVIEWER)]) -> Response:
    return PlainTextResponse(principal.username)


@router.get("/change")
async def change(
    principal: Annotated[Principal, require(before_password_change=True)],
) -> Response:
    return PlainTextResponse(principal.username)


@router.post("/open")
async def anyone(principal: Anyone) -> Response:
    return PlainTextResponse(principal.username if principal else "nobody")


async def authenticate(sha256: bytes) -> Principal | None:
    return PEOPLE.get(sha256)


def app():
    return web_app(router, authenticate=authenticate)


def cookie(name: str) -> dict[str, str]:
    return {"cookie": f"{SESSION_COOKIE}={name}"}


def test_a_route_without_a_rule_stops_the_start_and_is_named():
    closed, nested = APIRouter(), APIRouter()

    @closed.get("/forgotten")
    async def forgotten() -> None: ...

    @nested.post("/api/v1/inner/forgotten")
    async def inner(request: Request) -> None: ...

    closed.include_router(nested)
    with pytest.raises(RouteWithoutRule, match=r"/forgotten.*/api/v1/inner/forgotten"):
        web_app(router, closed)


def test_a_mounted_application_stops_the_start():
    mounting = APIRouter()
    mounting.mount("/other", app=PlainTextResponse("x"))
    with pytest.raises(RouteWithoutRule, match="/other"):
        web_app(mounting)


def test_a_rule_of_the_router_opens_its_routes():
    ruled = APIRouter(dependencies=[require(Role.REVIEWER)])

    @ruled.get("/ruled")
    async def inside() -> None: ...

    assert web_app(ruled)


async def test_a_visitor_of_a_page_is_sent_to_sign_in_and_back():
    async with client_of(app()) as client:
        answer = await client.get("/mine?period=2025-Q2&x=1")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/sign-in?next=%2Fmine%3Fperiod%3D2025-Q2%26x%3D1"


async def test_a_program_without_a_token_is_told_how_to_authenticate():
    async with client_of(app()) as client:
        answer = await client.get("/api/v1/mine")
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert answer.json()["code"] == "authentication_required"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        pytest.param({"authorization": "Bearer p"}, 200, id="bearer"),
        pytest.param({"authorization": "bearer  p"}, 200, id="bearer in lower case"),
        pytest.param(cookie("hanh"), 200, id="cookie"),
        pytest.param({"authorization": "Bearer x", **cookie("hanh")}, 401, id="bad bearer wins"),
        pytest.param({"authorization": "Basic eDp5"}, 401, id="another scheme"),
        pytest.param(cookie("x" * 5000), 401, id="a very long cookie"),
    ],
)
async def test_the_api_takes_a_bearer_token_or_the_cookie(headers, status):
    async with client_of(app()) as client:
        answer = await client.get("/api/v1/mine", headers=headers)
    assert answer.status_code == status


async def test_pages_take_no_bearer_token():
    async with client_of(app()) as client:
        answer = await client.get("/mine", headers={"authorization": "Bearer p"})
    assert answer.status_code == 303


async def test_another_role_is_refused():
    async with client_of(app()) as client:
        page = await client.get("/review", headers=cookie("hanh"))
        api = await client.get("/api/v1/review", headers=cookie("hanh"))
    assert (page.status_code, api.status_code) == (403, 403)
    assert "<h1>Không được phép</h1>" in page.text
    assert api.json()["code"] == "not_permitted"


@pytest.mark.parametrize("path", ["/mine", "/api/v1/mine"])
@pytest.mark.parametrize(
    ("headers", "data"),
    [
        pytest.param({}, None, id="no token"),
        pytest.param({"x-csrf-token": "another"}, None, id="another token"),
        pytest.param({"x-csrf-token": ""}, None, id="an empty token"),
        pytest.param({"x-csrf-token": "không"}, None, id="not even ASCII"),
        pytest.param({}, {"csrf_token": "another"}, id="another token in the form"),
        pytest.param(
            {"x-csrf-token": CSRF, "sec-fetch-site": "cross-site"}, None, id="from another site"
        ),
        pytest.param(
            {"x-csrf-token": CSRF, "sec-fetch-site": "same-site"}, None, id="from a sibling site"
        ),
        pytest.param(
            {"x-csrf-token": CSRF, "origin": "https://evil.example"}, None, id="another origin"
        ),
        pytest.param({"x-csrf-token": CSRF, "origin": "null"}, None, id="a hidden origin"),
    ],
)
async def test_an_unsafe_request_by_cookie_needs_our_token_and_our_origin(path, headers, data):
    sent = {name: value.encode() for name, value in {**headers, **cookie("hanh")}.items()}
    async with client_of(app()) as client:
        answer = await client.post(path, headers=sent, data=data)
    assert answer.status_code == 403


@pytest.mark.parametrize(
    ("headers", "data"),
    [
        pytest.param({"x-csrf-token": CSRF}, None, id="header"),
        pytest.param({}, {"csrf_token": CSRF}, id="form"),
        pytest.param(
            {"x-csrf-token": CSRF, "origin": "http://127.0.0.1:8000"}, None, id="our origin"
        ),
    ],
)
async def test_an_unsafe_request_with_our_token_passes(headers, data):
    async with client_of(app()) as client:
        answer = await client.post("/mine", headers={**headers, **cookie("hanh")}, data=data)
    assert answer.text == "hanh"


async def test_a_bearer_token_needs_no_csrf_token():
    async with client_of(app()) as client:
        answer = await client.post("/api/v1/mine", headers={"authorization": "Bearer p"})
    assert answer.text == "mot-cua"


async def test_a_bearer_token_in_the_cookie_cannot_change_anything():
    async with client_of(app()) as client:
        answer = await client.post("/api/v1/mine", headers={"x-csrf-token": "", **cookie("p")})
    assert answer.status_code == 403


async def test_open_routes_refuse_other_sites_too():
    async with client_of(app()) as client:
        own = await client.post("/open")
        foreign = await client.post("/open", headers={"sec-fetch-site": "cross-site"})
    assert (own.text, foreign.status_code) == ("nobody", 403)


async def test_a_newcomer_can_only_choose_a_password():
    async with client_of(app()) as client:
        page = await client.get("/mine", headers=cookie("moi"))
        api = await client.get("/api/v1/mine", headers=cookie("moi"))
        change_page = await client.get("/change", headers=cookie("moi"))
    assert (page.status_code, page.headers["location"]) == (303, "/account/password")
    assert api.json()["code"] == "password_change_required"
    assert change_page.text == "moi"
