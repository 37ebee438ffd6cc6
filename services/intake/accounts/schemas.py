"""Tokens as they come and go over the API."""

from datetime import datetime

from pydantic import BaseModel, ConfigDict, Field

from services.intake.accounts.records import ApiToken, NewApiToken
from services.intake.accounts.service import LONGEST_TOKEN_LIFE
from shared.web.answers import Answer

DEFAULT_TOKEN_DAYS = 90


class TokenRequest(BaseModel):
    """What to call the new token, and how long it may be used."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)

    name: str = Field(min_length=1, max_length=100, examples=["Một cửa điện tử"])
    days: int = Field(default=DEFAULT_TOKEN_DAYS, ge=1, le=LONGEST_TOKEN_LIFE.days)


class TokenView(Answer):
    """A token, without its secret."""

    id: int
    name: str
    created_at: datetime
    expires_at: datetime

    @classmethod
    def of(cls, token: ApiToken) -> "TokenView":
        return cls(
            id=token.id,
            name=token.name,
            created_at=token.created_at,
            expires_at=token.expires_at,
        )


class NewTokenView(TokenView):
    """`token` is what goes into the header Authorization; it is shown this once."""

    token: str

    @classmethod
    def with_secret(cls, new: NewApiToken) -> "NewTokenView":
        return cls(**TokenView.of(new.token).model_dump(), token=new.secret)


class TokenList(Answer):
    """Newest first; `next` is the `offset` of the rest, null at the end."""

    items: list[TokenView]
    next: int | None
