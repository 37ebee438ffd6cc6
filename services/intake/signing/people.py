"""Who signs for an organization."""

from services.intake.service import Intake
from shared.db.engine import driver
from shared.web.principals import Principal, Role

READ_SIGNERS = """
SELECT display_name FROM identity.account
WHERE organization_id = $1 AND active AND $2 = ANY(roles) ORDER BY id
"""


async def read_signers(intake: Intake, principal: Principal) -> tuple[str, ...]:
    """The names of those who sign for the principal's organization."""
    async with intake.engine.connect() as connection:
        native = await driver(connection)
        rows = await native.fetch(READ_SIGNERS, principal.organization_id, Role.SIGNER.value)
    return tuple(row["display_name"] for row in rows)
