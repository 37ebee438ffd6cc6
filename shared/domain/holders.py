"""Who does today what an organization was to do: itself, or after a reform who took it over.

A duty stays that of the unit that owes it, and its figures stay under that unit; who meets it may
be another. By default that is the unit that took over the whole; where a unit was divided, somebody
must name one. A district whose work moved to the province is taken over by the province.
"""

from dataclasses import replace
from datetime import date

from shared.domain.identifiers import OrganizationId
from shared.domain.lineage import Lineage
from shared.domain.obligations import Obligation
from shared.domain.organizations import Tree

ALWAYS = date.min
"""Ids are never used again, so an ended unit can be followed from before its first day."""


def successor(
    organization_id: OrganizationId, *, lineage: Lineage, today: Tree
) -> OrganizationId | None:
    """The organization itself while there is one, else who took over the whole of it; or nobody."""
    if organization_id in today.organizations:
        return organization_id
    parts = lineage.parts(organization_id, known_on=ALWAYS, on=today.on)
    whole = next(iter(parts)) if len(parts) == 1 else None
    return whole if whole in today.organizations else None


def passed_on(obligation: Obligation, *, lineage: Lineage, today: Tree) -> Obligation:
    """The obligation with those who took over from whoever met and received it and has ended.

    The same obligation where both are still there, or nobody took over the whole: then somebody
    must be named.
    """
    met_by, receiver_id = obligation.met_by, obligation.receiver_id
    new_holder = successor(met_by, lineage=lineage, today=today) or met_by
    new_receiver = receiver_id
    if receiver_id is not None:
        new_receiver = successor(receiver_id, lineage=lineage, today=today) or receiver_id
    if (new_holder, new_receiver) == (met_by, receiver_id):
        return obligation
    return replace(
        obligation,
        holder_id=obligation.holder_id if new_holder == met_by else new_holder,
        receiver_id=new_receiver,
        sequence=obligation.sequence + 1,
    )


def heirs(
    organization_id: OrganizationId, *, lineage: Lineage, today: Tree
) -> frozenset[OrganizationId]:
    """To whom a duty may be given: those who have a part of the unit, and all above them."""
    parts = lineage.parts(organization_id, known_on=ALWAYS, on=today.on)
    there = [each for each in parts if each in today.organizations]
    return frozenset(there).union(*(today.ancestors(each) for each in there))
