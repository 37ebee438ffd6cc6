"""Whether an aggregate goes on from those of the period before, over reforms too.

Judged once every report of both is approved: before that, sums differ because reports are missing.
"""

from services.intake.aggregates.repository import Rolled, read_rolled
from services.intake.connections import Connection
from services.intake.places import Place
from shared.catalogue.catalogue import Catalogue
from shared.domain.carrying import carrying_faults, carrying_rules
from shared.domain.faults import Fault
from shared.domain.figures import Figures
from shared.domain.geography import Exactness
from shared.domain.identifiers import OrganizationId
from shared.domain.periods import Period
from shared.domain.rollups import added_figures


async def read_carrying(
    native: Connection, known: Catalogue, place: Place, *, rolled: Rolled
) -> tuple[Fault, ...] | None:
    """Where its sums do not go on from those before; None where they cannot be compared."""
    before = place.period.previous()
    if not (carrying_rules(place.form) and _is_complete(rolled)):
        return None
    previous = await _sums_before(native, known, place, before=before)
    if previous is None:
        return None
    return carrying_faults(place.form, rolled.figures, previous=previous)


async def _sums_before(
    native: Connection, known: Catalogue, place: Place, *, before: Period
) -> Figures | None:
    """Of all that lay here then; None while one of them is incomplete, or was divided."""
    found = [
        await read_rolled(native, node, form=place.form, period=before.code)
        for node in _nodes_before(known, place, before=before)
    ]
    if not found or not all(map(_is_complete, found)):
        return None
    return added_figures(place.form, [each.figures for each in found])


def _nodes_before(known: Catalogue, place: Place, *, before: Period) -> tuple[OrganizationId, ...]:
    """Whose aggregates of the period before lie here as a whole; none if they do not suffice."""
    redrawing = known.history.redrawing(
        place.form, reported_on=before.cutoff_date, shown_on=place.period.cutoff_date
    )
    made_of = redrawing.composition(place.organization.id)
    if made_of.exactness is not Exactness.EXACT or made_of.unplaced:
        return ()
    cover = redrawing.cover(made_of.whole)
    return () if cover.alone else cover.nodes


def _is_complete(rolled: Rolled) -> bool:
    return 0 < rolled.coverage.expected == rolled.coverage.reported
