"""`tonghop users`: accounts made and mended by the people who run the system."""

from collections.abc import Callable, Coroutine
from typing import Annotated, Any, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncConnection

from services.commands.database import owner_engine
from services.commands.faults import run_command
from services.intake.accounts import administration
from services.intake.accounts.passwords import Passwords, generate_password
from services.intake.accounts.records import Account
from services.intake.accounts.repository import list_accounts
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.repository import read_stored
from shared.clock import SystemClock
from shared.db.engine import transaction
from shared.domain.identifiers import OrganizationCode, OrganizationId
from shared.settings import load_settings
from shared.web.principals import Role

Result = TypeVar("Result")

app = typer.Typer(help="Tài khoản: tạo, đặt lại mật khẩu, khóa, liệt kê.")

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
        )

    _run(work)
    typer.echo(f"Mật khẩu dùng một lần của {username}: {password}")


@app.command()
def disable(username: Username) -> None:
    """Khóa hẳn tài khoản; những gì đã làm vẫn được lưu."""

    async def work(connection: AsyncConnection) -> None:
        await administration.disable_account(connection, username, now=SystemClock().now())

    _run(work)
    typer.echo(f"Đã khóa {username}.")


@app.command("list")
def list_all() -> None:
    """Liệt kê tài khoản."""
    for account in _run(list_accounts):
        typer.echo(_line(account))


async def _organization(
    connection: AsyncConnection, code: str, *, level: str | None
) -> OrganizationId:
    known = Catalogue.of(await read_stored(connection))
    today = SystemClock().today()
    return known.organization_by_code(OrganizationCode(code), on=today, level=level).id


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
