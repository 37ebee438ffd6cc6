"""Events keep everything, exactly, through Kafka's headers and through JSON."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.events.envelope import (
    Headers,
    RecordedEvent,
    data_text,
    from_json,
    from_kafka,
    to_json,
    to_kafka,
)
from shared.events.errors import MalformedEvent

SOURCE = "urn:uuid:5d1c0b1e-6f6b-4a53-9a8f-0d4b4f3f2a11"
INSTANT = datetime(2025, 6, 16, 1, 0, 0, 250000, tzinfo=UTC)
EVENT = RecordedEvent(
    event_id=UUID("018f4e7c-0000-7000-8000-000000000001"),
    type="vn.tonghop.report.submitted.v1",
    subject="report/123",
    province_id=70,
    catalogue_number=4,
    data={"figures": {"LV01": {"3": "0.10"}}, "name": "Lộc Ninh"},
    occurred_at=INSTANT,
    position=2**40,
    recorded_at=INSTANT,
)

events = st.builds(
    RecordedEvent,
    event_id=st.uuids(),
    type=st.text(min_size=1),
    subject=st.text(min_size=1),
    province_id=st.none() | st.integers(1, 2**63 - 1),
    catalogue_number=st.integers(0, 2**63 - 1),
    data=st.dictionaries(st.text(), st.text() | st.integers() | st.none() | st.booleans()),
    occurred_at=st.datetimes(timezones=st.just(UTC)),
    position=st.integers(1, 2**63 - 1),
    recorded_at=st.datetimes(timezones=st.just(UTC)),
)


@given(event=events, previous=st.integers(0, 2**63 - 1))
def test_an_event_is_the_same_after_kafka(event: RecordedEvent, previous: int) -> None:
    message = to_kafka(event, previous_position=previous, source=SOURCE)
    received = from_kafka(message.value, headers=message.headers)
    assert received.event == event
    assert (received.previous_position, received.source) == (previous, SOURCE)


@given(event=events)
def test_an_event_is_the_same_after_json(event: RecordedEvent) -> None:
    assert from_json(to_json(event, source=SOURCE)) == event


def test_the_data_goes_out_as_it_was_stored() -> None:
    stored = replace(EVENT, data_text='{"amount": 0.10}', data={"amount": Decimal("0.10")})
    message = to_kafka(stored, previous_position=0, source=SOURCE)
    assert message.value == b'{"amount": 0.10}'
    assert from_kafka(message.value, headers=message.headers).event.data == stored.data
    assert '"data":{"amount": 0.10}' in to_json(stored, source=SOURCE)


def test_a_decimal_that_was_never_stored_is_refused_rather_than_rounded() -> None:
    with pytest.raises(TypeError):
        data_text(replace(EVENT, data={"amount": Decimal("0.10")}))


def test_the_key_is_the_province_and_the_catalogue_has_none() -> None:
    assert to_kafka(EVENT, previous_position=0, source=SOURCE).key == b"70"
    catalogue = replace(EVENT, province_id=None)
    message = to_kafka(catalogue, previous_position=0, source=SOURCE)
    assert message.key is None
    assert "ce_provinceid" not in dict(message.headers)


def headers_with(**changes: bytes | None) -> Headers:
    headers = dict(to_kafka(EVENT, previous_position=0, source=SOURCE).headers)
    for name, value in changes.items():
        headers.pop(f"ce_{name}")
        if value is not None:
            headers[f"ce_{name}"] = value
    return list(headers.items())


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("id", None, id="missing"),
        pytest.param("id", b"17", id="not a UUID"),
        pytest.param("type", b"", id="empty"),
        pytest.param("subject", b"\xff", id="not UTF-8"),
        pytest.param("specversion", b"0.3", id="other specification"),
        pytest.param("position", b"-1", id="negative position"),
        pytest.param("position", "١".encode(), id="digits of another script"),
        pytest.param("time", b"2025-06-16T01:00:00", id="no time zone"),
        pytest.param("time", b"yesterday", id="not an instant"),
        pytest.param("previousposition", None, id="no predecessor"),
    ],
)
def test_a_header_that_is_wrong_is_named(name: str, value: bytes | None) -> None:
    with pytest.raises(MalformedEvent, match=f"^{name}: "):
        from_kafka(b"{}", headers=headers_with(**{name: value}))


@pytest.mark.parametrize(
    "value",
    [
        pytest.param(None, id="nothing"),
        pytest.param(b"", id="empty"),
        pytest.param(b"[]", id="a list"),
        pytest.param(b"{", id="cut off"),
        pytest.param(b"\xff{}", id="not UTF-8"),
        pytest.param(b"[" * 100_000, id="too deep"),
    ],
)
def test_a_value_that_is_no_json_object_is_malformed(value: bytes | None) -> None:
    with pytest.raises(MalformedEvent, match=r"^data: "):
        from_kafka(value, headers=headers_with())


def test_headers_that_we_do_not_know_are_ignored() -> None:
    headers = [*headers_with(), ("ce_traceparent", b"00-1"), ("other", b"\xff")]
    assert from_kafka(b"{}", headers=headers).event.position == EVENT.position
