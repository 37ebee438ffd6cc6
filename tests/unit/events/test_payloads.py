"""Payloads are closed when produced and open when consumed, and their schemas are published."""

import json
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError as SchemaError
from pydantic import ValidationError

from shared.events.errors import InvalidPayload
from shared.events.export_schemas import schema_path, schema_text
from shared.events.payloads import (
    PAYLOADS,
    SCHEMAS,
    AggregateSignedOffV1,
    CatalogueChangedV1,
    ObligationStateV1,
    Payload,
    PeriodStateV1,
    ReleasePublishedV1,
    ReportStateV1,
    read_payload,
)
from shared.events.topics import EventType

TRACK = {
    "version": 2,
    "submitted_at": "2025-06-16T02:15:00Z",
    "nothing_to_report": False,
    "figures": {"LV01": {"3": "12", "4": "-0.50"}},
    "content": {
        "texts": {"LV01": {"note": "Đúng"}},
        "lists": {"DA": [{"name": "Cầu", "amount": "12.5"}]},
        "sections": {"I": "Đã xong."},
        "files": {"I": [{"sha256": "0" * 64, "name": "ảnh.png"}]},
    },
}
REPORT: dict[str, Any] = {
    "report_id": 123,
    "sequence": 3,
    "organization_id": 41,
    "organization_code": "25270",
    "province_id": 1,
    "regime": "VPCP-KSTT",
    "form": "II.06a/VPCP/KSTT",
    "form_version": 1,
    "period": "2025-Q2",
    "state": "submitted",
    "first_submitted_at": "2025-06-16T01:00:00Z",
    "live": TRACK,
    "official": None,
    "act": {
        "verb": "submit",
        "actor_id": 9,
        "actor_name": "Nguyễn Thị Lan",
        "at": "2025-06-16T02:15:00Z",
        "reason": None,
        "proxy": False,
    },
}
OBLIGATION: dict[str, Any] = {
    "obligation_id": 55,
    "sequence": 1,
    "organization_id": 41,
    "organization_code": "25270",
    "province_id": 1,
    "receiver_id": 8,
    "holder_id": None,
    "regime": "VPCP-KSTT",
    "form": "II.06a/VPCP/KSTT",
    "period": "2025-Q2",
    "cutoff_date": "2025-06-14",
    "deadline": "2025-06-17T17:00:00Z",
    "original_deadline": None,
    "state": "fixed",
    "reason": None,
}
CATALOGUE: dict[str, Any] = {"number": 4, "summary": "Bình Phước, 6/2025"}

SIGNED_OFF: dict[str, Any] = {
    "signoff_id": 7,
    "sequence": 1,
    "organization_id": 8,
    "organization_code": "695",
    "province_id": 1,
    "regime": "VPCP-KSTT",
    "form": "II.06a/VPCP/KSTT",
    "form_version": 1,
    "period": "2025-Q2",
    "figures": {"LV01": {"4": "120"}},
    "coverage": {"expected": 11, "reported": 11, "on_time": 10},
    "position": 4711,
    "sha256": "0" * 64,
    "act": {
        "actor_id": 12,
        "actor_name": "Lê Minh Đức",
        "at": "2025-06-19T02:15:00Z",
        "reason": None,
    },
}
RELEASED: dict[str, Any] = {
    "release_id": 3,
    "number": "2025-Q2/1",
    "sequence": 1,
    "province_id": 1,
    "organization_code": "70",
    "regime": "VPCP-KSTT",
    "form": "II.06a/VPCP/KSTT",
    "form_version": 1,
    "period": "2025-Q2",
    "coverage": {"expected": 111, "reported": 111, "on_time": 108},
    "position": 4711,
    "catalogue_number": 4,
    "sha256": "0" * 64,
    "act": SIGNED_OFF["act"],
}
PERIOD: dict[str, Any] = {
    "province_id": 1,
    "regime": "VPCP-KSTT",
    "period": "2025-Q2",
    "sequence": 1,
    "state": "closed",
    "act": {
        "verb": "close",
        "actor_id": None,
        "actor_name": "Tự động theo chế độ báo cáo",
        "at": "2025-07-01T00:00:00Z",
        "reason": "Hết 5 ngày làm việc kể từ thời hạn cuối của kỳ.",
    },
}
CASES = [
    pytest.param("report-state.v1", ReportStateV1, REPORT, id="report"),
    pytest.param("obligation-state.v1", ObligationStateV1, OBLIGATION, id="obligation"),
    pytest.param("period-state.v1", PeriodStateV1, PERIOD, id="period"),
    pytest.param("aggregate-signed-off.v1", AggregateSignedOffV1, SIGNED_OFF, id="aggregate"),
    pytest.param("release-published.v1", ReleasePublishedV1, RELEASED, id="release"),
    pytest.param("catalogue-changed.v1", CatalogueChangedV1, CATALOGUE, id="catalogue"),
]


def published(name: str) -> Draft202012Validator:
    schema = json.loads(schema_path(name).read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema, format_checker=Draft202012Validator.FORMAT_CHECKER)


@pytest.mark.parametrize(("name", "model"), SCHEMAS.items())
def test_the_published_schema_is_that_of_the_code(name: str, model: type[Payload]) -> None:
    text = schema_path(name).read_text(encoding="utf-8")
    assert text == schema_text(name, model=model), "run python -m shared.events.export_schemas"


@pytest.mark.parametrize(("name", "model", "data"), CASES)
def test_what_is_produced_keeps_to_the_published_schema(
    name: str, model: type[Payload], data: dict[str, Any]
) -> None:
    produced = json.loads(model.model_validate(data).json_text())
    published(name).validate(produced)
    assert produced == data


@pytest.mark.parametrize(("name", "model", "data"), CASES)
def test_an_unknown_field_is_refused_when_produced_and_ignored_when_consumed(
    name: str, model: type[Payload], data: dict[str, Any]
) -> None:
    newer = {**data, "colour": "red"}
    with pytest.raises(ValidationError):
        model.model_validate(newer)
    with pytest.raises(SchemaError):
        published(name).validate(newer)
    assert read_payload(newer, model) == model.model_validate(data)


def test_an_unknown_field_deep_inside_is_ignored_when_consumed() -> None:
    newer = {**REPORT, "live": {**TRACK, "signature": "…"}}
    assert read_payload(newer, ReportStateV1) == ReportStateV1.model_validate(REPORT)


@pytest.mark.parametrize(
    "figure", ["1e3", "01", "1,5", ".5", "5.", "+1", "", "NaN", "1 000", "١", 12, 0.5]
)
def test_a_figure_that_is_no_exact_decimal_text_is_refused(figure: object) -> None:
    data = {**REPORT, "live": {**TRACK, "figures": {"LV01": {"3": figure}}}}
    with pytest.raises(InvalidPayload, match=r"^live/figures/LV01/3: "):
        read_payload(data, ReportStateV1)
    with pytest.raises(SchemaError):
        published("report-state.v1").validate(data)


def test_every_fault_is_named_and_no_value_is_repeated() -> None:
    data = {**REPORT, "sequence": 0, "state": "secret-state"}
    del data["form"]
    with pytest.raises(InvalidPayload) as caught:
        read_payload(data, ReportStateV1)
    message = str(caught.value)
    assert all(f"{field}: " in message for field in ("sequence", "state", "form"))
    assert "secret-state" not in message


def test_an_instant_without_a_time_zone_is_refused() -> None:
    with pytest.raises(InvalidPayload, match="deadline"):
        read_payload({**OBLIGATION, "deadline": "2025-06-17T17:00:00"}, ObligationStateV1)


def test_every_event_type_has_a_payload() -> None:
    assert set(PAYLOADS) == set(EventType)
    assert set(SCHEMAS.values()) == set(PAYLOADS.values())
