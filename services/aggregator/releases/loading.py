"""Finds a release that the caller may read, with the catalogue that it was made with."""

from services.aggregator.releases.content import units_of
from services.aggregator.releases.frozen import FrozenRelease
from services.aggregator.releases.repository import Release, read_content, read_release
from services.aggregator.service import Aggregator
from services.aggregator.shapes import shape_at
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver, snapshot
from shared.domain.identifiers import OrganizationId
from shared.domain.periods import Period
from shared.web.problems import NotFound
from shared.web.scope import Scope


def provinces_of(scope: Scope, *, known: Catalogue) -> frozenset[OrganizationId]:
    """The provinces that what the caller may read belongs to, or belonged to."""
    return frozenset(each.province_id for each in known.organizations if each.id in scope.readable)


async def find_release(
    aggregator: Aggregator, release_id: int, *, scope: Scope, known: Catalogue
) -> Release:
    """Raises NotFound: there is none, or it is of another province."""
    async with snapshot(aggregator.engine) as connection:
        release = await read_release(await driver(connection), release_id)
    if release is None or release.province_id not in provinces_of(scope, known=known):
        raise NotFound
    return release


async def load_frozen(aggregator: Aggregator, release: Release) -> tuple[Catalogue, FrozenRelease]:
    """Its figures, and the catalogue known when it was made."""
    catalogue = await aggregator.catalogue.as_known(release.catalogue_number)
    async with snapshot(aggregator.engine) as connection:
        content = await read_content(await driver(connection), release.id)
    cutoff = period_of(release, catalogue=catalogue).cutoff_date
    shape = shape_at(catalogue, release.sheaf.form, cutoff=cutoff)
    return catalogue, FrozenRelease(release, shape.form, units_of(content))


def period_of(release: Release, *, catalogue: Catalogue) -> Period:
    """By the regime that asked for it; raises LookupError if the catalogue has none."""
    form, period = release.sheaf
    for regime in catalogue.regimes:
        if regime.code == release.regime and form in regime.forms:
            found = regime.period(period)
            if regime.is_in_force(found.cutoff_date):
                return found
    raise LookupError(f"catalogue {catalogue.number} has no regime of release {release.id}")
