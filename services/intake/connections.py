"""asyncpg's own connection, as the repositories take it: their statements are on the hot path."""

from typing import Any, TypeAlias

import asyncpg

Connection: TypeAlias = "asyncpg.Connection[Any]"
