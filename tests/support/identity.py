"""An application of accounts alone, and what the audit says of them."""

from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.accounts.routes import account_routers
from services.intake.accounts.service import Accounts
from tests.support.templates import ROOT
from tests.support.web import EdgeSettings, web_app

TEMPLATES = ROOT / "services" / "intake" / "templates"
PASSWORD = "con trâu đi trước cái cày"
FAILURES_OF_AN_ADDRESS = 8


def identity_app(
    accounts: Accounts,
    engine: AsyncEngine,
    *,
    settings: EdgeSettings | None = None,
    **state: object,
) -> FastAPI:
    settings = settings or EdgeSettings()
    return web_app(
        *account_routers(in_demo=settings.demo),
        engine=engine,
        state={"accounts": accounts, **state},
        template_folders=[TEMPLATES],
        settings=settings,
    )


async def actions(engine: AsyncEngine) -> list[str]:
    """What the audit holds, oldest first, but for the making of accounts."""
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT action FROM identity.audit ORDER BY id"))
        return [action for (action,) in rows if action != "account_created"]
