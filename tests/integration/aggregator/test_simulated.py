"""What leaves a world of made-up figures says so, in a way that every program reads."""

import csv
import io
from collections.abc import AsyncIterator

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.exports.rows import SIMULATED
from tests.integration.aggregator.conftest import Deliver
from tests.integration.aggregator.desk import Desk, desk_at
from tests.integration.aggregator.world import COMMUNES, DISTRICTS, Q2, SUMMED, History

FIGURES, INDICATORS = "/api/v1/exports/figures", "/api/v1/exports/indicators"
ASKED = {
    FIGURES: {"form": SUMMED},
    INDICATORS: {"indicator": "S.TOTAL", "from": Q2, "to": Q2},
    "/dashboard/cells.csv": {},
}


@pytest.fixture
async def reported(history: History, deliver: Deliver) -> None:
    first = COMMUNES[DISTRICTS[0]][0]
    history.submit((first, SUMMED, Q2), R1={"a": 5, "b": 7}, R2={"a": 0, "b": 0})
    await deliver(history.events)


@pytest.fixture
async def made_up(engine: AsyncEngine, reported: None) -> AsyncIterator[Desk]:
    async with desk_at(engine, simulated=True) as desk:
        yield desk


@pytest.mark.parametrize("path", ASKED)
async def test_every_line_of_csv_says_so_in_its_last_column(made_up: Desk, path: str) -> None:
    answer = await made_up.get(path, **ASKED[path])

    header, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header[-1] == "simulated"
    assert lines
    assert {line[-1] for line in lines} == {SIMULATED}
    assert {len(line) for line in lines} == {len(header)}
    assert 'filename="mo-phong-' in answer.headers["content-disposition"]


@pytest.mark.parametrize("path", [FIGURES, INDICATORS])
async def test_json_says_so_beside_what_was_asked(made_up: Desk, path: str) -> None:
    answer = await made_up.json(path, **ASKED[path], format="json")

    assert answer["simulated"] == SIMULATED


@pytest.mark.parametrize("path", ASKED)
async def test_real_figures_have_the_same_columns_and_say_nothing(
    desk: Desk, reported: None, path: str
) -> None:
    answer = await desk.get(path, **ASKED[path])

    header, *lines = csv.reader(io.StringIO(answer.content.decode("utf-8-sig")))
    assert header[-1] == "simulated"
    assert {line[-1] for line in lines} == {""}
    assert "mo-phong" not in answer.headers["content-disposition"]


async def test_real_figures_are_null_in_json(desk: Desk, reported: None) -> None:
    assert (await desk.json(FIGURES, form=SUMMED, format="json"))["simulated"] is None
