"""Who forgot the password gets a link by mail, at any hour; only the mail holds what it needs."""

import re
from itertools import count

import pytest
from sqlalchemy import text

from shared.db.engine import transaction
from shared.web.authentication import token_sha256
from tests.integration.notifier.mail_host import Treatment
from tests.integration.notifier.world import NotifierWorld

SUNDAY_NIGHT = "2025-06-15 23:10"
_numbers = count(1)


async def _ask(world: NotifierWorld, *, language: str = "vi") -> str:
    """As intake writes it; the address of who asked."""
    address = f"nguoi{next(_numbers)}@canbo.example"
    async with transaction(world.owner) as connection:
        await connection.execute(
            text("""
            WITH account AS (
                INSERT INTO identity.account (username, display_name, email, organization_id,
                    roles, language, created_at)
                VALUES (:address, 'Nguyễn Văn An', :address, :unit, '{preparer}', :language, now())
                RETURNING id
            )
            INSERT INTO identity.password_reset (account_id, requested_at, expires_at)
            SELECT id, now(), now() + interval '30 minutes' FROM account"""),
            {"address": address, "unit": world.communes[0].id, "language": language},
        )
    return address


def _words(world: NotifierWorld, address: str) -> str:
    [mail] = world.host.to(address)
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def _token(words: str) -> str:
    found = re.search(r"/reset-password\?token=([\w-]{40,})", words)
    assert found is not None, words
    return found[1]


async def _hashes(world: NotifierWorld) -> set[bytes]:
    rows = await world.rows("SELECT token_sha256 FROM identity.password_reset_token")
    return {row["token_sha256"] for row in rows}


async def test_the_mail_goes_out_at_any_hour_and_only_once(world: NotifierWorld) -> None:
    address = await _ask(world)

    await world.dispatch(SUNDAY_NIGHT)
    await world.dispatch("2025-06-16 09:00")

    words = _words(world, address)
    assert "Nguyễn Văn An" in words
    assert "trong 29 phút" in words or "trong 30 phút" in words
    [mail] = world.host.to(address)
    assert str(mail["Subject"]) == "[Mô phỏng] Đặt lại mật khẩu"
    assert [row["state"] for row in await world.reminders()] == ["sent"]


async def test_reminders_still_wait_for_the_morning(world: NotifierWorld) -> None:
    duty, event = await world.open_duty(world.communes[0])
    await world.hear(event)
    await world.decide("2025-06-16 08:00")
    address = await _ask(world)

    await world.dispatch("2025-06-16 17:30")

    assert len(world.host.to(address)) == 1
    assert world.mails_to(duty) == []


async def test_the_token_is_in_the_mail_and_nowhere_else(world: NotifierWorld) -> None:
    address = await _ask(world)
    await world.dispatch(SUNDAY_NIGHT)

    token = _token(_words(world, address))

    assert await _hashes(world) == {token_sha256(token)}
    [kept] = await world.reminders()
    for part in ("subject", "body_text", "body_html"):
        assert token not in kept[part]
    assert "/reset-password?token=" in kept["body_text"]


async def test_it_is_written_in_the_language_of_the_account(world: NotifierWorld) -> None:
    address = await _ask(world, language="en")
    await world.dispatch(SUNDAY_NIGHT)

    [mail] = world.host.to(address)
    assert str(mail["Subject"]) == "[Mô phỏng] Choose a new password"
    assert mail["Content-Language"] == "en"
    assert "Somebody asked for a new password" in _words(world, address)


async def test_every_attempt_has_a_link_that_works(world: NotifierWorld) -> None:
    """Nobody can know whether the first mail arrived, so its link works too."""
    address = await _ask(world)
    world.host.treat(Treatment.ACCEPT_AND_DROP, Treatment.ACCEPT)

    await world.dispatch(SUNDAY_NIGHT)
    await world.dispatch("2025-06-15 23:12")

    first, second = world.host.to(address)
    tokens = {_token(each.get_body(("plain",)).get_content()) for each in (first, second)}
    assert first["Message-ID"] == second["Message-ID"]
    assert await _hashes(world) == {token_sha256(each) for each in tokens}
    assert len(tokens) == 2


@pytest.mark.parametrize(
    "ending",
    [
        pytest.param("used_at = now()", id="used"),
        pytest.param("expires_at = now()", id="too old"),
    ],
)
async def test_nothing_is_mailed_for_a_request_that_has_ended(
    world: NotifierWorld, ending: str
) -> None:
    address = await _ask(world)
    await world.decide(SUNDAY_NIGHT)
    async with transaction(world.owner) as connection:
        await connection.execute(text(f"UPDATE identity.password_reset SET {ending}"))

    await world.deliver()
    await world.dispatch()

    assert world.host.to(address) == []
    assert [row["state"] for row in await world.reminders()] == ["cancelled"]


async def test_it_goes_before_reminders_that_wait(world: NotifierWorld) -> None:
    for commune in world.communes[:3]:
        _, event = await world.open_duty(commune)
        await world.hear(event)
    await world.decide("2025-06-16 08:00")
    address = await _ask(world)
    await world.decide()

    await world.courier.deliver_next()

    assert [mail["To"] for mail in world.host.received] == [address]


async def test_the_notifier_reads_no_account_but_through_the_view(world: NotifierWorld) -> None:
    async with world.engine.connect() as connection:
        may = await connection.scalar(
            text("""
            SELECT has_table_privilege('identity.account', 'SELECT')
                OR has_table_privilege('identity.password_reset', 'SELECT, UPDATE')
                OR has_table_privilege('identity.password_reset_token', 'SELECT, DELETE')""")
        )
    assert may is False
