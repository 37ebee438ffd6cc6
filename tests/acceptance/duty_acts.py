"""What receivers do on pages with duties, periods and requests, each once."""

import re

from shared.domain.organizations import OrganizationVersion
from shared.web.principals import Role
from tests.acceptance.page_acts import PageActs, Person
from tests.support.province import FORM, PERIOD
from tests.support.visitor import hidden

REGIME = "VPCP-KSTT"
WHY = "Mất điện toàn huyện do bão"
UNTIL = "2025-06-20"


async def act_on_duties(
    acts: PageActs, *, district: OrganizationVersion, province: OrganizationVersion
) -> None:
    """The district spares units, the province asks for more and closes the period for an hour."""
    receiver = await acts.person(district, Role.REVIEWER)
    page = await receiver.page(f"/periods/{PERIOD}?regime={REGIME}")
    picked: list[str] = re.findall(r'name="obligation" value="(\d+:\d+)"', page)
    at_duty = "/obligations/{obligation_id}"
    one, first = picked[0].split(":")
    for count, (act, fields) in enumerate(
        (
            ("extend", {"until": UNTIL}),
            ("exclude", {}),
            ("include", {}),
            ("transfer", {"to": province.code}),
        )
    ):
        seen = {"sequence": str(int(first) + count), "reason": WHY, **fields}
        await acts.act(receiver, f"{at_duty}/{act}", seen, obligation_id=one)
    many = {"regime": REGIME, "verb": "extend", "until": UNTIL, "reason": WHY}
    await acts.act(
        receiver, "/periods/{period}/duties", many | {"obligation": picked[1:3]}, period=PERIOD
    )
    above = await acts.person(province, Role.REVIEWER)
    await _ask_once(acts, above)
    for act in ("close", "reopen"):
        page = await above.page(f"/periods/{PERIOD}?regime={REGIME}")
        seen = {"regime": REGIME, "sequence": hidden(page, "sequence"), "reason": WHY}
        await acts.act(above, f"/periods/{{period}}/{act}", seen, period=PERIOD)


async def _ask_once(acts: PageActs, above: Person) -> None:
    codes = re.findall(r'name="addressee" value="(\d{5})"', await above.page("/requests/new"))
    request = {
        "subject": f"VPCP-KSTT-DX|{FORM}",
        "title": "Rà soát hồ sơ quá hạn",
        "purpose": "Chuẩn bị họp giao ban.",
        "first": "2025-05-01",
        "last": "2025-05-31",
        "last_day": "2025-06-30",
    }
    await acts.act(above, "/requests/new", request | {"addressee": codes[:2]})
