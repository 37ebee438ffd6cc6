"""Packs as they are named on the command line."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from shared.catalogue.packs import MANIFEST, SHIPPED_PACKS, Pack, find_packs, read_packs
from shared.catalogue.single_files import read_form_file

YAML = frozenset({".yaml", ".yml"})
PackNames = Annotated[
    list[str] | None,
    typer.Argument(
        help="Thư mục của gói, tên gói đi kèm như organizations/binh-phuoc-2025, hoặc một tệp "
        ".yaml của biểu mẫu. "
        "Bỏ trống: mọi gói đi kèm.",
        show_default=False,
    ),
]


def read_named(names: Sequence[str] | None) -> tuple[Pack, ...]:
    """The packs of these names, all that are shipped without one; raises PacksRefused.

    A `.yaml` file of a form counts as a pack of its own.
    """
    files = [Path(name) for name in names or () if Path(name).suffix in YAML]
    folders = [folder_of(name) for name in names or () if Path(name).suffix not in YAML]
    packs = read_packs(folders if names else find_packs())
    return (*packs, *map(read_form_file, files))


def folder_of(name: str) -> Path:
    """The folder that a name on the command line means."""
    for folder in (Path(name), SHIPPED_PACKS / name):
        if (folder / MANIFEST).is_file():
            return folder
    known = ", ".join(folder.relative_to(SHIPPED_PACKS).as_posix() for folder in find_packs())
    raise typer.BadParameter(
        f"không có gói “{name}”; hãy ghi đường dẫn thư mục của gói, hoặc một trong: {known}"
    )
