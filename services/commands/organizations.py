"""`tonghop organizations`: units from a sheet or a YAML file, as one change of the catalogue."""

from pathlib import Path
from typing import Annotated

import typer

from services.commands.catalogue_changes import announce_and_audit
from services.commands.database import owner_engine
from services.commands.faults import faults_told, run_command
from services.commands.organization_sheet import COLUMNS, NOTES, organizations_of
from services.commands.sheets import SheetRefused, read_sheet, write_template
from shared.catalogue.faults import KeyPath
from shared.catalogue.packs import Pack
from shared.catalogue.planning import plan_load
from shared.catalogue.repository import read_stored
from shared.catalogue.single_files import pack_of_organizations, read_organizations_file
from shared.catalogue.store import load_packs, summary_of
from shared.clock import SystemClock
from shared.db.engine import snapshot, transaction
from shared.settings import load_settings

YAML_SUFFIXES = frozenset({".yaml", ".yml"})

app = typer.Typer(help="Đơn vị: nạp từ bảng tính hoặc YAML vào danh mục.")


@app.command("import")
def import_file(
    file: Annotated[Path, typer.Argument(help="Danh sách đơn vị, .xlsx hoặc .yaml.")],
    *,
    source: Annotated[
        str | None, typer.Option(help="Căn cứ, ví dụ số nghị quyết; cần cho .xlsx.")
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Chỉ cho biết sẽ thay đổi gì, không nạp.")
    ] = False,
) -> None:
    """Nạp mọi đơn vị của tệp thành một thay đổi của danh mục, hoặc không nạp gì nếu có lỗi."""
    with faults_told():
        pack = _read(file, source=source)
    typer.echo(run_command(_plan(pack) if dry_run else _load(pack)))


@app.command()
def template(file: Annotated[Path, typer.Argument(help="Tệp .xlsx sẽ được tạo.")]) -> None:
    """Tạo mẫu danh sách đơn vị để điền rồi nạp bằng lệnh import."""
    with faults_told():
        write_template(file, COLUMNS, notes=NOTES)
    typer.echo(f"Đã tạo {file}.")


def _read(file: Path, *, source: str | None) -> Pack:
    """Raises PacksRefused or SheetRefused with every fault and its line."""
    if file.suffix.lower() in YAML_SUFFIXES:
        return read_organizations_file(file)
    if source is None:
        raise typer.BadParameter("hãy ghi căn cứ, ví dụ --source “Nghị quyết 1662/NQ-UBTVQH15”")
    sheet = read_sheet(file, COLUMNS)
    data, faults = organizations_of(sheet, source=source)
    if faults:
        raise SheetRefused(file, faults)
    lines: dict[KeyPath, int] = {
        ("organizations", at): row.number for at, row in enumerate(sheet.rows)
    }
    return pack_of_organizations(file, data, lines=lines)


async def _load(pack: Pack) -> str:
    async with (
        owner_engine(load_settings(), command="organizations") as engine,
        transaction(engine) as connection,
    ):
        number = await load_packs(
            connection, [pack], clock=SystemClock(), announce=announce_and_audit
        )
    return f"Danh mục đang ở thay đổi số {number}."


async def _plan(pack: Pack) -> str:
    async with (
        owner_engine(load_settings(), command="organizations") as engine,
        snapshot(engine) as connection,
    ):
        return summary_of(plan_load(await read_stored(connection), [pack]))
