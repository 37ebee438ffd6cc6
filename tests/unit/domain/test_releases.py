"""Releasing figures: when it may be done, and what the release is called."""

from datetime import date

import pytest

from shared.domain.errors import DomainError
from shared.domain.identifiers import PeriodCode
from shared.domain.releases import (
    DataWindowOpen,
    NotAProvince,
    NothingToRelease,
    OlderThanLastRelease,
    ReleaseNeedsReason,
    ReleaseUnchanged,
    release_number,
    require_release,
)
from shared.domain.rollups import Coverage

WHOLE, PART = Coverage(10, 10, 9), Coverage(10, 8, 8)
CUTOFF = date(2025, 6, 14)


def refusal(
    coverage: Coverage = WHOLE,
    *,
    sequence: int = 1,
    reason: str | None = None,
    today: date = date(2025, 6, 25),
) -> DomainError | None:
    """Why it may not be released; None if it may."""
    try:
        require_release(coverage, sequence=sequence, reason=reason, cutoff=CUTOFF, today=today)
    except DomainError as error:
        return error
    return None


def test_a_whole_period_is_released_without_a_reason() -> None:
    assert refusal() is None


def test_the_window_of_the_data_must_have_ended() -> None:
    refused = refusal(today=CUTOFF)
    assert isinstance(refused, DataWindowOpen)
    assert "14/06/2025" in str(refused)
    assert refusal(today=date(2025, 6, 15)) is None


def test_nothing_approved_is_nothing_to_release() -> None:
    assert isinstance(refusal(Coverage(10, 0, 0), reason="Gấp"), NothingToRelease)


def test_what_lacks_reports_needs_a_reason() -> None:
    refused = refusal(PART, reason=" ")
    assert isinstance(refused, ReleaseNeedsReason)
    assert refused.missing == 2
    assert refusal(PART, reason="Hai xã mất kết nối") is None


def test_a_further_release_needs_a_reason() -> None:
    refused = refusal(sequence=2)
    assert isinstance(refused, ReleaseNeedsReason)
    assert "chốt lại" in str(refused)
    assert refusal(sequence=2, reason="Xã Tân Lập đính chính") is None


def test_releases_of_a_period_are_numbered_after_it() -> None:
    assert release_number(PeriodCode("2025-Q2"), 3) == "2025-Q2/3"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        pytest.param(ReleaseUnchanged(number="2025-Q2/1"), "2025-Q2/1", id="unchanged"),
        pytest.param(OlderThanLastRelease(position=7), "tải lại", id="older"),
        pytest.param(NotAProvince(), "cấp tỉnh", id="not a province"),
    ],
)
def test_a_refusal_says_what_to_do(error: DomainError, said: str) -> None:
    assert said in str(error)
