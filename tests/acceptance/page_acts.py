"""Everything that can be done on pages, done once, each time with an eye on the audit."""

import re
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from email import message_from_bytes
from email.policy import default

import httpx
from sqlalchemy import text

from shared.domain.organizations import OrganizationVersion
from shared.web.principals import Role
from tests.acceptance.auditing import audit_lines
from tests.support.province import PERIOD
from tests.support.system import System
from tests.support.visitor import CELLS, fields_of, hidden
from tests.support.waiting import until
from tests.support.web import add_account, sign_in_as

SLUG = "ii-06a"
PASSWORD, BETTER = "cầu phao bến đá cũ", "lúa chín ngoài đồng xa"
WHY = "Xem lại cột 4"
TABLE = "Nội dung\t(4)\t(5)\nHộ tịch\t1\t2\n"
GOOD = {200, 201, 303}


@dataclass(frozen=True)
class Person:
    """Somebody in a browser."""

    client: httpx.AsyncClient
    csrf_token: str = ""

    async def page(self, path: str) -> str:
        answer = await self.client.get(path)
        assert answer.status_code == 200, f"{path}: {answer.status_code}"
        return answer.text


@dataclass
class PageActs:
    """`audited` has the lines that the audit gained by each route."""

    system: System
    stack: AsyncExitStack
    audited: dict[str, set[str]] = field(default_factory=dict)

    async def act(
        self,
        who: Person,
        route: str,
        fields: Mapping[str, object] | None = None,
        *,
        file: bytes | None = None,
        **path: object,
    ) -> httpx.Response:
        """Sends a form, which must be taken."""
        before = await audit_lines(self.system.owner)
        answer = await who.client.post(
            route.format_map(path),
            data={"csrf_token": who.csrf_token, **(fields or {})},
            files=None if file is None else {"file": ("bao-cao.pdf", file, "application/pdf")},
        )
        assert answer.status_code in GOOD, f"{route}: {answer.status_code} {_faults(answer)}"
        gained = await audit_lines(self.system.owner) - before
        self.audited.setdefault(f"POST {route}", set()).update(each.action for each in gained)
        return answer

    async def visitor(self) -> Person:
        client = httpx.AsyncClient(base_url=self.system.client.base_url, timeout=30)
        return Person(await self.stack.enter_async_context(client))

    async def person(self, unit: OrganizationVersion, *roles: Role) -> Person:
        visitor = await self.visitor()
        account = await add_account(self.system.owner, roles=roles, organization_id=unit.id)
        return Person(visitor.client, await sign_in_as(visitor.client, self.system.owner, account))


async def do_everything(acts: PageActs) -> None:
    province = acts.system.province
    commune = province.communes[0]
    neighbour = next(each for each in province.communes[1:] if each.parent_id == commune.parent_id)
    district = await acts.person(province.district_of(commune), Role.REVIEWER)
    await _sign(acts, commune)
    await _send(acts, neighbour)
    await _review(acts, district)
    await _sign_off(acts, district)
    await _urge(acts, district)
    await _enter_and_leave(acts, commune)
    await _manage(acts, province.province, organization=commune.code)


async def _sign(acts: PageActs, unit: OrganizationVersion) -> None:
    """A preparer lays a report before the signer, takes it back, is handed it back, and so on."""
    preparer = await acts.person(unit, Role.PREPARER)
    signer = await acts.person(unit, Role.SIGNER)
    desk = await _desk(preparer)
    at_desk = "/obligations/{obligation_id}"

    async def lay(before: str) -> None:
        await _type(acts, preparer, desk, version=before)
        await acts.act(
            preparer, f"{at_desk}/check", await _fields(preparer, desk), obligation_id=desk
        )

    async def version() -> dict[str, str]:
        page = await signer.page(f"/obligations/{desk}/check")
        return {"draft_version": hidden(page, "draft_version")}

    await lay("0")
    await acts.act(preparer, f"{at_desk}/take-back", await version(), obligation_id=desk)
    await lay(await _version(preparer, desk))
    back = await version() | {"hand_back_reason": WHY}
    await acts.act(signer, f"{at_desk}/hand-back", back, obligation_id=desk)
    document = {"obligation_id": desk, "number": "12/BC", "date": "2025-06-16"}
    document["draft_version"] = await _version(preparer, desk)
    await acts.act(preparer, "/documents", document, file=b"%PDF-1.7 signed")
    await lay(await _version(preparer, desk))
    await acts.act(signer, f"{at_desk}/check", await _fields(signer, desk), obligation_id=desk)


async def _send(acts: PageActs, unit: OrganizationVersion) -> None:
    """Sent from a pasted table, withdrawn, and sent again."""
    officer = await acts.person(unit, Role.PREPARER, Role.SIGNER)
    desk = await _desk(officer)
    table = {"obligation_id": desk, "draft_version": "0", "text": TABLE}
    await acts.act(officer, "/workbooks", table)
    page = await officer.page(f"/obligations/{desk}/workbook")
    taken = {"draft_version": hidden(page, "draft_version")}
    at_desk = "/obligations/{obligation_id}"
    await acts.act(officer, f"{at_desk}/workbook", taken, obligation_id=desk)
    for withdrawn in (True, False):
        await _type(acts, officer, desk, version=await _version(officer, desk))
        fields = await _fields(officer, desk)
        sent = await acts.act(officer, f"{at_desk}/check", fields, obligation_id=desk)
        receipt = await officer.page(sent.headers["location"])
        found = re.search(r'href="/reports/(\d+)"', receipt)
        assert found is not None
        if withdrawn:
            why = {"sequence": "1", "reason": WHY}
            await acts.act(officer, "/reports/{report_id}/withdraw", why, report_id=found[1])


async def _review(acts: PageActs, district: Person) -> None:
    """One report is approved, the other returned; entered by the receiver, it is approved too."""
    first, second = re.findall(r'name="report" value="(\d+)"', await district.page("/review"))
    for number, act in ((first, "approve"), (second, "return")):
        page = await district.page(f"/review/{number}")
        decision = {"sequence": hidden(page, "sequence"), "reason": WHY}
        await acts.act(district, f"/review/{{report_id}}/{act}", decision, report_id=number)
    desk = re.search(r"/obligations/(\d+)/form", await district.page("/review?state=missing"))
    assert desk is not None
    await _type(acts, district, desk[1], version="0")
    fields = await _fields(district, desk[1]) | {"reason": "Đã gửi bản giấy"}
    at_desk = "/obligations/{obligation_id}/check"
    await acts.act(district, at_desk, fields, obligation_id=desk[1])
    left = re.findall(r'name="report" value="(\d+)"', await district.page("/review"))
    shown = await district.page(f"/review/approve?report={left[0]}")
    pairs = {"report": re.findall(r'name="report" value="(\d+:\d+)"', shown)}
    await acts.act(district, "/review/approve", pairs)


async def _sign_off(acts: PageActs, district: Person) -> None:
    """Once both of the approved reports have arrived in the sums."""
    address = f"/aggregates/{SLUG}/{PERIOD}"

    async def all_are_added_up() -> bool:
        answer = await district.client.get(f"/api/v1{address}")
        return bool(answer.json()["coverage"]["reported"] == 2)

    await until(all_are_added_up)
    page = await district.page(address)
    fields = {name: hidden(page, name) for name in ("seen", "organization")}
    route = "/aggregates/{slug}/{period}/sign-off"
    await acts.act(district, route, fields | {"reason": WHY}, slug=SLUG, period=PERIOD)


async def _urge(acts: PageActs, district: Person) -> None:
    missing = await district.page("/review?state=missing")
    owed = re.search(r"/obligations/(\d+)/form", missing)
    assert owed is not None
    await acts.act(district, "/reminders/urge", {"obligation": owed[1], "next": "/review"})


async def _enter_and_leave(acts: PageActs, unit: OrganizationVersion) -> None:
    visitor = await acts.visitor()
    account = await add_account(
        acts.system.owner,
        organization_id=unit.id,
        username="xa.hoa",
        password=PASSWORD,
        email="hoa@canbo.example",
    )
    await acts.act(visitor, "/sign-in", {"username": account.username, "password": PASSWORD})
    person = await _known(visitor)
    await acts.act(person, "/language", {"language": "vi"})
    await acts.act(person, "/account/password", {"current": PASSWORD, "new": BETTER})
    person = await _known(visitor)
    await acts.act(person, "/account/tokens", {"name": "Một cửa", "days": "7"})
    page = await person.page("/account/tokens")
    token = re.search(r"/account/tokens/(\d+)/revoke", page)
    assert token is not None
    await acts.act(person, "/account/tokens/{token_id}/revoke", token_id=token[1])
    await acts.act(person, "/sign-out")
    await _forget(acts, visitor, username=account.username)
    await acts.act(await acts.visitor(), "/demo/sign-in", {"username": account.username})


async def _forget(acts: PageActs, visitor: Person, *, username: str) -> None:
    """By the link of the mail, which the mailbox of the demonstration has."""
    await acts.act(visitor, "/forgot-password", {"who": username})

    async def mailed_token() -> str | None:
        async with acts.system.owner.connect() as connection:
            statement = text("SELECT source FROM notifier.demo_mail WHERE recipient = :to")
            source = await connection.scalar(statement, {"to": "hoa@canbo.example"})
        mail = message_from_bytes(source or b"", policy=default)
        body = mail.get_body(("plain",))
        found = body and re.search(r"token=([\w-]+)", body.get_content())
        return found[1] if found else None

    token = await until(mailed_token)
    await acts.act(visitor, "/reset-password", {"token": token, "new": BETTER + " sớm"})


async def _manage(acts: PageActs, unit: OrganizationVersion, *, organization: str) -> None:
    administrator = await acts.person(unit, Role.ADMINISTRATOR)
    wanted = {"username": "xa.lan", "name": "Trần Thị Lan", "organization": organization}
    wanted["email"] = "lan@canbo.example"
    made = await acts.act(administrator, "/accounts/new", wanted | {"roles": ["preparer"]})
    account = re.search(r"/accounts/(\d+)/roles", made.text)
    assert account is not None
    for act, fields in (
        ("roles", {"roles": ["signer"]}),
        ("password", {}),
        ("password-mail", {}),
        ("disable", {}),
        ("enable", {}),
    ):
        route = f"/accounts/{{account_id}}/{act}"
        await acts.act(administrator, route, fields, account_id=account[1])


async def _known(visitor: Person) -> Person:
    """The same, signed in as its cookie says."""
    page = await visitor.page("/account/password")
    return Person(visitor.client, hidden(page, "csrf_token"))


async def _desk(officer: Person) -> str:
    found = re.search(r"/obligations/(\d+)/form", await officer.page("/"))
    assert found is not None
    return found[1]


async def _type(acts: PageActs, officer: Person, desk: str, *, version: str) -> None:
    fields = fields_of(CELLS, draft_version=version, action="check")
    await acts.act(officer, "/obligations/{obligation_id}/form", fields, obligation_id=desk)


async def _version(officer: Person, desk: str) -> str:
    return hidden(await officer.page(f"/obligations/{desk}/form"), "draft_version")


async def _fields(officer: Person, desk: str) -> dict[str, str]:
    page = await officer.page(f"/obligations/{desk}/check")
    return {name: hidden(page, name) for name in ("key", "draft_version")}


def _faults(answer: httpx.Response) -> list[str]:
    """What the page says is wrong."""
    return re.findall(r'<li><a href="#[^"]*">\s*([^<]*)', answer.text) or ["no fault is named"]
