from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.accounts.attempts import FailureBrake
from services.intake.accounts.service import Accounts
from shared.clock import SystemClock
from shared.db.engine import create_engine
from tests.support.identity import FAILURES_OF_AN_ADDRESS, identity_app
from tests.support.web import quick_passwords


@pytest.fixture
async def intake_engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    """An engine with the rights of intake, no more."""
    made = create_engine(database_url, role="tonghop_intake")
    yield made
    await made.dispose()


@pytest.fixture
def accounts(intake_engine: AsyncEngine) -> Accounts:
    return Accounts(
        engine=intake_engine,
        session_life=timedelta(hours=1),
        passwords=quick_passwords(),
        brake=FailureBrake(allowed=FAILURES_OF_AN_ADDRESS),
        clock=SystemClock(),
    )


@pytest.fixture
def app(accounts: Accounts, intake_engine: AsyncEngine) -> FastAPI:
    return identity_app(accounts, intake_engine)
