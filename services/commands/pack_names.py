"""Packs as they are named on the command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from shared.catalogue.packs import MANIFEST, SHIPPED_PACKS, Pack, find_packs, read_packs

PackNames = Annotated[
    list[str] | None,
    typer.Argument(
        help="Thư mục của gói, hoặc tên gói đi kèm như organizations/binh-phuoc-2025. "
        "Bỏ trống: mọi gói đi kèm.",
        show_default=False,
    ),
]


def read_named(names: Sequence[str] | None) -> tuple[Pack, ...]:
    """The packs of these names, all that are shipped without one; raises PacksRefused."""
    return read_packs([folder_of(name) for name in names] if names else find_packs())


def folder_of(name: str) -> Path:
    """The folder that a name on the command line means."""
    for folder in (Path(name), SHIPPED_PACKS / name):
        if (folder / MANIFEST).is_file():
            return folder
    known = ", ".join(folder.relative_to(SHIPPED_PACKS).as_posix() for folder in find_packs())
    raise typer.BadParameter(
        f"không có gói “{name}”; hãy ghi đường dẫn thư mục của gói, hoặc một trong: {known}"
    )
