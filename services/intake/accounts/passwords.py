"""Hashing of passwords (Argon2id, RFC 9106) and what a new one must be like.

A hash takes about 140 ms and 64 MiB: it runs in a thread, and few at once.
"""

import asyncio
import base64
import secrets
import unicodedata

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from argon2.low_level import ARGON2_VERSION

from services.intake.accounts.errors import PasswordRefused

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 200
HASHES_AT_ONCE = 2
GENERATED_GROUPS = 6
GROUP_LETTERS = 4
EASILY_READ = "abcdefghjkmnpqrstuvwxyz23456789"
"""Without letters that look alike."""

_EASY_PARTS = ("password", "matkhau", "123456", "qwerty", "tonghop", "abcdef")


class Passwords:
    """Hashes and verifies; waits for its turn when `at_once` others are being done."""

    def __init__(
        self, hasher: PasswordHasher | None = None, *, at_once: int = HASHES_AT_ONCE
    ) -> None:
        self._hasher = hasher or PasswordHasher()
        self._turn = asyncio.Semaphore(at_once)
        self._decoy = _decoy_hash(self._hasher)

    async def hash(self, password: str) -> str:
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, normalized(password))

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Whether the password is that of the hash.

        Without a hash (no such account) a decoy is verified and refused, so that both answers
        take the same time and nobody learns which names exist.
        """
        async with self._turn:
            matches = await asyncio.to_thread(
                self._matches, normalized(password), password_hash or self._decoy
            )
        return matches and password_hash is not None

    def _matches(self, password: str, password_hash: str) -> bool:
        try:
            return self._hasher.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False

    def is_outdated(self, password_hash: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return self._hasher.check_needs_rehash(password_hash)


def _decoy_hash(hasher: PasswordHasher) -> str:
    """A well-formed hash of no password, as costly to verify as a real one of the same hasher."""
    salt, digest = (
        base64.b64encode(secrets.token_bytes(length)).decode().rstrip("=")
        for length in (hasher.salt_len, hasher.hash_len)
    )
    cost = f"m={hasher.memory_cost},t={hasher.time_cost},p={hasher.parallelism}"
    return f"$argon2id$v={ARGON2_VERSION}${cost}${salt}${digest}"


def normalized(password: str) -> str:
    """One form for the same letters: Vietnamese keyboards compose them differently."""
    return unicodedata.normalize("NFC", password)[:LONGEST_PASSWORD]


def require_good_password(password: str, *, username: str) -> None:
    """Refuses what is quickly guessed; asks for length, not for a mixture of signs.

    Raises:
        PasswordRefused: `reason` is too_short, too_long, too_easy or holds_username.
    """
    plain = normalized(password)
    if len(plain) < SHORTEST_PASSWORD:
        raise PasswordRefused("too_short")
    if len(unicodedata.normalize("NFC", password)) > LONGEST_PASSWORD:
        raise PasswordRefused("too_long")
    if len(set(plain)) < 5 or any(part in plain.lower() for part in _EASY_PARTS):
        raise PasswordRefused("too_easy")
    if username.lower() in plain.lower():
        raise PasswordRefused("holds_username")


def generate_password(*, groups: int = GENERATED_GROUPS) -> str:
    """For people to type: groups of letters, with some 20 random bits in each."""
    return "-".join(
        "".join(secrets.choice(EASILY_READ) for _ in range(GROUP_LETTERS)) for _ in range(groups)
    )
