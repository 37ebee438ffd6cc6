"""The real calendar of 2025–2026 and short ways to make organizations."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import settings

from shared.domain.calendars import WorkingCalendar
from shared.domain.identifiers import OrganizationCode, OrganizationId
from shared.domain.names import search_key, sort_key
from shared.domain.organizations import OrganizationKind, OrganizationVersion

DAYS_OFF = """
    2025-01-01 2025-01-27 2025-01-28 2025-01-29 2025-01-30 2025-01-31 2025-04-07 2025-04-30
    2025-05-01 2025-05-02 2025-09-01 2025-09-02
    2026-01-01 2026-01-02 2026-02-16 2026-02-17 2026-02-18 2026-02-19 2026-02-20 2026-04-27
    2026-04-30 2026-05-01 2026-08-31 2026-09-01 2026-09-02 2026-11-24
"""
DAYS_WORKED = "2025-04-26 2026-01-10 2026-08-22"

# How long an example takes tells how busy the machine is, not whether a law holds.
settings.register_profile("laws", deadline=None)
# Every branch has a test that does not leave it to chance; `make check` counts with few examples.
settings.register_profile(
    "branches", deadline=None, max_examples=5, derandomize=True, database=None
)
settings.load_profile("laws")

MakeOrganization = Callable[..., OrganizationVersion]


@pytest.fixture(scope="session")
def calendar() -> WorkingCalendar:
    """Days off and worked as announced for 2025 and 2026; 2027 is not announced."""
    return WorkingCalendar(
        days_off=frozenset(map(date.fromisoformat, DAYS_OFF.split())),
        days_worked=frozenset(map(date.fromisoformat, DAYS_WORKED.split())),
        estimated_years=frozenset({2027}),
    )


@pytest.fixture(scope="session")
def make_organization() -> MakeOrganization:
    """Make an organization in force since 2020: a commune, or what the keywords say."""

    def make(organization_id: int, parent_id: int | None = None, **changed: Any) -> Any:
        name = changed.get("name", f"Đơn vị {organization_id}")
        fields = {
            "id": OrganizationId(organization_id),
            "code": OrganizationCode(f"{organization_id:05d}"),
            "name": name,
            "kind": OrganizationKind.COMMUNE,
            "level": "commune",
            "parent_id": None if parent_id is None else OrganizationId(parent_id),
            "province_id": OrganizationId(1),
            "valid_from": date(2020, 1, 1),
            "valid_to": None,
            "search_key": search_key(name),
            "sort_key": sort_key(name),
        }
        return OrganizationVersion(**(fields | changed))

    return make
