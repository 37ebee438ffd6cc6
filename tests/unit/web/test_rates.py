"""How often one may ask: a minute's worth at once, then evenly, each account by itself."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import APIRouter, Response

from shared.domain.identifiers import AccountId, OrganizationId
from shared.web import rates
from shared.web.access import Anyone, SignedIn
from shared.web.authentication import token_sha256
from shared.web.principals import Principal
from shared.web.rates import TokenBuckets
from tests.support.web import EdgeSettings, client_of, web_app

PER_MINUTE = 3
router = APIRouter(prefix="/api/v1")


class Watch:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


@router.get("/own")
async def own(_: SignedIn) -> Response:
    return Response()


@router.get("/open")
async def open_to_all(_: Anyone) -> Response:
    return Response()


async def authenticate(sha256: bytes) -> Principal | None:
    """Two accounts, by the tokens `1` and `2`."""
    for number in (1, 2):
        if sha256 == token_sha256(str(number)):
            return Principal(
                account_id=AccountId(number),
                username=f"person{number}",
                display_name=f"Person {number}",
                organization_id=OrganizationId(1),
                roles=frozenset(),
            )
    return None


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    settings = EdgeSettings(
        requests_per_minute_of_account=PER_MINUTE, requests_per_minute_of_address=PER_MINUTE
    )
    async with client_of(web_app(router, authenticate=authenticate, settings=settings)) as made:
        yield made


async def _statuses(client: httpx.AsyncClient, path: str, *, token: str | None = None) -> list[int]:
    headers = {"authorization": f"Bearer {token}"} if token else {}
    answers = [await client.get(path, headers=headers) for _ in range(PER_MINUTE + 1)]
    return [each.status_code for each in answers]


@pytest.mark.parametrize("per_minute", [1, 7, 60, 3000])
def test_a_bucket_holds_a_minutes_worth_and_no_more(per_minute: int) -> None:
    buckets = TokenBuckets[str](per_minute, now=Watch())
    assert [buckets.take("a") for _ in range(per_minute)] == [0] * per_minute
    assert buckets.take("a") > 0


def test_a_token_comes_back_after_its_part_of_the_minute() -> None:
    watch = Watch()
    buckets = TokenBuckets[str](PER_MINUTE, now=watch)
    for _ in range(PER_MINUTE):
        buckets.take("a")
    assert buckets.take("a") == 20
    watch.seconds += 20
    assert buckets.take("a") == 0
    assert buckets.take("a") == 20


def test_zero_sets_no_limit() -> None:
    buckets = TokenBuckets[str](0, now=Watch())
    assert not any(buckets.take("a") for _ in range(10_000))


def test_full_buckets_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "FEWEST_SWEPT", 10)
    watch = Watch()
    buckets = TokenBuckets[int](60, now=watch)
    for number in range(1_000):
        buckets.take(number)
        watch.seconds += 1
    assert len(buckets) <= 11


async def test_an_account_that_asks_too_often_is_told_how_long_to_wait(
    client: httpx.AsyncClient,
) -> None:
    assert await _statuses(client, "/api/v1/own", token="1") == [200, 200, 200, 429]
    answer = await client.get("/api/v1/own", headers={"authorization": "Bearer 1"})
    assert answer.json()["code"] == "too_many_requests"
    assert answer.headers["content-type"] == "application/problem+json"
    assert 1 <= int(answer.headers["retry-after"]) <= 20


async def test_another_account_at_the_same_address_may_go_on(client: httpx.AsyncClient) -> None:
    await _statuses(client, "/api/v1/own", token="1")
    await _statuses(client, "/api/v1/open")
    assert await _statuses(client, "/api/v1/own", token="2") == [200, 200, 200, 429]


async def test_an_address_without_an_account_is_counted_whatever_it_shows(
    client: httpx.AsyncClient,
) -> None:
    assert await _statuses(client, "/api/v1/own", token="guessed") == [401, 401, 401, 429]
    assert await _statuses(client, "/api/v1/open") == [429] * 4
