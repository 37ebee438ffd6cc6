"""`tonghop users`: accounts made and mended by the people who run the system."""

from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from services.commands.account_import import import_accounts
from services.commands.account_sheet import COLUMNS, role_names
from services.commands.database import owner_engine
from services.commands.faults import faults_told, run_command
from services.commands.operators import operator
from services.commands.organization_catalogue import catalogue_in_force
from services.commands.organization_names import organization_of
from services.commands.progress import progress_bar
from services.commands.sheets import write_template
from services.intake.accounts import administration
from services.intake.accounts.passwords import Passwords, generate_password
from services.intake.accounts.records import Account
from services.intake.accounts.repository import list_accounts
from shared.clock import SystemClock
from shared.db.engine import transaction
from shared.domain.identifiers import OrganizationId
from shared.settings import load_settings
from shared.web.principals import Role

Result = TypeVar("Result")

app = typer.Typer(help="Tài khoản: tạo, nạp từ danh sách, đặt lại mật khẩu, khóa, liệt kê.")

Username = Annotated[str, typer.Argument(help="Tên đăng nhập.")]


@app.command()
def create(
    username: Username,
    *,
    name: Annotated[str, typer.Option(help="Họ tên, hoặc tên của chương trình.")],
    organization: Annotated[str, typer.Option(help="Mã đơn vị, theo danh mục hôm nay.")],
    role: Annotated[list[Role], typer.Option(help="Vai trò; ghi nhiều lần nếu có nhiều.")],
    level: Annotated[
        str | None, typer.Option(help="Cấp của đơn vị, khi nhiều đơn vị mang cùng mã.")
    ] = None,
    email: Annotated[str | None, typer.Option(help="Địa chỉ thư.")] = None,
) -> None:
    """Tạo tài khoản; in mật khẩu dùng một lần, phải đổi khi đăng nhập lần đầu."""
    password = generate_password()

    async def work(connection: AsyncConnection) -> Account:
        return await administration.create_account(
            connection,
            username=username,
            display_name=name,
            organization_id=await _organization(connection, organization, level=level),
            roles=role,
            email=email,
            password_hash=await Passwords().hash(password),
            now=SystemClock().now(),
            by=operator(),
        )

    account = _run(work)
    typer.echo(f"Tài khoản {account.username}, mật khẩu dùng một lần: {password}")


@app.command("reset-password")
def reset_password(username: Username) -> None:
    """Đặt mật khẩu mới dùng một lần; chấm dứt mọi phiên và mã truy cập của tài khoản."""
    password = generate_password()

    async def work(connection: AsyncConnection) -> None:
        await administration.set_password(
            connection,
            username,
            password_hash=await Passwords().hash(password),
            now=SystemClock().now(),
            by=operator(),
        )

    _run(work)
    typer.echo(f"Mật khẩu dùng một lần của {username}: {password}")


@app.command()
def disable(username: Username) -> None:
    """Khóa hẳn tài khoản; những gì đã làm vẫn được lưu."""

    async def work(connection: AsyncConnection) -> None:
        await administration.disable_account(
            connection, username, now=SystemClock().now(), by=operator()
        )

    _run(work)
    typer.echo(f"Đã khóa {username}.")


@app.command("import")
def import_sheet(
    file: Annotated[Path, typer.Argument(help="Danh sách tài khoản, .xlsx.")],
    *,
    passwords: Annotated[
        Path, typer.Option(help="Tệp .xlsx sẽ ghi mật khẩu dùng một lần; chỉ chủ tệp đọc được.")
    ] = Path("mat-khau-mot-lan.xlsx"),
) -> None:
    """Tạo mọi tài khoản của danh sách, hoặc không tạo gì nếu có một lỗi."""

    async def work() -> int:
        async with owner_engine(load_settings(), command="users") as engine:
            return await import_accounts(
                engine,
                file,
                passwords_file=passwords,
                clock=SystemClock(),
                by=operator(),
                progress=advance,
            )

    with progress_bar("Băm mật khẩu") as advance:
        made = run_command(work())
    typer.echo(f"Đã tạo {made} tài khoản. Mật khẩu dùng một lần: {passwords}")


@app.command()
def template(file: Annotated[Path, typer.Argument(help="Tệp .xlsx sẽ được tạo.")]) -> None:
    """Tạo mẫu danh sách tài khoản để điền rồi nạp bằng lệnh import."""
    roles = [f"{label}: {role}" for role, label in role_names().items()]
    with faults_told():
        write_template(file, COLUMNS, notes=["Các vai trò (ghi tên hoặc mã):", *roles])
    typer.echo(f"Đã tạo {file}.")


@app.command("list")
def list_all() -> None:
    """Liệt kê tài khoản."""
    for account in _run(list_accounts):
        typer.echo(_line(account))


async def _organization(
    connection: AsyncConnection, code: str, *, level: str | None
) -> OrganizationId:
    today = SystemClock().today()
    known = await catalogue_in_force(connection, on=today)
    return organization_of(known.tree(today), code, level=level).id


def _run(work: Callable[[AsyncConnection], Coroutine[Any, Any, Result]]) -> Result:
    async def in_transaction() -> Result:
        async with (
            owner_engine(load_settings(), command="users") as engine,
            transaction(engine) as connection,
        ):
            return await work(connection)

    return run_command(in_transaction())


def _line(account: Account) -> str:
    roles = ", ".join(sorted(account.roles))
    state = "" if account.active else "  (đã khóa)"
    unit = f"đơn vị số {account.organization_id}"
    return f"{account.username}  {account.display_name}  {unit}  {roles}{state}"
