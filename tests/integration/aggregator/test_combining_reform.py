"""A unit that took over another one: put together over periods in one tree, or not at all."""

from dataclasses import replace
from datetime import date
from typing import Any

from shared.catalogue.catalogue import Catalogue
from shared.domain.identifiers import OrganizationId
from shared.domain.lineage import LineageEdge, LineageKind
from tests.integration.aggregator.conftest import Deliver
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.test_combining import series
from tests.integration.aggregator.world import (
    DISTRICTS,
    Q1,
    Q2,
    SUMMED,
    History,
    make_catalogue,
    province,
)

TAKEN_OVER = date(2025, 5, 1)
LEFT, TAKER = (OrganizationId(each) for each in (21, 20))


def with_a_merger(known: Catalogue) -> Catalogue:
    """Commune 20 took over 21 on 01/05/2025 and goes on."""
    organizations = [
        replace(each, valid_to=TAKEN_OVER) if each.id == LEFT else each for each in province()
    ]
    edge = LineageEdge(LEFT, TAKER, TAKEN_OVER, LineageKind.MERGE_FULL, "Nghị quyết", None, None)
    return replace(known, organizations=tuple(organizations), lineage=(edge,), number=2)


async def half_year(desk: Desk, **parameters: str) -> dict[str, Any]:
    """Both quarters together."""
    points = await series(desk, "S.TOTAL", combine="half_year", **parameters)
    return points["2025-H1"]


async def test_a_unit_that_took_over_another_is_added_up_in_one_tree_only(
    desk: Desk, deliver: Deliver
) -> None:
    desk.catalogue.catalogue = with_a_merger(make_catalogue())
    history = History()
    for unit, period, total_of in ((TAKER, Q1, 3), (LEFT, Q1, 30), (TAKER, Q2, 300)):
        history.open((unit, SUMMED, period))
        history.submit((unit, SUMMED, period), R1={"a": total_of, "b": 0}, R2={"a": 0, "b": 0})
    await deliver(history.events, catalogue=desk.catalogue.catalogue)

    reported = await half_year(desk, organization=str(TAKER))
    now = await half_year(desk, organization=str(TAKER), geography="as_now")
    above = await half_year(desk, organization=str(DISTRICTS[0]))

    assert (reported["value"], reported["reason"]) == (None, "territory_changed")
    assert now["value"] == 333
    assert now["restated"]["exactness"] == "exact"
    assert above["value"] == 333
