"""Why averages, extremes and ratios changed: act by act, the number before and after each."""

import random
import re
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from shared.domain.identifiers import OrganizationId
from tests.integration.aggregator.conftest import Deliver
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.log_rows import store
from tests.integration.aggregator.measured import FORM, MEASURED, MONTHS, measured
from tests.integration.aggregator.world import (
    COMMUNES,
    DISTRICTS,
    PROVINCE,
    History,
    make_catalogue,
)

MONTH = MONTHS[5]
UNITS = COMMUNES[DISTRICTS[0]]
TYPED = [column.code for column in FORM.columns if column.formula is None]


@pytest.fixture
async def months(desk: Desk) -> History:
    """Four communes of one district owe the month."""
    desk.catalogue.catalogue = measured(make_catalogue())
    history = History()
    for unit in UNITS:
        history.open((unit, MEASURED, MONTH))
    return history


def submit(history: History, unit: OrganizationId, figures: dict[str, int]) -> None:
    history.submit((unit, MEASURED, MONTH), ALL=figures)


def lived_through(history: History, seed: int) -> Iterator[int]:
    """Reports and corrections of some of their cells, in any order; yields each position."""
    chance = random.Random(seed)  # noqa: S311 (the same acts each time)
    for _ in range(24):
        known = chance.sample(TYPED, k=chance.randrange(len(TYPED) // 2, len(TYPED)))
        submit(history, chance.choice(UNITS), {each: chance.randrange(1, 50) for each in known})
        if chance.random() < 0.1:
            history.exclude((chance.choice(UNITS), MEASURED, MONTH))
        yield len(history.events)


async def told(desk: Desk, since: int, **parameters: str) -> dict[str, Any]:
    return await desk.json(
        "/api/v1/changes",
        form=MEASURED,
        period=MONTH,
        organization=parameters.pop("organization", str(DISTRICTS[0])),
        since=str(since),
        **parameters,
    )


async def values(desk: Desk, position: int, *, node: OrganizationId) -> dict[str, Decimal | None]:
    """The same numbers, by the way that all reads go."""
    answer = await desk.json(
        "/api/v1/indicators", period=MONTH, organization=str(node), as_of=str(position)
    )
    return {each["code"]: each["value"] for each in answer["indicators"]}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("node", [PROVINCE, DISTRICTS[0], UNITS[0]])
async def test_every_operator_is_followed_from_act_to_act(
    seed: int, node: OrganizationId, desk: Desk, months: History, engine: AsyncEngine
) -> None:
    positions = list(lived_through(months, seed))
    await store(months, engine)
    since = positions[4]
    answer = await told(desk, since, organization=str(node))
    reached = await values(desk, since, node=node)

    codes = [each["indicator"] for each in answer["measures"]]
    assert set(codes) == set(reached)
    assert answer["steps"]
    for step in answer["steps"]:
        for code, part in zip(codes, step["contributions"], strict=True):
            assert part["before"] == reached[code], code
        reached = await values(desk, step["cause"]["position"], node=node)
        assert [each["after"] for each in step["contributions"]] == [reached[c] for c in codes]
    for place, measure in enumerate(answer["measures"]):
        assert measure["after"] == reached[codes[place]]
        parts = [step["contributions"][place]["contribution"] for step in answer["steps"]]
        assert sum(parts) == measure["difference"]


async def test_an_average_names_each_report_and_says_that_its_parts_are_no_sums(
    desk: Desk, months: History, engine: AsyncEngine
) -> None:
    submit(months, UNITS[0], {"mean": 10, "highest": 5, "received": 1})
    submit(months, UNITS[1], {"mean": 20, "highest": 9, "received": 1})
    since = len(months.events)
    submit(months, UNITS[0], {"mean": 40, "highest": 7, "received": 4})
    submit(months, UNITS[1], {"mean": 20, "highest": 2, "received": 1})
    await store(months, engine)

    mean = await told(desk, since, row="ALL", column="mean")
    highest = await told(desk, since, row="ALL", column="highest")
    received = await told(desk, since, row="ALL", column="received")

    [measure] = mean["measures"]
    assert (measure["before"], measure["after"], measure["adds"]) == (15, 30, False)
    first, second = mean["steps"]
    assert first["cells"][1:2] == [{"row": "ALL", "column": "highest", "before": 5, "after": 7}]
    assert [each["contributions"][0]["contribution"] for each in (first, second)] == [15, 0]
    assert [each["contributions"][0]["after"] for each in highest["steps"]] == [9, 7]
    assert received["measures"][0]["adds"] is True
    assert first["cause"]["version"] == 2


async def test_what_cannot_be_put_together_is_told_with_its_reports_and_the_reason(
    desk: Desk, months: History, engine: AsyncEngine
) -> None:
    submit(months, UNITS[0], {"word": 3, "highest": 4})
    await store(months, engine)

    of_the_word = await told(desk, len(UNITS), row="ALL", column="word")
    of_twice = await told(desk, len(UNITS), row="ALL", column="twice")
    alone = await told(desk, len(UNITS), row="ALL", column="word", organization=str(UNITS[0]))

    [word], [twice], [own] = (each["measures"] for each in (of_the_word, of_twice, alone))
    assert (word["after"], word["reason"]) == (None, "not_combined")
    assert (twice["after"], twice["reason"]) == (None, "parts_not_additive")
    assert (own["before"], own["after"], own["reason"]) == (None, 3, None)
    [step] = of_the_word["steps"]
    assert step["cells"][0] == {"row": "ALL", "column": "word", "before": None, "after": 3}


async def test_an_exclusion_that_leaves_one_report_alone_lets_it_stand_as_it_is(
    desk: Desk, months: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    submit(months, UNITS[0], {"word": 3})
    since = len(months.events)
    for unit in UNITS[1:]:
        months.exclude((unit, MEASURED, MONTH))
    await store(months, engine)

    answer = await told(desk, since, row="ALL", column="word")

    [measure] = answer["measures"]
    assert (measure["before"], measure["after"]) == (None, 3)
    [step] = answer["steps"]
    assert (step["cause"]["kind"], step["organization"]["code"]) == ("duty", str(UNITS[3]))


async def test_the_page_tells_act_by_act_why_an_average_is_what_it_is(
    desk: Desk, months: History, deliver: Deliver, engine: AsyncEngine
) -> None:
    submit(months, UNITS[0], {"mean": 10, "word": 1})
    submit(months, UNITS[0], {"mean": 40, "word": 2})
    submit(months, UNITS[1], {"mean": 20, "word": 3})
    await store(months, engine)
    await deliver(months.events, catalogue=desk.catalogue.catalogue)
    asked = {"form": "measured", "period": MONTH, "organization": str(DISTRICTS[0])}
    cell = asked | {"row": "ALL", "column": "mean"}

    page = await desk.get("/dashboard/changes", **cell)
    of_a_word = await desk.get("/dashboard/changes", **asked, row="ALL", column="word")
    since_now = await desk.get("/dashboard/changes", **cell, since=str(len(months.events)))
    source = await desk.get("/dashboard/cells", **cell)

    assert page.status_code == 200
    assert page.text.count("Lần gửi 2") == 1
    assert "Không phải tổng" in page.text
    figures = re.findall(r'data-label="(?:Trước|Sau)">([^<]*)<', page.text)
    assert figures == ["–", "30", "40", "30", "10", "40", "–", "10"]
    assert "Số liệu này không cộng gộp được." in of_a_word.text
    assert "Không có việc nào làm thay đổi số liệu" in since_now.text
    assert "/dashboard/changes?form=measured" in source.text
