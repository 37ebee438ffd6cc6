"""What the aggregator publishes, where only intake runs."""

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
    form = world.known.form(FormCode(FORM), on=world.clock.today())
    totals = [Decimal(first), *[Decimal(0)] * (len(form.input_cells) - 1)]
    async with transaction(world.owner) as connection:
        native = await driver(connection)
        await native.execute(ROLL_UP, unit.id, FORM, PERIOD, totals, 8, reported, position)
