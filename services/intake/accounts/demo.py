"""Signing in by one click, in the demonstration and from this machine only."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Annotated

from fastapi import APIRouter, Form, Request, Response

from services.intake.accounts import repository, use_cases
from services.intake.accounts.dependencies import AccountsDep, CallerDep, is_local
from services.intake.accounts.errors import SignInRefused
from services.intake.accounts.records import Account
from services.intake.accounts.service import Accounts
from services.intake.accounts.session_cookie import signed_in
from shared.db.engine import snapshot
from shared.domain.organizations import Tree
from shared.web.access import Anyone
from shared.web.navigation import HOME
from shared.web.principals import Role
from shared.web.problems import NotFound

LEVELS = ("province", "district", "commune", "department")
SHOWN_OF_A_LEVEL = 6

router = APIRouter(include_in_schema=False)


@dataclass(frozen=True, slots=True)
class DemoPerson:
    username: str
    display_name: str
    organization: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class DemoGroup:
    """The people of one level of administration."""

    level: str
    people: tuple[DemoPerson, ...]


async def demo_groups(request: Request) -> tuple[DemoGroup, ...]:
    """Whom a visitor on this machine may be; nobody outside the demonstration."""
    state = request.app.state
    if not state.demo or not is_local(request):
        return ()
    catalogue = await state.intake.catalogue.current()
    return await _groups(state.accounts, catalogue.tree(state.clock.today()))


async def _groups(accounts: Accounts, tree: Tree) -> tuple[DemoGroup, ...]:
    known = tree.organizations
    async with snapshot(accounts.engine) as connection:
        found = await repository.list_accounts(connection)
    usable = [each for each in found if _is_person(each) and each.organization_id in known]
    groups = (DemoGroup(level, tuple(_people(usable, tree, level))) for level in LEVELS)
    return tuple(group for group in groups if group.people)


def _is_person(account: Account) -> bool:
    return account.active and Role.SERVICE not in account.roles


def _people(accounts: list[Account], tree: Tree, level: str) -> Iterator[DemoPerson]:
    """The first accounts of a level: the demonstration makes the ones to try first."""
    of_level = (each for each in accounts if tree.get(each.organization_id).level == level)
    for account in islice(of_level, SHOWN_OF_A_LEVEL):
        yield DemoPerson(
            username=account.username,
            display_name=account.display_name,
            organization=tree.get(account.organization_id).name,
            roles=tuple(sorted(account.roles)),
        )


@router.post("/demo/sign-in")
async def demo_sign_in(
    request: Request,
    *,
    accounts: AccountsDep,
    caller: CallerDep,
    _: Anyone,
    username: Annotated[str, Form(max_length=200)] = "",
    wanted: Annotated[str, Form(alias="next", max_length=400)] = HOME,
) -> Response:
    if not request.app.state.demo or not is_local(request):
        raise NotFound
    try:
        session = await use_cases.sign_in_without_password(
            accounts, username=username, caller=caller
        )
    except SignInRefused as error:
        raise NotFound from error
    return signed_in(request, session, wanted=wanted)
