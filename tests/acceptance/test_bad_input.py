"""Bad input over HTTP: a problem that names each fault, nothing changed, never a 500 (I9)."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import httpx
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.domain.organizations import OrganizationVersion
from shared.settings import Settings
from tests.acceptance import bodies
from tests.support.province import Caller
from tests.support.system import System, running_system

GOOD = {"4": 30, "5": 10, "6": 2, "8": 20, "9": 15, "10": 1, "12": 5, "13": 1}
TEN_MEGABYTES = 10 * 1024 * 1024
KEPT_SCHEMAS = ("log", "intake", "catalogue", "identity")

Fault = tuple[str, str, str | None, str | None]
"""Code, pointer, row, column."""


@pytest.fixture(scope="module")
async def system(module_engine: AsyncEngine, module_database_url: str) -> AsyncIterator[System]:
    settings = Settings(demo=True)
    async with running_system(module_engine, module_database_url, settings=settings) as made:
        yield made


@pytest.fixture
def commune(system: System) -> OrganizationVersion:
    """One that never gets anything accepted, so that all tests may share it."""
    return system.province.communes[0]


@pytest.fixture
def sender(system: System, commune: OrganizationVersion) -> Caller:
    return system.caller(commune)


async def _rows(system: System) -> Mapping[str, int]:
    """How many rows each table has that holds truth; what may not be kept leaves none there."""
    async with system.owner.connect() as connection:
        tables = await connection.scalars(
            text(
                "SELECT schemaname || '.' || tablename FROM pg_tables"
                " WHERE schemaname = ANY(:schemas) ORDER BY 1"
            ),
            {"schemas": list(KEPT_SCHEMAS)},
        )
        return {
            table: await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0
            for table in tables.all()
        }


def _cells(**cells: Any) -> dict[str, Any]:
    """A report of one field of work, some of whose cells are bad."""
    return {"figures": {"LV01": GOOD | cells}}


def _assert_problem(answer: httpx.Response, *, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["type"].endswith(f"/problems/{code}")
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["x-request-id"]
    return problem


def _faults(problem: dict[str, Any]) -> list[Fault]:
    return [
        (each["code"], each.get("pointer"), each.get("row"), each.get("column"))
        for each in problem["errors"]
    ]


@pytest.mark.parametrize(
    ("changes", "code", "fault"),
    [
        pytest.param(
            _cells(**{"99": 1}),
            "validation_failed",
            ("unknown_column", "/figures/LV01/99", "LV01", "99"),
            id="a column the form lacks",
        ),
        pytest.param(
            {"figures": {"LV99": GOOD}},
            "validation_failed",
            ("unknown_row", "/figures/LV99", "LV99", None),
            id="a row the form lacks",
        ),
        pytest.param(
            _cells(**{"3": 41}),
            "validation_failed",
            ("total_mismatch", "/figures/LV01/3", "LV01", "3"),
            id="a total that does not match",
        ),
        pytest.param(
            {"figures": {"LV01": GOOD, "TONG": {"4": 31}}},
            "validation_failed",
            ("total_mismatch", "/figures/TONG/4", "TONG", "4"),
            id="a total row that does not match",
        ),
        pytest.param(
            _cells(**{"4": "1.234"}),
            "validation_failed",
            ("ambiguous_text", "/figures/LV01/4", "LV01", "4"),
            id="1.234 as text",
        ),
        pytest.param(
            _cells(**{"4": "NaN"}),
            "validation_failed",
            ("not_a_number", "/figures/LV01/4", "LV01", "4"),
            id="NaN as text",
        ),
        pytest.param(
            _cells(**{"13": -1}),
            "validation_failed",
            ("negative_count", "/figures/LV01/13", "LV01", "13"),
            id="a negative count",
        ),
        pytest.param(
            _cells(**{"12": 3}),
            "cross_check_failed",
            ("cross_check_failed", "/figures/LV01/3", "LV01", "3"),
            id="figures that contradict each other",
        ),
        pytest.param(
            {"organization": "99999"},
            "validation_failed",
            ("unknown_organization_code", "/organization", None, None),
            id="a wrong organization",
        ),
        pytest.param(
            {"form": "II.06b/VPCP/KSTT"},
            "validation_failed",
            ("unknown_form", "/form", None, None),
            id="a wrong form",
        ),
        pytest.param(
            {"period": "2025-Q5"},
            "validation_failed",
            ("unknown_period_code", "/period", None, None),
            id="a wrong period",
        ),
        pytest.param(
            {"period": "20252"},
            "validation_failed",
            ("unknown_period_code", "/period", None, None),
            id="a period as the ministries write it",
        ),
        pytest.param(
            {"figures": {}},
            "validation_failed",
            ("nothing_entered", "/figures", None, None),
            id="nothing entered",
        ),
    ],
)
async def test_a_fault_is_named_at_its_cell_and_nothing_changes(
    system: System,
    sender: Caller,
    commune: OrganizationVersion,
    *,
    changes: dict[str, Any],
    code: str,
    fault: Fault,
) -> None:
    before = await _rows(system)
    members = {"organization": commune.code, **_cells(), **changes}

    answer = await sender.send(bodies.body(**members), key="bad")

    problem = _assert_problem(answer, status=422, code=code)
    assert fault in _faults(problem)
    assert all(each["detail"] for each in problem["errors"])
    assert await _rows(system) == before


async def test_all_faults_are_named_at_once_in_the_order_of_the_input(
    system: System, sender: Caller, commune: OrganizationVersion
) -> None:
    before = await _rows(system)
    figures = {
        "LV01": GOOD | {"4": "1.234", "99": 1},
        "LV77": {"4": 1},
        "LV02": {"4": -1, "5": "mười"},
    }

    answer = await sender.send(
        bodies.body(organization=commune.code, period="2025-Q9", figures=figures), key="bad"
    )

    problem = _assert_problem(answer, status=422, code="validation_failed")
    assert [pointer for _, pointer, _, _ in _faults(problem)] == [
        "/period",
        "/figures/LV01/4",
        "/figures/LV01/99",
        "/figures/LV77",
        "/figures/LV02/4",
        "/figures/LV02/5",
    ]
    assert await _rows(system) == before


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        pytest.param(b'{"figures":{"LV01":{"4":NaN}}}', 400, "malformed_request", id="NaN"),
        pytest.param(b'{"figures":{"LV01":{"4":-Infinity}}}', 400, "malformed_request", id="inf"),
        pytest.param(b'{"form":"\xff\xfe"}', 400, "malformed_request", id="invalid UTF-8"),
        pytest.param(b'{"form":"a","form":"b"}', 400, "malformed_request", id="a key twice"),
        pytest.param(b'{"form":"\\u0000"}', 400, "malformed_request", id="the character NUL"),
        pytest.param(b'{"form":"\\ud800"}', 400, "malformed_request", id="half a character"),
        pytest.param(b'{"form":', 400, "malformed_request", id="cut off"),
        pytest.param(b"", 400, "malformed_request", id="empty"),
        pytest.param(b"[" * 200_000, 400, "malformed_request", id="nested without end"),
        pytest.param(b"[]", 422, "validation_failed", id="a list"),
        pytest.param(b"7", 422, "validation_failed", id="a number"),
        pytest.param(b" " * TEN_MEGABYTES, 413, "payload_too_large", id="10 MB"),
    ],
)
async def test_what_cannot_be_read_is_refused_whole(
    system: System, sender: Caller, *, raw: bytes, status: int, code: str
) -> None:
    before = await _rows(system)

    answer = await sender.send(raw, key="bad")

    _assert_problem(answer, status=status, code=code)
    assert await _rows(system) == before


async def test_ten_megabytes_without_an_announced_length_are_refused_too(
    system: System, sender: Caller
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(160):
            yield b" " * (TEN_MEGABYTES // 160)

    before = await _rows(system)
    headers = {"authorization": f"Bearer {sender.token}", "content-type": "application/json"}

    try:
        answer = await system.client.post(
            "/api/v1/submissions", content=pieces(), headers={**headers, "idempotency-key": "bad"}
        )
    except httpx.WriteError:
        pass  # The server closed the connection once it had answered.
    else:
        _assert_problem(answer, status=413, code="payload_too_large")
    assert await _rows(system) == before


async def test_the_token_of_another_commune_is_told_nothing(
    system: System, commune: OrganizationVersion
) -> None:
    before = await _rows(system)

    answer = await system.caller(system.province.communes[1]).send(
        bodies.body(organization=commune.code, **_cells()), key="bad"
    )

    _assert_problem(answer, status=404, code="not_found")
    assert commune.name not in answer.text
    assert await _rows(system) == before


@pytest.mark.parametrize("token", ["x", "không", "a" * 5000])
async def test_without_a_token_of_ours_nobody_sends(
    system: System, commune: OrganizationVersion, token: str
) -> None:
    before = await _rows(system)

    answer = await system.client.post(
        "/api/v1/submissions",
        content=bodies.body(organization=commune.code, **_cells()),
        headers={
            b"authorization": f"Bearer {token}".encode(),
            b"content-type": b"application/json",
            b"idempotency-key": b"bad",
        },
    )

    _assert_problem(answer, status=401, code="authentication_required")
    assert await _rows(system) == before


@pytest.mark.parametrize(
    ("key", "status", "code"),
    [
        pytest.param("", 400, "idempotency_key_required", id="no key"),
        pytest.param("k" * 129, 400, "malformed_request", id="a key too long"),
    ],
)
async def test_a_report_needs_a_key_of_its_own(
    system: System,
    sender: Caller,
    commune: OrganizationVersion,
    *,
    key: str,
    status: int,
    code: str,
) -> None:
    before = await _rows(system)

    answer = await sender.send(bodies.body(organization=commune.code, **_cells()), key=key)

    _assert_problem(answer, status=status, code=code)
    assert await _rows(system) == before


async def test_the_same_key_with_another_body_keeps_the_first(system: System) -> None:
    commune = system.province.communes[2]
    sender = system.caller(commune)
    first = await sender.send(bodies.body(organization=commune.code, **_cells()), key="same")
    assert first.status_code == 201, first.text
    before = await _rows(system)

    other = await sender.send(
        bodies.body(organization=commune.code, nothing_to_report=True), key="same"
    )
    again = await sender.send(bodies.body(organization=commune.code, **_cells()), key="same")

    _assert_problem(other, status=422, code="idempotency_key_reused")
    assert (again.status_code, again.json()) == (201, first.json())
    assert await _rows(system) == before


@pytest.mark.parametrize(
    ("method", "path"),
    [
        pytest.param("GET", "/api/v1/reports/99999999999999999999", id="an id beyond bigint"),
        pytest.param("GET", "/api/v1/reports/x", id="an id that is no number"),
        pytest.param("GET", "/api/v1/receipts/%00", id="NUL in the path"),
        pytest.param("GET", "/api/v1/receipts/%FF%FE", id="a path that is not UTF-8"),
        pytest.param("GET", "/api/v1/indicators", id="nothing asked"),
        pytest.param("GET", "/api/v1/indicators?period=%00&organization=70", id="NUL asked for"),
        pytest.param("GET", "/api/v1/rollups?form=x&period=2025-Q2&organization=70", id="no form"),
        pytest.param(
            "GET", "/api/v1/completeness?form=%FF&period=%FF&organization=%FF", id="bytes"
        ),
        pytest.param("GET", "/api/v1/obligations?after=-1", id="a negative page"),
        pytest.param("PUT", "/api/v1/drafts/0", id="no such number"),
        pytest.param("PATCH", "/api/v1/reports/1", id="a method that is not there"),
        pytest.param("GET", "/api/v1/nowhere", id="a path that is not there"),
    ],
)
async def test_bad_addresses_are_problems_too(
    system: System, sender: Caller, *, method: str, path: str
) -> None:
    before = await _rows(system)

    answer = await sender.call(method, path)

    assert 400 <= answer.status_code < 500, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert await _rows(system) == before
