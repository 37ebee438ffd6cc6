"""Drafts: kept as typed, never overwritten unseen."""

from typing import Any

import pytest

from tests.support.intake_world import PERIOD, Caller, World

TYPED = {"figures": {"LV01": {"4": "1.2", "5": "mười"}}}


@pytest.fixture
async def path(sender: Caller) -> str:
    """Where the sender's draft is kept."""
    response = await sender.call("GET", f"/api/v1/obligations?period={PERIOD}")
    found: str = response.json()["items"][0]["links"]["draft"]
    return found


async def _put(caller: Caller, path: str, *, version: int, **changes: Any) -> Any:
    return await caller.call("PUT", path, body=TYPED | changes, if_match=f'"{version}"')


async def test_a_draft_keeps_what_was_typed(sender: Caller, path: str) -> None:
    empty = await sender.call("GET", path)
    saved = await _put(sender, path, version=0)
    read = await sender.call("GET", path)

    assert empty.json()["version"] == 0
    assert empty.headers["etag"].startswith('"0-')
    assert (saved.status_code, saved.headers["etag"]) == (200, '"1"')
    assert read.json()["figures"] == TYPED["figures"]


async def test_two_windows_do_not_overwrite_each_other(sender: Caller, path: str) -> None:
    await _put(sender, path, version=0)
    await _put(sender, path, version=1)

    stale = await _put(sender, path, version=1)
    first_again = await _put(sender, path, version=0)
    unnamed = await sender.call("PUT", path, body=TYPED)

    assert [each.status_code for each in (stale, first_again, unnamed)] == [412, 412, 428]


@pytest.mark.parametrize(
    "figures",
    [
        pytest.param({"LV99": {"4": "1"}}, id="unknown-row"),
        pytest.param({"LV01": {"3": "1"}}, id="derived-cell"),
        pytest.param({"LV01": {"4": "9" * 65}}, id="too-long"),
        pytest.param({"LV01": {"4": 5}}, id="not-text"),
    ],
)
async def test_only_text_in_fields_of_the_form_is_kept(
    sender: Caller, path: str, figures: dict[str, Any]
) -> None:
    response = await _put(sender, path, version=0, figures=figures)

    assert response.status_code == 422
    assert response.json()["errors"][0]["pointer"].startswith("/figures/LV")


async def test_a_receiver_does_not_read_drafts(world: World, sender: Caller, path: str) -> None:
    district = await world.as_sender(world.parent(sender.organization))

    assert (await district.call("GET", path)).status_code == 404
    assert (await _put(district, path, version=0)).status_code == 404
