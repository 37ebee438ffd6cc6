"""What can go wrong with an account.

AccountError
├── SignInRefused
├── PasswordRefused
├── ResetRefused
├── UsernameTaken
├── UnknownAccount
├── OwnAccount
├── NoMailAddress
└── TooManyTokens

`label` is the key of the text that people see.
"""

from typing import ClassVar


class AccountError(Exception):
    """Root of the tree."""

    code: ClassVar[str] = "account_error"

    @property
    def label(self) -> str:
        return f"account.error.{self.code}"


class SignInRefused(AccountError):
    """Unknown, ended or locked account, or a wrong password: which of them is not told."""

    code = "sign_in_refused"


class PasswordRefused(AccountError):
    """A new password that is too easy to guess, or an old one that is wrong."""

    code = "password_refused"

    def __init__(self, reason: str) -> None:
        super().__init__(f"The password cannot be used: {reason}. Choose another.")
        self.reason = reason

    @property
    def label(self) -> str:
        return f"account.password.{self.reason}"


class ResetRefused(AccountError):
    """The link for a new password was used, is too old, or never was: which is not told."""

    code = "reset_refused"


class UsernameTaken(AccountError):
    code = "username_taken"

    def __init__(self, username: str) -> None:
        super().__init__(f"There is an account {username!r} already. Choose another name.")
        self.username = username


class UnknownAccount(AccountError):
    code = "unknown_account"

    def __init__(self, username: str) -> None:
        super().__init__(f"There is no account {username!r}. List them with `tonghop users list`.")
        self.username = username


class OwnAccount(AccountError):
    """Administrators do not lock themselves out: another one has to do it."""

    code = "own_account"


class NoMailAddress(AccountError):
    """A link can be mailed only to an account in use that has a mail address."""

    code = "no_mail_address"


class TooManyTokens(AccountError):
    code = "too_many_tokens"
