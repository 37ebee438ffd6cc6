"""The small province before and after a reform on 01/05/2025, between its two quarters.

201 took over 20 and 21 as a whole, 204 all of district 3, 205 all of district 4. Commune 22 was
divided between 202, where its part stands alone, and 203, where it joined 23.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from shared.catalogue.catalogue import Catalogue
from shared.domain.identifiers import OrganizationId
from shared.domain.lineage import LineageEdge, LineageKind
from shared.domain.organizations import OrganizationVersion
from tests.integration.aggregator.world import (
    COMMUNES,
    DISTRICTS,
    PROVINCE,
    Q1,
    Q2,
    SUMMED,
    History,
    make_catalogue,
    organization,
    province,
)

REFORM = date(2025, 5, 1)
NEW_PROVINCE = OrganizationId(100)
NEW_COMMUNES = tuple(OrganizationId(each) for each in (201, 202, 203, 204, 205))
MERGED = {
    201: (20, 21),
    203: (23,),
    204: COMMUNES[DISTRICTS[1]],
    205: COMMUNES[DISTRICTS[2]],
}
ACT = "Nghị quyết thử"


def edge(source: int, target: int, kind: LineageKind, *, weight: str | None = None) -> LineageEdge:
    return LineageEdge(
        OrganizationId(source),
        OrganizationId(target),
        REFORM,
        kind,
        ACT,
        None if weight is None else Decimal(weight),
        None if weight is None else "dân số 2025",
    )


def edges(*, weights: tuple[str, str] | None = None) -> list[LineageEdge]:
    """`weights` of the parts of commune 22."""
    first, second = weights or (None, None)
    return [
        edge(PROVINCE, NEW_PROVINCE, LineageKind.MERGE_FULL),
        *(edge(each, NEW_PROVINCE, LineageKind.MOVE) for each in DISTRICTS),
        *(
            edge(source, target, LineageKind.MERGE_FULL)
            for target, sources in MERGED.items()
            for source in sources
        ),
        edge(22, 202, LineageKind.SPLIT, weight=first),
        edge(22, 203, LineageKind.MERGE_PART, weight=second),
    ]


def reformed(
    *, weights: tuple[str, str] | None = None, lineage: Iterable[LineageEdge] | None = None
) -> Catalogue:
    """The catalogue that knows both trees."""
    before = [replace(each, valid_to=REFORM) for each in province()]
    after = [_new(NEW_PROVINCE, level="province", parent=None)]
    after += [_new(each, level="commune", parent=NEW_PROVINCE) for each in NEW_COMMUNES]
    known = make_catalogue([*before, *after], number=2)
    return replace(known, lineage=tuple(lineage or edges(weights=weights)))


def _new(number: int, *, level: str, parent: OrganizationId | None) -> OrganizationVersion:
    made = organization(number, level=level, parent=parent)
    return replace(made, valid_from=REFORM, province_id=NEW_PROVINCE)


def reported(figures: dict[int, int]) -> History:
    """In the first quarter every old commune owes a report, in the second every new one.

    `figures` are the totals that some of them sent; those of new communes are of the second.
    """
    history = History()
    for commune in (each for below in COMMUNES.values() for each in below):
        history.open((commune, SUMMED, Q1))
    for commune in NEW_COMMUNES:
        history.open((commune, SUMMED, Q2))
    for number, total in figures.items():
        period = Q2 if number in NEW_COMMUNES else Q1
        owner = (OrganizationId(number), SUMMED, period)
        history.submit(owner, R1={"a": total, "b": 0}, R2={"a": 0, "b": 0})
    return history
