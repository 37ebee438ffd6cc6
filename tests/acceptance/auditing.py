"""What the audit holds that people did."""

from typing import NamedTuple

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

LINES = text("SELECT source, number, sequence, action FROM identity.audit_trail")


class AuditLine(NamedTuple):
    source: str
    number: int
    sequence: int
    action: str


async def audit_lines(owner: AsyncEngine) -> set[AuditLine]:
    """Every line, acts on reports included."""
    async with owner.connect() as connection:
        return {AuditLine(*row) for row in await connection.execute(LINES)}
