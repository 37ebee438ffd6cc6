"""A clock that jumps ahead or back leaves no session, lock or link alive beyond its time."""

import secrets
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.accounts import use_cases
from services.intake.accounts.errors import SignInRefused
from services.intake.accounts.records import Account
from services.intake.accounts.resets import RESETS_IN_WINDOW, ask_for_reset, find_reset
from services.intake.accounts.service import ATTEMPTS_BEFORE_LOCK, Accounts
from services.intake.accounts.use_cases import Caller
from shared.clock import FixedClock
from shared.db.engine import transaction
from shared.web.authentication import authenticator, token_sha256
from tests.support.identity import PASSWORD
from tests.support.web import add_account, quick_passwords

HERE = Caller("127.0.0.1")
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
LIFE = timedelta(hours=12)


@pytest.fixture
def clock() -> FixedClock:
    """Stands at the true time, which is the database's, until it jumps."""
    return FixedClock(datetime.now(UTC))


@pytest.fixture
def accounts(intake_engine: AsyncEngine, clock: FixedClock) -> Accounts:
    return Accounts(intake_engine, LIFE, passwords=quick_passwords(), clock=clock)


@pytest.fixture
async def hanh(engine: AsyncEngine) -> Account:
    return await add_account(
        engine, username="hanh", password=PASSWORD, email="hanh@binhphuoc.example"
    )


async def _sign_in(accounts: Accounts, password: str = PASSWORD) -> str:
    session = await use_cases.sign_in(accounts, username="hanh", password=password, caller=HERE)
    return session.token


async def _is_known(engine: AsyncEngine, token: str) -> bool:
    return await authenticator(engine)(token_sha256(token)) is not None


async def test_a_session_begun_in_a_day_to_come_ends_when_the_clock_is_put_right(
    accounts: Accounts, hanh: Account, clock: FixedClock, intake_engine: AsyncEngine
) -> None:
    clock.move_to(clock.now() + DAY)
    assert not await _is_known(intake_engine, await _sign_in(accounts))
    clock.move_to(clock.now() - DAY)
    assert await _is_known(intake_engine, await _sign_in(accounts))


async def test_a_session_that_seems_to_begin_later_than_now_ends_when_the_clock_goes_back(
    accounts: Accounts, hanh: Account, engine: AsyncEngine, intake_engine: AsyncEngine
) -> None:
    token = await _sign_in(accounts)
    assert await _is_known(intake_engine, token)
    async with transaction(engine) as connection:
        await connection.execute(
            text("UPDATE identity.session SET created_at = created_at + interval '1 hour'")
        )
    assert not await _is_known(intake_engine, token)


async def test_clocks_of_two_machines_that_differ_by_seconds_do_not_end_sessions(
    accounts: Accounts, hanh: Account, clock: FixedClock, intake_engine: AsyncEngine
) -> None:
    clock.move_to(clock.now() + timedelta(seconds=30))
    assert await _is_known(intake_engine, await _sign_in(accounts))


@pytest.mark.parametrize("back", [pytest.param(DAY, id="a-day"), pytest.param(HOUR, id="an-hour")])
async def test_a_lock_lasts_no_longer_than_locks_do(
    accounts: Accounts, hanh: Account, clock: FixedClock, back: timedelta
) -> None:
    for _ in range(ATTEMPTS_BEFORE_LOCK):
        with pytest.raises(SignInRefused):
            await _sign_in(accounts, "sai")
    clock.move_to(clock.now() + timedelta(minutes=1))
    with pytest.raises(SignInRefused):
        await _sign_in(accounts)
    clock.move_to(clock.now() - back)
    assert await _sign_in(accounts)


async def test_a_link_asked_for_in_a_day_to_come_cannot_be_used_when_the_clock_is_put_right(
    accounts: Accounts, hanh: Account, clock: FixedClock, engine: AsyncEngine
) -> None:
    clock.move_to(clock.now() + DAY)
    token = await _link(accounts, engine)
    assert await find_reset(accounts, token)
    clock.move_to(clock.now() - DAY)
    assert await find_reset(accounts, token) is None


async def test_links_asked_for_in_a_day_to_come_do_not_keep_anybody_from_asking(
    accounts: Accounts, hanh: Account, clock: FixedClock, engine: AsyncEngine
) -> None:
    clock.move_to(clock.now() + DAY)
    for _ in range(RESETS_IN_WINDOW):
        await ask_for_reset(accounts, who="hanh", caller=HERE)
    clock.move_to(clock.now() - DAY)
    token = await _link(accounts, engine)
    assert await find_reset(accounts, token)


async def _link(accounts: Accounts, engine: AsyncEngine) -> str:
    """Asks, and mails as the notifier does."""
    await ask_for_reset(accounts, who="hanh", caller=HERE)
    token = secrets.token_urlsafe(32)
    async with transaction(engine) as connection:
        await connection.execute(
            text("""
            INSERT INTO identity.password_reset_token (token_sha256, reset_id, created_at)
            SELECT :hash, max(id), now() FROM identity.password_reset"""),
            {"hash": token_sha256(token)},
        )
    return token
