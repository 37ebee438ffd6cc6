"""What a backup says of itself, in FILE.json beside the dump FILE."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from services.commands.faults import CommandFault

FORMAT = 1
CHUNK_BYTES = 1 << 20


class BackupBroken(CommandFault):
    """The file is not what was written when the backup was made."""

    code = "backup_broken"

    def __init__(self, file: Path, reason: str) -> None:
        super().__init__(
            f"Bản sao lưu {file} không dùng được: {reason}. Hãy lấy lại cả hai tệp của bản sao lưu "
            "(.dump và .dump.json), hoặc dùng bản khác. Chưa có gì thay đổi."
        )


@dataclass(frozen=True, slots=True)
class Manifest:
    """`last_position` and `generation` say which truth it is, and up to where."""

    format: int
    program: str
    made_at: str
    revision: str
    log_id: str
    generation: int
    last_position: int
    reports: int
    server_version: str
    sha256: str
    bytes: int


def manifest_file(dump: Path) -> Path:
    return dump.with_name(f"{dump.name}.json")


def write_manifest(file: Path, manifest: Manifest) -> None:
    file.write_text(json.dumps(asdict(manifest), indent=2) + "\n", encoding="utf-8")


def read_manifest(dump: Path) -> Manifest:
    """The manifest of the dump.

    Raises:
        BackupBroken: it is missing, unreadable, or of another format.
    """
    try:
        found: Any = json.loads(manifest_file(dump).read_text(encoding="utf-8"))
        if not isinstance(found, Mapping):
            raise BackupBroken(dump, f"{manifest_file(dump).name} không phải bản kê")
        if found.get("format") != FORMAT:
            raise BackupBroken(dump, f"bản kê dạng {found.get('format')}, không phải {FORMAT}")
        return Manifest(**found)
    except (OSError, ValueError, TypeError) as error:
        raise BackupBroken(dump, f"không đọc được {manifest_file(dump).name} ({error})") from error


def sha256_of(file: Path) -> str:
    """Of the whole file, read in chunks."""
    digest = hashlib.sha256()
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


def require_whole(dump: Path, manifest: Manifest) -> None:
    """Raises BackupBroken unless the dump has the length and the SHA-256 of its manifest."""
    try:
        size = dump.stat().st_size
        if size != manifest.bytes:
            raise BackupBroken(dump, f"tệp có {size} byte, bản kê ghi {manifest.bytes}")
        if sha256_of(dump) != manifest.sha256:
            raise BackupBroken(dump, "SHA-256 khác bản kê")
    except OSError as error:
        raise BackupBroken(dump, f"không đọc được ({error})") from error
