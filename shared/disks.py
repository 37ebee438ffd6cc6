"""How a disk says that there is no room on it, ours or the database's."""

import errno
from typing import TypeGuard

DATABASE_DISK_FULL = "53100"
"""The SQLSTATE of PostgreSQL, which has then undone the transaction."""

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


def is_no_room(error: object) -> TypeGuard[OSError]:
    """Whether the operating system could not write for want of room."""
    return isinstance(error, OSError) and error.errno in _NO_ROOM
