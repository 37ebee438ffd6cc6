"""The administrators' pages of accounts. A one-time password is in one answer only."""

from collections.abc import Mapping
from functools import partial
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.accounts import management
from services.intake.accounts.dependencies import AccountsDep
from services.intake.accounts.errors import NoMailAddress, OwnAccount
from services.intake.accounts.management import FormRefused, Management, OneTimePassword, Wanted
from services.intake.dependencies import IntakeDep
from shared.web.access import Principal, Role, require
from shared.web.identifiers import LARGEST_ID
from shared.web.pages import Pages, PagesDep

ADDRESS = "/accounts"
MOST_PAGES = 10_000

router = APIRouter(prefix=ADDRESS, include_in_schema=False)

Administrator = Annotated[Principal, require(Role.ADMINISTRATOR)]
AccountNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
Text = Annotated[str, Form(max_length=400)]
Roles = Annotated[list[str] | None, Form(max_length=len(Role))]


async def current_management(
    principal: Administrator, accounts: AccountsDep, intake: IntakeDep
) -> Management:
    return Management(accounts, intake, principal)


ManagementDep = Annotated[Management, Depends(current_management)]


@router.get("")
async def list_page(
    request: Request,
    pages: PagesDep,
    desk: ManagementDep,
    *,
    q: Annotated[str, Query(max_length=200)] = "",
    page: Annotated[int, Query(ge=1, le=MOST_PAGES)] = 1,
) -> Response:
    found = await management.search_accounts(desk, words=q, page=page)
    href = f"{ADDRESS}?{urlencode({'q': q})}&page="
    return pages.render(request, "accounts/list.html", found=found, q=q, href=href)


@router.get("/new")
async def new_page(request: Request, pages: PagesDep, _: Administrator) -> Response:
    return _new_form(request, pages, Wanted())


@router.post("/new")
async def create(
    request: Request,
    pages: PagesDep,
    desk: ManagementDep,
    *,
    username: Text = "",
    name: Text = "",
    organization: Text = "",
    email: Text = "",
    roles: Roles = None,
) -> Response:
    """Not answered by a redirect: the password can be shown in this answer only."""
    wanted = Wanted(
        username=username.strip(),
        name=name.strip(),
        organization=organization.strip(),
        email=email.strip(),
        roles=tuple(roles or ()),
    )
    try:
        made = await management.create(desk, wanted)
    except FormRefused as refused:
        return _new_form(request, pages, wanted, faults=refused.faults)
    return await _account_page(request, pages, desk, made.account.id, told=made, status_code=201)


def _new_form(
    request: Request, pages: Pages, wanted: Wanted, *, faults: Mapping[str, str] | None = None
) -> Response:
    return pages.render(
        request,
        "accounts/new.html",
        wanted=wanted,
        faults=faults or {},
        all_roles=tuple(Role),
        status_code=422 if faults else 200,
    )


@router.get("/{account_id}")
async def account_page(
    account_id: AccountNumber,
    request: Request,
    pages: PagesDep,
    desk: ManagementDep,
    *,
    mailed: bool = False,
) -> Response:
    return await _account_page(request, pages, desk, account_id, mailed=mailed)


@router.post("/{account_id}/password")
async def reset_password(
    account_id: AccountNumber, request: Request, pages: PagesDep, desk: ManagementDep
) -> Response:
    """Not answered by a redirect: the password can be shown in this answer only."""
    told = await management.reset_password(desk, account_id)
    return await _account_page(request, pages, desk, account_id, told=told)


@router.post("/{account_id}/password-mail")
async def mail_reset(
    account_id: AccountNumber, request: Request, pages: PagesDep, desk: ManagementDep
) -> Response:
    """A link for a new password goes to the account's own mail address."""
    try:
        await management.mail_reset(desk, account_id)
    except NoMailAddress as refused:
        return await _account_page(request, pages, desk, account_id, fault=refused.label)
    return RedirectResponse(f"{ADDRESS}/{account_id}?mailed=1", status_code=303)


@router.post("/{account_id}/roles")
async def change_roles(
    account_id: AccountNumber,
    request: Request,
    pages: PagesDep,
    desk: ManagementDep,
    *,
    roles: Roles = None,
) -> Response:
    work = partial(management.change_roles, desk, account_id, roles=roles or ())
    try:
        await work()
    except FormRefused as refused:
        fault = refused.faults["roles"]
    except OwnAccount as refused:
        fault = refused.label
    else:
        return _back(account_id)
    return await _account_page(request, pages, desk, account_id, fault=fault)


@router.post("/{account_id}/disable")
async def disable(
    account_id: AccountNumber, request: Request, pages: PagesDep, desk: ManagementDep
) -> Response:
    try:
        await management.set_active(desk, account_id, active=False)
    except OwnAccount as refused:
        return await _account_page(request, pages, desk, account_id, fault=refused.label)
    return _back(account_id)


@router.post("/{account_id}/enable")
async def enable(
    account_id: AccountNumber, request: Request, pages: PagesDep, desk: ManagementDep
) -> Response:
    try:
        await management.set_active(desk, account_id, active=True)
    except OwnAccount as refused:
        return await _account_page(request, pages, desk, account_id, fault=refused.label)
    return _back(account_id)


def _back(account_id: int) -> Response:
    return RedirectResponse(f"{ADDRESS}/{account_id}", status_code=303)


async def _account_page(
    request: Request,
    pages: Pages,
    desk: Management,
    account_id: int,
    *,
    told: OneTimePassword | None = None,
    mailed: bool = False,
    fault: str = "",
    status_code: int = 200,
) -> Response:
    account, organization = await management.read_account(desk, account_id)
    return pages.render(
        request,
        "accounts/account.html",
        account=account,
        organization=organization,
        told=told,
        mailed=mailed,
        fault=fault,
        all_roles=tuple(Role),
        status_code=422 if fault else status_code,
    )
