"""The README's story with curl, in both worlds of the demonstration."""

import json
from pathlib import Path
from typing import Any

from services.commands.demo import DEFAULT_WORLD
from services.demo.worlds import WORLDS, WorldName
from shared.ports import free_port
from tests.acceptance.demonstration import client_at, demonstration
from tests.support.province import Caller
from tests.support.templates import ROOT
from tests.support.waiting import until

EXAMPLES = ROOT / "docs/examples"
COMMUNES, REPORTED = 95, 80
"""As the README tells it."""

OLD_PROVINCES = {"70": 111, "75": 159}


async def test_a_commune_moves_the_total_from_88_to_89_of_111(tmp_path: Path) -> None:
    async with demonstration(tmp_path, port=free_port(), world="quarter") as demo:
        async with client_at(await demo.start()) as client:
            commune, province = demo.caller(client, "commune"), demo.caller(client, "province")
            wanted = {"expected": 111, "reported": 88}

            async def stands() -> bool:
                return await _coverage(province, "70", period="2025-Q2") == wanted

            await until(stands)
            body = json.loads((EXAMPLES / "submission-2025-q2.json").read_text())
            sent = await commune.call(
                "POST", "/api/v1/submissions", body=body, idempotency_key="tan-lap-2025-q2"
            )
            assert sent.status_code == 201, sent.text
            wanted["reported"] += 1
            await until(stands)
        assert await demo.program.interrupt() == 0, demo.program.output
        assert "Đã dừng" in demo.program.output


def test_the_readme_names_what_the_default_world_makes() -> None:
    readme = (ROOT / "README.md").read_text()
    world = WORLDS[DEFAULT_WORLD]

    assert DEFAULT_WORLD is WorldName.YEAR
    for person in world.people:
        if person.token in ("commune", "province"):
            assert f".data/demo/{DEFAULT_WORLD}/tokens/{person.token}" in readme
    assert "docs/examples/submission-2025-q3.json" in readme
    assert f"organization={world.province}&period=2025-Q3" in readme


async def test_the_year_is_there_at_once_and_the_readme_story_works(tmp_path: Path) -> None:
    async with demonstration(tmp_path, port=free_port(), world="year") as demo:
        async with client_at(await demo.start()) as client:
            commune, province = demo.caller(client, "commune"), demo.caller(client, "province")
            for code, communes in OLD_PROVINCES.items():
                before_the_reform = await _coverage(province, code, period="2025-Q2")
                assert before_the_reform == {"expected": communes, "reported": communes}
            before = await _coverage(province, "75", period="2025-Q3")
            assert before == {"expected": COMMUNES, "reported": REPORTED}

            body = json.loads((EXAMPLES / "submission-2025-q3.json").read_text())
            sent = await commune.call(
                "POST", "/api/v1/submissions", body=body, idempotency_key="dong-xoai-2025-q3"
            )
            assert sent.status_code == 201, sent.text
            assert not sent.json()["on_time"]

            async def moved() -> bool:
                now = await _coverage(province, "75", period="2025-Q3")
                return bool(now["reported"] == before["reported"] + 1)

            await until(moved)
        assert await demo.program.interrupt() == 0, demo.program.output


async def _coverage(province: Caller, code: str, *, period: str) -> dict[str, Any]:
    answer = await province.get("/api/v1/indicators", organization=code, period=period)
    coverage = answer["indicators"][0]["coverage"]
    return {name: coverage[name] for name in ("expected", "reported")}
