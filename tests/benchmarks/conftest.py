"""Callers of the measurements."""

from collections.abc import Callable
from datetime import date

import pytest

from services.bench.world import Caller
from shared.domain.identifiers import AccountId, OrganizationCode, OrganizationId
from shared.domain.organizations import OrganizationKind, OrganizationVersion


@pytest.fixture
def caller_factory() -> Callable[[str], Caller]:
    def make(code: str) -> Caller:
        organization = OrganizationVersion(
            id=OrganizationId(int(code)),
            code=OrganizationCode(code),
            name=code,
            kind=OrganizationKind.COMMUNE,
            level="commune",
            parent_id=None,
            province_id=OrganizationId(70),
            valid_from=date(2024, 1, 1),
            valid_to=None,
            search_key=code,
            sort_key=code,
        )
        return Caller(organization, AccountId(1), "token")

    return make
