"""The province asks the communes of one district for a report out of turn, on a Friday in June."""

from datetime import date, datetime

from services.intake.requests.repository import Wording
from services.intake.requests.use_cases import Asked, ask
from services.intake.service import Intake
from shared.domain.identifiers import AccountId
from shared.domain.organizations import OrganizationVersion
from shared.domain.time import VIETNAM
from shared.web.principals import Principal, Role

REQUEST_ASKED = datetime(2025, 6, 13, 15, 30, tzinfo=VIETNAM)
"""The last working day before the demonstration begins."""

DISTRICT = "688"
"""Thị xã Phước Long, where nobody of the demonstration works."""


async def ask_for_overdue_files(intake: Intake, *, actor_id: AccountId) -> None:
    """One request with a data window and a deadline of its own."""
    known = await intake.catalogue.current()
    tree = known.tree(intake.clock.today())
    units = sorted(tree.organizations.values(), key=_by_code)
    province = next(each for each in units if each.parent_id is None)
    district = next(each for each in units if each.code == DISTRICT)
    asker = Principal(
        account_id=actor_id,
        username="mo-phong",
        display_name=f"Chuyên viên {province.name} (mô phỏng)",
        organization_id=province.id,
        roles=frozenset({Role.REVIEWER}),
    )
    asked = Asked(
        regime="VPCP-KSTT-DX",
        form="II.06a/VPCP/KSTT",
        first=date(2025, 5, 1),
        last=date(2025, 5, 31),
        last_day=date(2025, 6, 20),
        addressees=[each.code for each in units if each.parent_id == district.id],
        wording=Wording(
            "Rà soát hồ sơ quá hạn tháng 5",
            "Phục vụ họp giao ban của Chủ tịch UBND tỉnh; tập trung hồ sơ đất đai.",
        ),
    )
    await ask(intake, asker, asked)


def _by_code(unit: OrganizationVersion) -> str:
    return unit.code
