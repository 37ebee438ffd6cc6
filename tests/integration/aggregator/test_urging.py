"""Beside each missing report: the receiver's button, once a day, and who urged last, and when."""

import re
from datetime import UTC, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.db.engine import transaction
from shared.domain.identifiers import OrganizationId
from shared.web.principals import Role
from tests.integration.aggregator.conftest import Deliver
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.world import COMMUNES, DISTRICTS, PROVINCE, Q2, SUMMED, History

DISTRICT = DISTRICTS[0]
FIRST, *OTHERS = COMMUNES[DISTRICT]
PATHS = ("/dashboard", "/dashboard/fragment", "/completeness")
REVIEWER = frozenset({Role.REVIEWER})

URGE = text("""
INSERT INTO notifier.reminder (
    kind, about_id, organization_id, stage, recipient, message_id, subject, body_text, body_html,
    decided_at, state, urged_by, urged_by_name, urged_on)
SELECT 'report', obligation_id, organization_id, 'urge', 'a@b.example', '<1@b>', 's', 't', 'h',
       :at, 'sent', 1, 'Lê Minh Đức', '2025-06-16'
FROM aggregator.obligation WHERE (form, period, organization_id) = (:form, :period, :commune)
""")


@pytest.fixture
async def shown(desk: Desk, history: History, deliver: Deliver) -> Desk:
    """The district's four communes owe a report; the first has sent it."""
    history.submit((FIRST, SUMMED, Q2), R1={"a": 1})
    await deliver(history.events)
    desk.sit_down(DISTRICT, roles=REVIEWER)
    return desk


async def page(desk: Desk, path: str) -> str:
    answer = await desk.get(path, form=SUMMED.lower(), organization="2")
    assert answer.status_code == 200, answer.text
    return answer.text


def asked_for(page: str) -> list[str]:
    """The obligations that the forms of a page name."""
    return re.findall(r'name="obligation" value="(\d+)"', page)


@pytest.mark.parametrize("path", PATHS)
async def test_the_receiver_may_urge_each_unit_that_has_not_sent_and_all_of_them(
    shown: Desk, path: str
) -> None:
    found = asked_for(await page(shown, path))

    assert len(set(found)) == len(OTHERS)
    assert len(found) == 2 * len(OTHERS)


@pytest.mark.parametrize(
    ("organization", "roles"),
    [
        pytest.param(PROVINCE, REVIEWER, id="receives it from the district only"),
        pytest.param(DISTRICT, frozenset({Role.LEADER}), id="only reads"),
    ],
)
async def test_whoever_does_not_review_these_reports_has_no_button(
    shown: Desk, organization: OrganizationId, roles: frozenset[Role]
) -> None:
    shown.sit_down(organization, roles=roles)

    for path in PATHS:
        assert asked_for(await page(shown, path)) == []


async def test_who_was_urged_today_is_not_urged_again_before_tomorrow(
    shown: Desk, engine: AsyncEngine
) -> None:
    async with transaction(engine) as connection:
        values = {"form": SUMMED, "period": Q2, "commune": OTHERS[0]}
        await connection.execute(URGE, values | {"at": datetime(2025, 6, 16, 2, 5, tzinfo=UTC)})

    today = await page(shown, "/completeness")
    shown.clock.move_to(datetime(2025, 6, 17, 1, tzinfo=UTC))
    tomorrow = await page(shown, "/completeness")

    assert "Đôn đốc lúc 09:05, 16/06/2025, Lê Minh Đức" in today
    assert len(set(asked_for(today))) == len(OTHERS) - 1
    assert "Đôn đốc lúc 09:05, 16/06/2025, Lê Minh Đức" in tomorrow
    assert len(set(asked_for(tomorrow))) == len(OTHERS)


async def test_before_the_cut_off_there_is_nothing_to_urge_for(shown: Desk) -> None:
    shown.clock.move_to(datetime(2025, 6, 14, 1, tzinfo=UTC))

    assert asked_for(await page(shown, "/completeness")) == []


async def test_a_page_of_the_past_has_no_button(shown: Desk) -> None:
    answer = await shown.get(
        "/completeness", form=SUMMED.lower(), organization="2", as_of="2025-06-16T08:00"
    )

    assert asked_for(answer.text) == []


async def test_the_page_says_what_the_button_has_done(shown: Desk) -> None:
    answer = await shown.get(
        "/completeness", form=SUMMED.lower(), organization="2", urged="3", unaddressed="1"
    )

    assert "Đã đôn đốc 3 đơn vị." in answer.text
    assert "1 đơn vị chưa có địa chỉ thư" in answer.text
