"""A preparer lays the report before the signer, who sends it or hands it back."""

import secrets
from typing import Any

import asyncpg
import pytest

from shared.db.engine import driver
from tests.support.intake_world import PERIOD, Caller, World

FIGURES = {
    "LV01": {
        "4": "30", "5": "10", "6": "2", "8": "20", "9": "15", "10": "1", "12": "5", "13": "1"
    }
}  # fmt: skip
DOCUMENT = {"number": "12/BC-UBND", "date": "2025-06-16", "signer_name": "Trần Văn An"}


class Office:
    """A preparer and a signer of one commune, and the address of its draft."""

    def __init__(self, preparer: Caller, signer: Caller, obligation_id: int) -> None:
        self.preparer, self.signer, self.obligation_id = preparer, signer, obligation_id
        self.draft = f"/api/v1/drafts/{obligation_id}"

    async def keep(self, *, version: int = 0, **changes: Any) -> int:
        body = {"figures": FIGURES, **changes}
        kept = await self.preparer.call("PUT", self.draft, body=body, If_Match=f'"{version}"')
        assert kept.status_code == 200, kept.text
        number: int = kept.json()["version"]
        return number

    async def lay_before_signer(self, **changes: Any) -> int:
        version = await self.keep(**changes)
        laid = await self.act(self.preparer, "send-for-signature", version)
        assert laid.status_code == 200, laid.text
        number: int = laid.json()["version"]
        return number

    async def act(self, who: Caller, verb: str, version: int, **body: str) -> Any:
        return await who.call(
            "POST",
            f"{self.draft}/{verb}",
            body=body or None,
            If_Match=f'"{version}"',
            Idempotency_Key=secrets.token_hex(8),
        )


@pytest.fixture
async def office(world: World) -> Office:
    commune = world.next_commune()
    preparer = Caller(world, commune, await world.token(commune, "preparer"))
    signer = Caller(world, commune, await world.token(commune, "signer"))
    duties = await signer.call("GET", f"/api/v1/obligations?period={PERIOD}")
    return Office(preparer, signer, duties.json()["items"][0]["obligation_id"])


async def test_who_only_prepares_cannot_send(office: Office) -> None:
    refused = await office.preparer.send(office.preparer.body())

    assert refused.status_code == 403
    assert refused.json()["code"] == "signature_required"


async def test_the_signer_sends_what_was_laid_before_them(world: World, office: Office) -> None:
    version = await office.lay_before_signer(document=DOCUMENT)

    signed = await office.act(office.signer, "sign", version)

    assert signed.status_code == 201, signed.text
    assert signed.json()["document"] == DOCUMENT
    history = (
        await office.signer.call("GET", f"/api/v1/reports/{signed.json()['report_id']}")
    ).json()
    assert history["versions"][0]["document"] == DOCUMENT
    left = await office.signer.call("GET", office.draft)
    assert left.json()["version"] == 0
    acts = await world.rows(
        "SELECT verb, actor_name FROM log.draft_act WHERE obligation_id = :id",
        id=office.obligation_id,
    )
    assert [act["verb"] for act in acts] == ["send_for_signature"]


async def test_what_lies_before_the_signer_is_not_typed_on_until_it_is_taken_back(
    office: Office,
) -> None:
    version = await office.lay_before_signer()
    typed = await office.preparer.call(
        "PUT", office.draft, body={"figures": FIGURES}, If_Match=f'"{version}"'
    )
    taken = await office.act(office.preparer, "take-back", version)
    kept = await office.keep(version=taken.json()["version"])

    assert (typed.status_code, typed.json()["code"]) == (409, "awaiting_signature")
    assert taken.json()["state"] == "draft"
    assert kept == version + 2


async def test_the_signer_hands_it_back_with_a_reason_that_the_preparer_sees(
    office: Office,
) -> None:
    version = await office.lay_before_signer()
    without = await office.act(office.signer, "hand-back", version, reason=" ")
    handed = await office.act(office.signer, "hand-back", version, reason="Xem lại cột 9")
    again = await office.act(office.signer, "sign", version)
    draft = (await office.preparer.call("GET", office.draft)).json()

    assert (without.status_code, without.json()["code"]) == (422, "reason_required")
    assert (handed.status_code, handed.json()["state"]) == (200, "draft")
    assert again.status_code == 412
    assert draft["hand_back_reason"] == "Xem lại cột 9"


async def test_only_what_could_be_sent_is_laid_before_the_signer(office: Office) -> None:
    figures = {"LV01": FIGURES["LV01"] | {"12": "3"}}
    version = await office.keep(figures=figures)

    refused = await office.act(office.preparer, "send-for-signature", version)

    assert refused.status_code == 422
    assert refused.json()["code"] == "cross_check_failed"


async def test_a_preparer_neither_signs_nor_hands_back(office: Office) -> None:
    version = await office.lay_before_signer()
    for verb in ("sign", "hand-back"):
        refused = await office.act(office.preparer, verb, version, reason="Xem")
        assert refused.status_code == 403


async def test_acts_on_drafts_are_in_the_audit_and_never_changed(
    world: World, office: Office
) -> None:
    version = await office.lay_before_signer()
    await office.act(office.signer, "hand-back", version, reason="Thiếu số văn bản")
    lines = await world.rows(
        "SELECT action, details ->> 'reason' AS reason FROM identity.audit_trail"
        " WHERE source = 'draft' AND details ->> 'obligation_id' = :id ORDER BY number",
        id=str(office.obligation_id),
    )

    assert [(line["action"], line["reason"]) for line in lines] == [
        ("draft_send_for_signature", None),
        ("draft_hand_back", "Thiếu số văn bản"),
    ]


@pytest.mark.parametrize("table", ["draft_act", "attachment", "aggregate_signoff"])
async def test_what_is_written_once_is_changed_by_nobody(world: World, table: str) -> None:
    async with world.owner.connect() as connection:
        native = await driver(connection)
        with pytest.raises(asyncpg.InsufficientPrivilegeError, match="written once"):
            await native.execute(f"DELETE FROM log.{table}")
