"""Makes the rollups anew from the log, beside the ones in use, then puts them in their place.

Reads the newest placed event of every subject, for each carries the whole state. Readers see the
old rollups until the one commit, and the new ones after it. Consumers wait meanwhile; their offsets
stay, because every state made here is at least as new as what their next events carry, and an event
whose sequence is not higher changes nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Any

from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator.consuming.dirty import all_nodes, dirt_of
from services.aggregator.consuming.repository import ConsumingRepository
from services.aggregator.shapes import Node, Shape, Sheaf, shape_at
from services.aggregator.upkeep import statements
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver, transaction
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode

if TYPE_CHECKING:
    import asyncpg


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """How much was made."""

    sheaves: int
    rollups: int


@dataclass(frozen=True, slots=True)
class _Owing:
    """A sheaf, its cut-off date, and who owes a report in it."""

    sheaf: Sheaf
    cutoff: date
    nodes: tuple[Node, ...]


async def rebuild(engine: AsyncEngine, *, catalogue: Catalogue) -> Rebuilt:
    """Replaces everything that the aggregator derives from the log, in one transaction."""
    async with transaction(engine) as connection:
        native = await driver(connection)
        shadow = ConsumingRepository(native, schema=statements.SHADOW)
        await shadow.own_tree()
        for statement in (*statements.MAKE_SHADOWS, statements.MAKE_NEWEST):
            await native.execute(statement)
        await native.execute(statements.INDEX_NEWEST)
        await native.execute(statements.FILL_OBLIGATIONS)
        least: int = await native.fetchval(statements.CATALOGUE_POSITION)
        owing = [_owing(row) for row in await native.fetch(statements.SHEAVES)]
        for each in owing:
            shape = shape_at(catalogue, each.sheaf.form, cutoff=each.cutoff)
            await _fill_reports(native, each.sheaf, shape=shape)
            await _roll_up(native, shadow, each, shape=shape, least=least)
        rollups: int = await native.fetchval("SELECT count(*) FROM pg_temp.rollup")
        for statement in statements.SWAP:
            await native.execute(statement)
    return Rebuilt(sheaves=len(owing), rollups=rollups)


async def _fill_reports(native: "asyncpg.Connection[Any]", sheaf: Sheaf, *, shape: Shape) -> None:
    cells = shape.form.input_cells
    await native.execute(
        statements.FILL_REPORTS,
        *sheaf,
        [cell.row for cell in cells],
        [cell.column for cell in cells],
        "0" if shape.form.blank_is_zero else None,
    )


async def _roll_up(
    native: "asyncpg.Connection[Any]",
    shadow: ConsumingRepository,
    owing: _Owing,
    *,
    shape: Shape,
    least: int,
) -> None:
    """A change of the catalogue makes every node anew, so none shows an older position: `least`."""
    rows = await native.fetch(statements.POSITIONS, *owing.sheaf)
    known = {OrganizationId(row["organization_id"]): int(row["position"]) for row in rows}
    touched = {
        node: max(known.get(node.organization_id, 0), least)
        for node in all_nodes(owing.nodes, shape=shape)
    }
    for level in dirt_of(touched, shapes={owing.sheaf: shape}).levels():
        await shadow.recompute(level)


def _owing(row: Mapping[str, Any]) -> _Owing:
    sheaf = Sheaf(FormCode(row["form"]), PeriodCode(row["period"]))
    nodes = (Node(*sheaf, OrganizationId(each)) for each in row["organization_ids"])
    return _Owing(sheaf, row["cutoff_date"], tuple(nodes))
