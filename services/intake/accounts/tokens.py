"""API tokens: made, listed and revoked by the account they act for."""

from datetime import timedelta

from services.intake.accounts import repository
from services.intake.accounts.errors import TooManyTokens
from services.intake.accounts.records import Action, ApiToken, NewApiToken
from services.intake.accounts.service import MOST_TOKENS, Accounts
from shared.db.engine import snapshot, transaction
from shared.domain.time import rfc3339
from shared.web.authentication import new_token, token_sha256
from shared.web.principals import Principal
from shared.web.problems import NotFound


async def create_token(
    accounts: Accounts, principal: Principal, *, name: str, life: timedelta
) -> NewApiToken:
    """A token with the rights of the account. Its secret is returned here and never again.

    Raises:
        TooManyTokens: the account has MOST_TOKENS that can be used.
    """
    secret, now = new_token(), accounts.clock.now()
    async with transaction(accounts.engine) as connection:
        held = await repository.list_tokens(connection, principal.account_id, now=now)
        if len(held) >= MOST_TOKENS:
            raise TooManyTokens
        token = await repository.insert_token(
            connection,
            token_sha256=token_sha256(secret),
            account_id=principal.account_id,
            name=name,
            created_at=now,
            expires_at=now + life,
        )
        await repository.record(
            connection,
            Action.TOKEN_CREATED,
            at=now,
            account_id=principal.account_id,
            details={
                "token_id": token.id,
                "name": name,
                "expires_at": rfc3339(token.expires_at),
            },
        )
    return NewApiToken(token, secret)


async def read_tokens(accounts: Accounts, principal: Principal) -> tuple[ApiToken, ...]:
    """The tokens of the account that can be used now, newest first."""
    async with snapshot(accounts.engine) as connection:
        return await repository.list_tokens(
            connection, principal.account_id, now=accounts.clock.now()
        )


async def revoke_token(accounts: Accounts, principal: Principal, *, token_id: int) -> None:
    """Raises NotFound: the account has no such token that is still in use."""
    now = accounts.clock.now()
    async with transaction(accounts.engine) as connection:
        revoked = await repository.revoke_tokens(
            connection, principal.account_id, now=now, token_id=token_id
        )
        if not revoked:
            raise NotFound
        await repository.record(
            connection,
            Action.TOKEN_REVOKED,
            at=now,
            account_id=principal.account_id,
            details={"token_id": token_id},
        )
