"""Units that owe a report."""

from datetime import date

from shared.domain.identifiers import OrganizationCode, OrganizationId
from shared.domain.organizations import OrganizationKind, OrganizationVersion


def ward(code: str = "25216") -> OrganizationVersion:
    return _unit(OrganizationKind.WARD, code)


def commune(code: str = "25217") -> OrganizationVersion:
    return _unit(OrganizationKind.COMMUNE, code)


def _unit(kind: OrganizationKind, code: str) -> OrganizationVersion:
    return OrganizationVersion(
        id=OrganizationId(1),
        code=OrganizationCode(code),
        name="Đơn vị",
        kind=kind,
        level="commune",
        parent_id=None,
        province_id=OrganizationId(1),
        valid_from=date(2020, 1, 1),
        valid_to=None,
    )
