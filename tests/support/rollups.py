"""What the aggregator publishes, where only intake runs."""

from collections.abc import Mapping
from decimal import Decimal

from shared.db.engine import driver, transaction
from shared.domain.identifiers import FormCode
from shared.domain.organizations import OrganizationVersion
from tests.support.intake_world import FORM, PERIOD, World

ROLL_UP = """
INSERT INTO aggregator.rollup (
    node_id, form, period, track, totals, counts, minima, maxima, expected, reported, on_time,
    position)
VALUES ($1, $2, $3, 'official', $4, '{}', '{}', '{}', $5, $6, $6, $7)
ON CONFLICT (form, period, node_id, track) DO UPDATE
SET totals = excluded.totals, expected = excluded.expected, reported = excluded.reported,
    on_time = excluded.on_time, position = excluded.position
"""


async def publish_rollup(
    world: World, unit: OrganizationVersion, *, first: int, reported: int = 8, position: int = 40
) -> None:
    """The first cell of the form, and zero in the others."""
    await publish_totals(
        world, unit, totals={("LV01", "4"): first}, reported=reported, position=position
    )


async def publish_totals(
    world: World,
    unit: OrganizationVersion,
    *,
    totals: Mapping[tuple[str, str], int],
    period: str = PERIOD,
    reported: int = 8,
    position: int = 40,
) -> None:
    """The cells that are named, and zero in the others; eight reports are expected."""
    form = world.known.form(FormCode(FORM), on=world.clock.today())
    values = [Decimal(totals.get((cell.row, cell.column), 0)) for cell in form.input_cells]
    async with transaction(world.owner) as connection:
        native = await driver(connection)
        await native.execute(ROLL_UP, unit.id, FORM, period, values, 8, reported, position)
