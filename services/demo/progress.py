"""How far the preparation of a world is, for whoever waits for it."""

from typing import Protocol


class Progress(Protocol):
    """Told how many of how many steps are done, and what comes next."""

    def __call__(self, done: int, total: int, *, doing: str) -> None: ...
