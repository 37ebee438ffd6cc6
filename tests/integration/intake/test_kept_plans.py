"""What PostgreSQL does for each submission: it plans none of the statements anew.

Planning the context of a report took three times as long as reading it, until its joins were
estimated at one row each (docs/decisions/0001-submit-speed.md).
"""

from services.intake.submissions.repository import READ_CONTEXT, SAVE_SUBMISSION
from shared.db.engine import native
from tests.support.intake_world import Caller, World

CUSTOM_PLANS_TRIED = 5
"""So often PostgreSQL plans for the values given, before it compares (`plan_cache_mode` auto)."""

PLANS = """
SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements
WHERE statement = ANY($1)
"""


async def test_the_plans_of_a_submission_are_kept(world: World, sender: Caller) -> None:
    times = 2 * CUSTOM_PLANS_TRIED
    for _ in range(times):
        assert (await sender.send(sender.body(reason="Đính chính"))).status_code == 201

    async with native(world.intake.engine) as connection:
        plans = await connection.fetch(PLANS, [READ_CONTEXT, SAVE_SUBMISSION])

    assert [plan["custom_plans"] for plan in plans] == [CUSTOM_PLANS_TRIED] * 2
    assert [plan["generic_plans"] for plan in plans] == [times - CUSTOM_PLANS_TRIED] * 2
