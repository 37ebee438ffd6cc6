"""The receiver enters for a sender that cannot (nhập thay)."""

from tests.support.intake_world import Caller, World

WHY = "Đơn vị mất kết nối, đã gửi bản giấy"


def _for(sender: Caller, **changes: object) -> dict[str, object]:
    return sender.body(reason=WHY, **changes)


async def test_a_proxy_entry_says_so_everywhere(
    world: World, sender: Caller, reviewer: Caller
) -> None:
    sent = await reviewer.send(_for(sender))
    report_id = sent.json()["report_id"]
    history = (await sender.call("GET", f"/api/v1/reports/{report_id}")).json()
    [event] = await world.rows(
        "SELECT data FROM log.event WHERE subject = :subject", subject=f"report/{report_id}"
    )
    [version] = await world.rows(
        "SELECT proxy_by FROM log.report_version WHERE report_id = :id", id=report_id
    )

    assert sent.status_code == 201, sent.text
    assert sent.json()["proxy"] is True
    assert history["acts"][0]["proxy"] is True
    assert history["acts"][0]["reason"] == WHY
    assert event["data"]["act"]["proxy"] is True
    assert event["data"]["organization_id"] == sender.organization.id
    assert version["proxy_by"] == reviewer.organization.id


async def test_it_needs_a_reason(sender: Caller, reviewer: Caller) -> None:
    refused = await reviewer.send(sender.body())

    assert (refused.status_code, refused.json()["code"]) == (422, "reason_required")


async def test_nobody_enters_over_what_the_sender_sent(sender: Caller, reviewer: Caller) -> None:
    await sender.send(sender.body())

    refused = await reviewer.send(_for(sender))

    assert (refused.status_code, refused.json()["code"]) == (409, "proxy_not_needed")


async def test_the_sender_corrects_a_proxy_entry(sender: Caller, reviewer: Caller) -> None:
    await reviewer.send(_for(sender))

    corrected = await sender.send(sender.body())

    assert corrected.status_code == 201
    assert (corrected.json()["version"], corrected.json()["proxy"]) == (2, False)


async def test_only_the_receiver_by_the_chain_enters_for_a_sender(
    world: World, sender: Caller, reviewer: Caller
) -> None:
    province = await world.as_reviewer(world.parent(reviewer.organization))
    neighbour = await world.as_sender(world.next_commune())

    above = await province.send(_for(sender))
    beside = await neighbour.send(_for(sender))

    assert above.status_code == 403
    assert beside.status_code == 404


async def test_the_receivers_draft_is_its_own(sender: Caller, reviewer: Caller) -> None:
    duties = await sender.call("GET", "/api/v1/obligations?period=2025-Q2")
    draft = f"/api/v1/drafts/{duties.json()['items'][0]['obligation_id']}"
    body = {"figures": {"LV01": {"4": "5"}}}

    await reviewer.call("PUT", draft, body=body, If_Match='"0"')

    assert (await sender.call("GET", draft)).json()["version"] == 0
    assert (await reviewer.call("GET", draft)).json()["figures"] == body["figures"]
