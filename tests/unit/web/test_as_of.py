"""Reading the parameter that says as of when."""

from datetime import UTC, datetime

import pytest

from shared.web.as_of import read_as_of
from shared.web.problems import ValidationFailed

EIGHT = datetime(2025, 6, 16, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("2025-06-16T08:00:00+07:00", id="in Vietnam"),
        pytest.param("2025-06-16T01:00:00Z", id="in UTC"),
        pytest.param("2025-06-16t01:00:00.000000z", id="small letters, as RFC 3339 allows"),
        pytest.param("2025-06-16T08:00:00 07:00", id="a plus that an address made a space"),
        pytest.param("2025-06-16T01:00:00.0000009Z", id="finer than we keep"),
    ],
)
def test_an_instant_is_read_however_its_zone_is_written(text: str) -> None:
    assert read_as_of(text) == EIGHT


def test_digits_alone_are_a_position() -> None:
    assert read_as_of("20250616") == 20250616


def test_on_pages_an_instant_without_a_zone_is_the_time_of_vietnam() -> None:
    assert read_as_of("2025-06-16T08:00", local=True) == EIGHT
    with pytest.raises(ValidationFailed):
        read_as_of("2025-06-16T08:00")


@pytest.mark.parametrize("text", ["", "now", "2025-06", "2025-02-30T00:00:00Z", "9" * 20, "١٢"])
def test_anything_else_is_refused_by_the_name_of_its_parameter(text: str) -> None:
    with pytest.raises(ValidationFailed) as refused:
        read_as_of(text, parameter="since")
    [fault] = refused.value.errors
    assert (fault.parameter, fault.code) == ("since", "invalid_as_of")
