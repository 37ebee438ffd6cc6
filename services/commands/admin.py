"""`tonghop admin create`: the first administrator of an empty system. There is no default one."""

from typing import Annotated

import typer

from services.commands.database import owner_engine
from services.commands.faults import CommandFault, faults_told, run_command
from services.commands.operators import operator
from services.commands.organization_catalogue import catalogue_in_force
from services.commands.organization_names import organization_of
from services.intake.accounts import repository
from services.intake.accounts.administration import create_account
from services.intake.accounts.passwords import (
    Passwords,
    generate_password,
    require_good_password,
)
from services.intake.accounts.records import Account
from services.intake.accounts.use_cases import username_key
from shared.clock import SystemClock
from shared.db.engine import transaction
from shared.settings import load_settings
from shared.web.principals import Role

app = typer.Typer(help="Người quản trị đầu tiên của hệ thống.")


class AdministratorExists(CommandFault):
    """The first administrator is made once; the others by an administrator."""

    code = "administrator_exists"

    def __init__(self) -> None:
        super().__init__(
            "Hệ thống đã có người quản trị. Người đó tạo các tài khoản khác ở trang /accounts; "
            "nếu không ai đăng nhập được nữa, hãy chạy lại với --another."
        )


@app.callback()
def _() -> None:
    """With one command only, typer would take its name away."""


@app.command()
def create(
    *,
    username: Annotated[str, typer.Option(prompt="Tên đăng nhập", help="Tên đăng nhập.")],
    name: Annotated[str, typer.Option(prompt="Họ tên", help="Họ tên.")],
    organization: Annotated[
        str, typer.Option(prompt="Mã đơn vị", help="Mã đơn vị, theo danh mục hôm nay.")
    ],
    level: Annotated[
        str | None, typer.Option(help="Cấp của đơn vị, khi nhiều đơn vị mang cùng mã.")
    ] = None,
    email: Annotated[str | None, typer.Option(help="Địa chỉ thư.")] = None,
    ask_password: Annotated[
        bool, typer.Option("--ask-password", help="Hỏi mật khẩu thay vì tạo ngẫu nhiên.")
    ] = False,
    another: Annotated[
        bool, typer.Option("--another", help="Tạo thêm dù đã có người quản trị.")
    ] = False,
) -> None:
    """Tạo người quản trị đầu tiên; lần đăng nhập đầu tiên phải đổi mật khẩu."""
    password = _asked_password(username) if ask_password else generate_password()
    account = run_command(
        _create(
            password,
            username=username,
            name=name,
            organization=organization,
            level=level,
            email=email,
            another=another,
        )
    )
    told = "" if ask_password else f", mật khẩu dùng một lần: {password}"
    typer.echo(f"Người quản trị {account.username}{told}")


def _asked_password(username: str) -> str:
    """Typed twice, not shown, and refused when it is easy to guess."""
    given: str = typer.prompt("Mật khẩu", hide_input=True, confirmation_prompt="Nhập lại")
    with faults_told():
        require_good_password(given, username=username_key(username))
    return given


async def _create(
    password: str,
    *,
    username: str,
    name: str,
    organization: str,
    level: str | None,
    email: str | None,
    another: bool,
) -> Account:
    clock = SystemClock()
    async with (
        owner_engine(load_settings(), command="admin") as engine,
        transaction(engine) as connection,
    ):
        if await repository.has_administrator(connection) and not another:
            raise AdministratorExists
        known = await catalogue_in_force(connection, on=clock.today())
        tree = known.tree(clock.today())
        return await create_account(
            connection,
            username=username,
            display_name=name,
            organization_id=organization_of(tree, organization, level=level).id,
            roles=[Role.ADMINISTRATOR],
            email=email,
            password_hash=await Passwords().hash(password),
            now=clock.now(),
            by=operator(),
        )
