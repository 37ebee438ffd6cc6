"""Whatever is asked of the API, the answer is one that its own description tells of.

The cases are made by schemathesis from /api/openapi.json: half of each operation's are valid by its
schema, half are not, and about half name what is really there.
"""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.schemas import APIOperation, BaseSchema
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.settings import Settings
from shared.web.principals import Role
from tests.architecture.route_table import ALL, Route
from tests.support.province import FORM, PERIOD
from tests.support.system import System, running_system
from tests.support.web import add_account, bearer_token

QUICK_EXAMPLES = 20
LONG_EXAMPLES = 300
ANSWER_TIMEOUT_SECONDS = 30
STREAM = "/api/v1/stream"
STREAM_SECONDS = 2
"""It has no end; what comes for so long is looked at."""
WANTED = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
)
# Hypothesis sees the system, which runs in another thread, draw random numbers meanwhile.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module inside strategies")
API = [pytest.param(route, id=str(route)) for route in ALL if route.path.startswith("/api/v1/")]


@dataclass(frozen=True)
class Fuzzing:
    """What is asked (the API's description), by whom (tokens), and about what (`known`)."""

    schema: BaseSchema
    address: str
    tokens: Sequence[str]
    known: Mapping[str, Sequence[str | int]]

    def operation(self, route: Route) -> APIOperation[Any, Any, Any, Any]:
        return self.schema[route.path][route.method]


@pytest.fixture(scope="module")
async def fuzzing(module_engine: AsyncEngine, module_database_url: str) -> AsyncIterator[Fuzzing]:
    """In a system that runs, where a commune's report was sent."""
    unlimited = Settings(demo=True, requests_per_minute_of_account=0)
    async with running_system(module_engine, module_database_url, settings=unlimited) as system:
        document = (await system.client.get("/api/openapi.json")).json()
        yield Fuzzing(
            schema=schemathesis.openapi.from_dict(document),
            address=str(system.client.base_url),
            tokens=await _tokens(system),
            known=await _known(system),
        )


async def _tokens(system: System) -> list[str]:
    """An officer who prepares and signs, a reviewer of the district above, and who may do all."""
    province = system.province
    commune = province.communes[0]
    administrator = await add_account(
        system.owner,
        roles=(Role.ANALYST, Role.ADMINISTRATOR, Role.REVIEWER),
        organization_id=province.province.id,
    )
    return [
        province.tokens[commune.code],
        province.tokens[province.district_of(commune).code],
        await bearer_token(system.owner, administrator),
    ]


async def _known(system: System) -> dict[str, list[str | int]]:
    """Good values of parameters, by their names."""
    province = system.province
    commune, sender = province.communes[0], system.caller(province.communes[0])
    duties = await sender.get("/api/v1/obligations", organization=commune.code)
    body = {"organization": commune.code, "form": FORM, "period": PERIOD}
    sent = await sender.call(
        "POST",
        "/api/v1/submissions",
        body={**body, "nothing_to_report": True},
        idempotency_key="before-all",
    )
    assert sent.status_code == 201, sent.text
    receipt, obligation = sent.json(), duties["items"][0]["obligation_id"]
    attached = await system.client.post(
        f"/api/v1/attachments?obligation={obligation}",
        files={"file": b"%PDF-1.7 signed"},
        headers={"authorization": f"Bearer {sender.token}"},
    )
    units = [commune.code, province.district_of(commune).code, province.province.code]
    return {
        **_extremes(),
        "obligation_id": [obligation],
        "obligation": [obligation],
        "sha256": [attached.json()["sha256"]],
        "report_id": [receipt["report_id"]],
        "number": [1, receipt["receipt_number"]],
        "organization_id": [commune.id, province.province.id],
        "organization": units,
        "parent": units,
        "form": [FORM],
        "slug": ["ii-06a"],
        "code": ["II06A.ON_TIME_RATE"],
        "indicator": ["II06A.ON_TIME_RATE"],
        "period": [PERIOD, "2025-Q1", "2025"],
        "from": ["2025-Q1"],
        "to": [PERIOD],
        "if-match": ['"0"', '"1"'],
    }


def _extremes() -> dict[str, list[str | int]]:
    """The first and the last of what can be written, with which not all can be reckoned."""
    days: list[str | int] = ["9999-12-31", "0001-01-01"]
    instants: list[str | int] = ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00+14:00"]
    return {
        **dict.fromkeys(("on", "geography", "first_day", "last_day"), days),
        **dict.fromkeys(("as_of", "since", "until"), instants),
        **{name: [2**63] for name in ("release", "after", "before")},
        "last-event-id": [str(2**63)],  # A header holds text.
    }


async def _assert_described(fuzzing: Fuzzing, route: Route, *, examples: int) -> None:
    """Asks in a thread of its own: the system answers in the test's event loop."""
    await asyncio.to_thread(_ask, fuzzing, route, examples=examples)


def _ask(fuzzing: Fuzzing, route: Route, *, examples: int) -> None:
    load_all_checks()
    operation, checks = fuzzing.operation(route), CHECKS.get_by_names(WANTED)
    timeout = ANSWER_TIMEOUT_SECONDS
    if route.path == STREAM:
        examples, timeout = examples // 5, STREAM_SECONDS
    cases = st.one_of(
        operation.as_strategy(generation_mode=GenerationMode.POSITIVE),
        operation.as_strategy(generation_mode=GenerationMode.NEGATIVE),
    )

    @settings(
        max_examples=examples,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(st.data())
    def ask(data: st.DataObject) -> None:
        case = data.draw(cases)
        if data.draw(st.booleans()):
            for values in (case.path_parameters, case.query, case.headers):
                _name_what_is_there(data, values, fuzzing.known)
        token = data.draw(st.sampled_from(fuzzing.tokens))
        headers = {"authorization": f"Bearer {token}"}
        case.call_and_validate(fuzzing.address, headers=headers, checks=checks, timeout=timeout)

    ask()
    _assert_all_are_still_known(fuzzing)


def _assert_all_are_still_known(fuzzing: Fuzzing) -> None:
    """So that what was asked was not refused for want of a token."""
    for token in fuzzing.tokens:
        headers = {"authorization": f"Bearer {token}"}
        answer = httpx.get(f"{fuzzing.address}/api/v1/forms", headers=headers)
        assert answer.status_code == 200, answer.text


def _name_what_is_there(data: st.DataObject, values: Any, known: Mapping[str, Any]) -> None:
    for name in values or ():
        if name.lower() in known:
            values[name] = data.draw(st.sampled_from(known[name.lower()]))


@pytest.mark.parametrize("route", API)
async def test_every_answer_is_one_that_the_api_describes(fuzzing: Fuzzing, route: Route) -> None:
    await _assert_described(fuzzing, route, examples=QUICK_EXAMPLES)


@pytest.mark.soak
@pytest.mark.parametrize("route", API)
async def test_many_more_answers_are_ones_that_the_api_describes(
    fuzzing: Fuzzing, route: Route
) -> None:
    await _assert_described(fuzzing, route, examples=LONG_EXAMPLES)
