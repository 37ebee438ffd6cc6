"""Files that a command makes: they take nobody's place, and are whole or not there."""

import os
from pathlib import Path

from services.commands.faults import CommandFault

OWNER_ONLY = 0o600
ANYBODY = 0o666
"""As far as the umask lets them."""


class FileExists(CommandFault):
    """What is there may be somebody's work."""

    code = "file_exists"

    def __init__(self, file: Path) -> None:
        super().__init__(f"{file} đã có. Hãy chọn tên khác, hoặc xóa tệp đó trước.")


def require_absent(file: Path) -> None:
    if file.exists():
        raise FileExists(file)


def write_new(file: Path, content: bytes, *, mode: int = ANYBODY) -> None:
    """Once this returns the file is on the disk; it has its mode from the first byte on.

    Raises:
        FileExists.
        OSError: it could not be written, and is not there.
    """
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise FileExists(file) from None
    try:
        with os.fdopen(descriptor, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
    except OSError:
        file.unlink()
        raise
