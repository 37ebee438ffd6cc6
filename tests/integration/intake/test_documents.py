"""The administrative identity of a report, and its signed file."""

import hashlib
from typing import Any

import httpx
import pytest

from tests.support.intake_world import PERIOD, Caller, World

PDF = b"%PDF-1.7\n%signed"
SHA256 = hashlib.sha256(PDF).hexdigest()


@pytest.fixture
async def obligation_id(sender: Caller) -> int:
    duties = await sender.call("GET", f"/api/v1/obligations?period={PERIOD}")
    number: int = duties.json()["items"][0]["obligation_id"]
    return number


async def _upload(who: Caller, obligation_id: int, content: bytes) -> httpx.Response:
    return await who.world.client.post(
        f"/api/v1/attachments?obligation={obligation_id}",
        headers={"Authorization": f"Bearer {who.token}"},
        files={"file": ("../Báo cáo.pdf", content, "text/html")},
    )


async def test_a_signed_file_is_in_the_receipt_and_comes_back_as_a_download(
    world: World, sender: Caller, reviewer: Caller, obligation_id: int
) -> None:
    uploaded = await _upload(sender, obligation_id, PDF)
    address = uploaded.json()["links"]["self"]
    early = await reviewer.call("GET", address)
    document = {"number": "7/BC", "date": "2025-06-16", "attachment_sha256": SHA256}
    sent = await sender.send(sender.body(document=document))
    late = await reviewer.call("GET", address)
    stranger = await world.as_sender(world.next_commune())
    outside = await stranger.call("GET", address)

    assert uploaded.status_code == 201
    assert sent.json()["document"]["attachment_sha256"] == SHA256
    assert (early.status_code, late.status_code, outside.status_code) == (404, 200, 404)
    assert late.content == PDF
    assert late.headers["content-type"] == "application/pdf"
    assert late.headers["x-content-type-options"] == "nosniff"
    assert late.headers["content-disposition"].startswith("attachment; filename*=UTF-8''B%C3%A1o")


async def test_only_a_pdf_is_kept_whatever_it_is_called(sender: Caller, obligation_id: int) -> None:
    refused = await _upload(sender, obligation_id, b"<html><script>")
    too_large = await _upload(sender, obligation_id, b"%PDF-" + bytes(10_485_760))

    assert (refused.status_code, refused.json()["code"]) == (415, "attachment_not_pdf")
    assert (too_large.status_code, too_large.json()["code"]) == (413, "attachment_too_large")


async def test_a_file_is_uploaded_only_for_ones_own_duty(world: World, obligation_id: int) -> None:
    stranger = await world.as_sender(world.next_commune())

    refused = await _upload(stranger, obligation_id, PDF)

    assert refused.status_code == 404


@pytest.mark.parametrize(
    ("document", "pointer", "code"),
    [
        pytest.param({"number": "1"}, "/document/date", "document_date_missing", id="no date"),
        pytest.param(
            {"number": "1", "date": "2025-06-17"},
            "/document/date",
            "document_date_in_future",
            id="tomorrow",
        ),
        pytest.param(
            {"date": "hôm nay"}, "/document/date", "date_from_datetime_parsing", id="text"
        ),
        pytest.param({"date": 7}, "/document/date", "date_type", id="a number"),
        pytest.param(
            {"attachment_sha256": SHA256},
            "/document/attachment_sha256",
            "unknown_attachment",
            id="not uploaded",
        ),
    ],
)
async def test_what_is_wrong_with_a_document_is_named(
    sender: Caller, document: dict[str, Any], pointer: str, code: str
) -> None:
    refused = await sender.send(sender.body(document=document))

    assert refused.status_code == 422, refused.text
    faults = [(fault["pointer"], fault["code"]) for fault in refused.json()["errors"]]
    assert faults == [(pointer, code)]


async def test_a_document_counts_in_the_hash_of_the_receipt(sender: Caller) -> None:
    bare = await sender.send(sender.body())
    named = await sender.send(sender.body(document={"number": "7/BC", "date": "2025-06-16"}))

    assert bare.json()["document"] is None
    assert bare.json()["sha256"] != named.json()["sha256"]
