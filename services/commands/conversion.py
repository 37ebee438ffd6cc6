"""`tonghop catalogue import-conversion`: an official conversion table as one change."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer

from services.commands.catalogue_changes import announce_and_audit
from services.commands.database import owner_engine
from services.commands.faults import faults_told
from services.commands.progress import Advance, progress_bar
from shared.catalogue.conversions.conversion import Conversion, understand
from shared.catalogue.conversions.descriptor import (
    OFFICIAL,
    ConversionFile,
    Descriptor,
    corrected,
    read_descriptor,
)
from shared.catalogue.conversions.entries import entries_of
from shared.catalogue.conversions.loading import load_conversion
from shared.catalogue.conversions.report import (
    conversion_lines,
    correction_lines,
    faults_line,
    table_lines,
)
from shared.catalogue.conversions.table import Table, read_table
from shared.catalogue.faults import PacksRefused
from shared.catalogue.planning import plan_load
from shared.catalogue.repository import read_stored
from shared.catalogue.store import summary_of
from shared.clock import SystemClock
from shared.db.engine import transaction
from shared.runtime import run
from shared.settings import load_settings

TableFile = Annotated[
    Path | None,
    typer.Argument(
        help="Bảng chuyển đổi, .csv hoặc .csv.gz. Bỏ trống: bảng 01/07/2025 đi kèm.",
        show_default=False,
    ),
]
Description = Annotated[
    Path | None,
    typer.Option(
        help="Tệp .yaml mô tả bảng: căn cứ pháp lý, các chỗ bảng ghi sai. Bỏ trống: tệp cùng tên "
        "cạnh bảng, nếu có.",
        show_default=False,
    ),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Chỉ báo cáo, không nạp.")]


STAGES = 6
"""Reading, understanding and comparing take about as long together as writing."""

WRITING = 3
"""The stage at which rows begin to be written."""


@dataclass(frozen=True, slots=True)
class _Reading:
    """A table with what is said of it; `descriptor` is None where nothing is."""

    table: Table
    descriptor: Descriptor | None
    model: ConversionFile


def import_conversion(
    table: TableFile = None, *, description: Description = None, dry_run: DryRun = False
) -> None:
    """Nạp bảng chuyển đổi đơn vị hành chính thành một thay đổi của danh mục: hết, hoặc không gì."""
    with faults_told():
        with progress_bar("Nạp bảng chuyển đổi") as advance:
            advance(0, STAGES)
            reading = _read(table, description=description)
            advance(1, STAGES)
            lines = _understood(reading, dry_run=dry_run, advance=advance)
        for line in (*table_lines(reading.table), *correction_lines(reading.model), *lines):
            typer.echo(line)


def _read(file: Path | None, *, description: Path | None) -> _Reading:
    shipped = read_descriptor(OFFICIAL)
    beside = None if file is None else _beside(file)
    chosen = description or (OFFICIAL if file is None else beside)
    descriptor = read_descriptor(chosen) if chosen else None
    path = file or (descriptor.table_file if descriptor else None) or shipped.table_file
    table = read_table(path or Path())
    if descriptor is None:
        return _Reading(table, None, _plain(shipped.model, table))
    return _Reading(table, descriptor, descriptor.model)


def _beside(file: Path) -> Path | None:
    """`table.yaml` beside `table.csv` or `table.csv.gz`."""
    found = file.with_name(f"{file.name.partition('.')[0]}.yaml")
    return found if found.is_file() else None


def _plain(shipped: ConversionFile, table: Table) -> ConversionFile:
    """What is taken for a table of which nothing is said: the law of 2025, and no corrections."""
    return shipped.model_copy(
        update={
            "table": None,
            "title": table.file.name,
            "effective_on": None,
            "corrections": (),
        }
    )


def _understood(reading: _Reading, *, dry_run: bool, advance: Advance) -> list[str]:
    """The report of what was done. Raises PacksRefused with every fault."""
    try:
        table = reading.table
        if reading.descriptor is not None:
            table = corrected(table, reading.descriptor)
        conversion = understand(table, effective_on=reading.model.effective_on)
        advance(2, STAGES)
        return run(_apply(conversion, reading.model, dry_run=dry_run, advance=advance))
    except PacksRefused as refused:
        for line in (*table_lines(reading.table), *_refused_lines(reading, refused)):
            typer.echo(line)
        raise


def _refused_lines(reading: _Reading, refused: PacksRefused) -> Iterator[str]:
    """How much stands in the way; a known table has its corrections ready."""
    yield faults_line(reading.table, refused.faults)
    shipped = read_descriptor(OFFICIAL).table_file
    if reading.descriptor is None and shipped and read_table(shipped).lines == reading.table.lines:
        yield (
            "Đây là bảng đi kèm chương trình, đã có sẵn các đính chính: hãy chạy lại lệnh mà không "
            f"ghi tên tệp, hoặc thêm --description {OFFICIAL}"
        )


async def _apply(
    conversion: Conversion, model: ConversionFile, *, dry_run: bool, advance: Advance
) -> list[str]:
    async with (
        owner_engine(load_settings(), command="catalogue") as engine,
        transaction(engine) as connection,
    ):
        if dry_run:
            stored = await read_stored(connection)
            entries = entries_of(conversion, model, stored=stored.content())
            summary = summary_of(plan_load(stored, [entries.pack]))
            return [*conversion_lines(conversion, entries), f"Chưa nạp. Sẽ là {summary}"]
        loaded = await load_conversion(
            connection,
            conversion,
            model,
            clock=SystemClock(),
            announce=announce_and_audit,
            advance=lambda done, total: advance(
                WRITING * total + done * (STAGES - WRITING), STAGES * total
            ),
        )
    done = f"Danh mục đang ở thay đổi số {loaded.number}."
    return [*conversion_lines(conversion, loaded.entries), done]
