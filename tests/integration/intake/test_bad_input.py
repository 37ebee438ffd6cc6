"""Bad input gets a problem that names each fault, and changes nothing."""

import json
from typing import Any

import pytest

from tests.support.intake_world import Caller, World

GOOD = {"4": 30, "5": 10, "6": 2, "8": 20, "9": 15, "10": 1, "12": 5, "13": 1}


def _with(**cells: Any) -> dict[str, Any]:
    return {"figures": {"LV01": GOOD | cells}}


@pytest.mark.parametrize(
    ("changes", "code", "pointer"),
    [
        pytest.param(_with(**{"99": 1}), "unknown_column", "/figures/LV01/99", id="unknown-column"),
        pytest.param(
            {"figures": {"LV01": GOOD, "LV99": {"4": 1}}},
            "unknown_row",
            "/figures/LV99",
            id="unknown-row",
        ),
        pytest.param(_with(**{"3": 41}), "total_mismatch", "/figures/LV01/3", id="wrong-total"),
        pytest.param(_with(**{"4": "1.234"}), "ambiguous_text", "/figures/LV01/4", id="ambiguous"),
        pytest.param(_with(**{"4": -3}), "negative_count", "/figures/LV01/4", id="negative-count"),
        pytest.param(_with(**{"4": 1.5}), "not_an_integer", "/figures/LV01/4", id="half-a-file"),
        pytest.param(_with(**{"4": True}), "not_a_number", "/figures/LV01/4", id="truth-value"),
        pytest.param(_with(**{"4": "mười"}), "not_a_number", "/figures/LV01/4", id="words"),
        pytest.param(_with(**{"4": 10**40}), "too_large", "/figures/LV01/4", id="too-large"),
        pytest.param({"organization": "99999"}, None, "/organization", id="wrong-organization"),
        pytest.param({"form": "II.99/X"}, "unknown_form", "/form", id="wrong-form"),
        pytest.param({"regime": "KHONG-CO"}, "unknown_regime", "/regime", id="wrong-regime"),
        pytest.param({"period": "2025-Q5"}, "unknown_period_code", "/period", id="wrong-period"),
        pytest.param({"period": "2025-06"}, "unknown_period_code", "/period", id="wrong-frequency"),
        pytest.param({"period": "2019-Q2"}, "unknown_form", "/form", id="period-before-the-form"),
        pytest.param({"period": "2024-Q3"}, "no_obligation", "/period", id="no-obligation"),
        pytest.param({"organization": 5}, "string_type", "/organization", id="code-is-a-number"),
        pytest.param({"extra": 1}, "extra_forbidden", "/extra", id="unknown-member"),
        pytest.param({"figures": []}, "not_an_object", "/figures", id="figures-are-a-list"),
        pytest.param({"figures": {}}, "nothing_entered", "/figures", id="nothing-entered"),
        pytest.param(
            {"nothing_to_report": True},
            "figures_with_nothing_to_report",
            "/nothing_to_report",
            id="figures-with-nothing-to-report",
        ),
        pytest.param(
            {"explanations": {"KHONG": "vì"}},
            "unknown_check",
            "/explanations/KHONG",
            id="explains-no-rule",
        ),
    ],
)
async def test_a_fault_is_named_with_its_place(
    world: World, sender: Caller, changes: dict[str, Any], code: str | None, pointer: str
) -> None:
    before = await world.log_counts()

    response = await sender.send(sender.body(**changes))

    assert response.status_code == 422, response.text
    assert response.headers["content-type"] == "application/problem+json"
    problem = response.json()
    assert problem["code"] == "validation_failed"
    faults = [(fault["code"], fault["pointer"]) for fault in problem["errors"]]
    if code is None:
        assert pointer in {place for _, place in faults}
    else:
        assert (code, pointer) in faults
    assert await world.log_counts() == before


async def test_a_contradiction_is_a_failed_cross_check(world: World, sender: Caller) -> None:
    before = await world.log_counts()

    response = await sender.send(sender.body(**_with(**{"12": 3})))

    assert response.status_code == 422
    problem = response.json()
    assert problem["code"] == "cross_check_failed"
    [fault, *_] = problem["errors"]
    assert (fault["row"], fault["severity"]) == ("LV01", "hard")
    assert "lệch 2" in fault["detail"]
    assert await world.log_counts() == before


async def test_all_faults_come_at_once_in_input_order(world: World, sender: Caller) -> None:
    figures = {"LV01": GOOD | {"4": "1.234", "99": 1}, "LV77": {"4": 1}, "LV02": {"4": -1}}

    response = await sender.send(
        sender.body(organization=7, period="2025-Q9", figures=figures, nothing=1)
    )

    pointers = [fault["pointer"] for fault in response.json()["errors"]]
    assert response.status_code == 422
    assert pointers == [
        "/organization",
        "/nothing",
        "/period",
        "/figures/LV01/4",
        "/figures/LV01/99",
        "/figures/LV77",
        "/figures/LV02/4",
    ]


@pytest.mark.parametrize(
    ("raw", "status", "code"),
    [
        pytest.param(b'{"figures": {"LV01": {"4": NaN}}}', 400, "malformed_request", id="nan"),
        pytest.param(b'{"a": 1, "a": 2}', 400, "malformed_request", id="duplicate-key"),
        pytest.param(b'{"form": "\xff"}', 400, "malformed_request", id="invalid-utf-8"),
        pytest.param(b'{"form": "\\u0000"}', 400, "malformed_request", id="nul"),
        pytest.param(b'{"form": ', 400, "malformed_request", id="cut-off"),
        pytest.param(b"", 400, "malformed_request", id="empty"),
        pytest.param(b"[]", 422, "validation_failed", id="a-list"),
        pytest.param(b"null", 422, "validation_failed", id="null"),
        pytest.param(b"[" * 100_000, 400, "malformed_request", id="deeply-nested"),
        pytest.param(b" " * 10_000_000, 413, "payload_too_large", id="ten-megabytes"),
    ],
)
async def test_a_body_that_cannot_be_read_is_refused(
    world: World, sender: Caller, raw: bytes, status: int, code: str
) -> None:
    before = await world.log_counts()

    response = await sender.send(raw)

    assert response.status_code == status, response.text
    assert response.json()["code"] == code
    assert await world.log_counts() == before


async def test_another_media_type_is_refused(world: World, sender: Caller) -> None:
    response = await sender.send(json.dumps(sender.body()).encode(), content_type="text/plain")

    assert response.status_code == 415


async def test_the_token_of_another_commune_learns_nothing(world: World, sender: Caller) -> None:
    other = await world.as_sender(world.next_commune())
    before = await world.log_counts()

    response = await other.send(sender.body())

    assert response.status_code == 404
    assert response.json()["code"] == "not_found"
    assert sender.organization.name not in response.text
    assert await world.log_counts() == before


async def test_the_district_may_not_send_for_a_commune(world: World, sender: Caller) -> None:
    district = await world.as_sender(world.parent(sender.organization))
    before = await world.log_counts()

    response = await district.send(sender.body())

    assert response.status_code == 403
    assert await world.log_counts() == before


async def test_a_reviewer_is_no_sender(world: World, sender: Caller) -> None:
    reader = await world.as_reviewer(sender.organization)

    assert (await reader.send(sender.body())).status_code == 403


@pytest.mark.parametrize(
    "headers",
    [pytest.param({}, id="none"), pytest.param({"Authorization": "Bearer x"}, id="unknown")],
)
async def test_without_a_valid_token_nobody_sends(
    world: World, sender: Caller, headers: dict[str, str]
) -> None:
    response = await world.client.post(
        "/api/v1/submissions",
        json=sender.body(),
        headers={"Idempotency-Key": "k", **headers},
    )

    assert response.status_code == 401
    assert response.json()["code"] == "authentication_required"
