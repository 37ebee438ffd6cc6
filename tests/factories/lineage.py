"""Small trees and edges between them, to try lineage with."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from shared.domain.geography import Redrawing
from shared.domain.identifiers import OrganizationCode, OrganizationId
from shared.domain.lineage import Lineage, LineageEdge, LineageKind
from shared.domain.organizations import OrganizationKind, OrganizationVersion, Tree

FIRST, MIDDLE, LAST = date(2025, 3, 1), date(2025, 9, 1), date(2026, 6, 1)
REFORM, LATER = date(2025, 7, 1), date(2026, 4, 30)
EVERY_LEVEL = frozenset({"province", "district", "commune"})
COMMUNES = frozenset({"commune"})


def ids(*numbers: int) -> set[OrganizationId]:
    return {OrganizationId(each) for each in numbers}


def tree(on: date, **parents: tuple[int, ...]) -> Tree:
    """`p1=()`, `d2=(1,)`, `c3=(2,)`: the letter is the level, the number the id."""
    levels = {"p": OrganizationKind.PROVINCE, "d": OrganizationKind.DISTRICT}
    found = {}
    for name, above in parents.items():
        number = OrganizationId(int(name[1:]))
        kind = levels.get(name[0], OrganizationKind.COMMUNE)
        found[number] = OrganizationVersion(
            id=number,
            code=OrganizationCode(f"{number:05d}"),
            name=f"Đơn vị {number}",
            kind=kind,
            level=kind.value,
            parent_id=OrganizationId(above[0]) if above else None,
            province_id=OrganizationId(1),
            valid_from=on,
            valid_to=None,
        )
    return Tree(on, found)


def edge(
    source: int,
    target: int,
    kind: LineageKind = LineageKind.MERGE_FULL,
    *,
    on: date = REFORM,
    weight: str | None = None,
) -> LineageEdge:
    return LineageEdge(
        OrganizationId(source),
        OrganizationId(target),
        on,
        kind,
        "Nghị quyết",
        None if weight is None else Decimal(weight),
        None if weight is None else "dân số",
    )


PART, SPLIT, MOVE, RENAME = (
    LineageKind.MERGE_PART,
    LineageKind.SPLIT,
    LineageKind.MOVE,
    LineageKind.RENAME,
)

BEFORE = tree(FIRST, p1=(), d2=(1,), d3=(1,), c4=(2,), c5=(2,), c6=(3,), c7=(3,))
"""Province 1: district 2 with communes 4 and 5, district 3 with communes 6 and 7."""

AFTER = tree(MIDDLE, p10=(), c11=(10,), c12=(10,), c13=(10,))
"""Province 10 took over all: 11 is 4 and 5, 6 is divided between 12 and 13, 13 has 7 too."""

EDGES = (
    edge(1, 10),
    edge(2, 10, MOVE),
    edge(3, 10, MOVE),
    edge(4, 11),
    edge(5, 11),
    edge(6, 12, SPLIT),
    edge(6, 13, PART),
    edge(7, 13),
)


def redrawing(
    reported: Tree = BEFORE,
    shown: Tree = AFTER,
    edges: Iterable[LineageEdge] = EDGES,
    *,
    entering: frozenset[str] = COMMUNES,
    summing: frozenset[str] = EVERY_LEVEL,
) -> Redrawing:
    return Redrawing(reported, shown, Lineage.of(edges), entering, summing)
