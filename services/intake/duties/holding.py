"""Who reports in the place of a unit that was divided or ended, as a page says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from services.intake.wording import office_name
from shared.catalogue.catalogue import Catalogue
from shared.domain.obligations import Obligation
from shared.domain.organizations import OrganizationVersion


@dataclass(frozen=True, slots=True)
class Held:
    """`by` is the office that reports, None where nobody was named; `heirs` may take over."""

    by: str | None
    heirs: Sequence[OrganizationVersion]


def held_by(known: Catalogue, obligation: Obligation, *, on: date) -> Held | None:
    """None where the unit itself is there and reports."""
    tree, met_by = known.tree(on), obligation.met_by
    if obligation.organization_id in tree.organizations and obligation.holder_id is None:
        return None
    holder = tree.organizations.get(met_by)
    heirs = known.heirs(obligation.organization_id, on=on) - {met_by}
    return Held(
        by=None if holder is None else office_name(holder),
        heirs=sorted((tree.get(each) for each in heirs), key=lambda each: each.sort_key),
    )
