"""What was done with drafts before the report was sent."""

from services.intake.drafts.repository import RecordedDraftAct, read_draft_acts
from services.intake.service import Intake
from shared.db.engine import driver, snapshot
from shared.domain.identifiers import ObligationId


async def read_signing(intake: Intake, obligation_id: ObligationId) -> tuple[RecordedDraftAct, ...]:
    """The acts on the sender's drafts, oldest first. The caller has judged who may read them."""
    async with snapshot(intake.engine) as connection:
        return await read_draft_acts(await driver(connection), obligation_id)
