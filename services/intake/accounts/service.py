"""What the features of accounts share."""

from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncEngine

from services.intake.accounts.attempts import FailureBrake
from services.intake.accounts.passwords import Passwords
from shared.clock import Clock, SystemClock

ATTEMPTS_BEFORE_LOCK = 5
LOCK_DURATION = timedelta(minutes=15)
LONGEST_TOKEN_LIFE = timedelta(days=366)
MOST_TOKENS = 20


@dataclass(frozen=True, slots=True)
class Accounts:
    """`engine` acts as the role tonghop_intake. `clock` tells real time, in the demo too."""

    engine: AsyncEngine
    session_life: timedelta
    passwords: Passwords = field(default_factory=Passwords)
    brake: FailureBrake = field(default_factory=FailureBrake)
    reset_brake: FailureBrake = field(default_factory=FailureBrake)
    clock: Clock = field(default_factory=SystemClock)


def open_accounts(engine: AsyncEngine, *, session_hours: int) -> Accounts:
    """The accounts of a deployed service: real time, Argon2id with the library's parameters."""
    return Accounts(engine=engine, session_life=timedelta(hours=session_hours))
