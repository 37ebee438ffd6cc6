"""What a period's figures are laid out by: the form and the tree in force at its cut-off."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from shared.catalogue.catalogue import Catalogue
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode
from shared.domain.organizations import Tree


class Sheaf(NamedTuple):
    """All reports on one form for one period."""

    form: FormCode
    period: PeriodCode


class Node(NamedTuple):
    """One organization's place in a sheaf."""

    form: FormCode
    period: PeriodCode
    organization_id: OrganizationId

    @property
    def sheaf(self) -> Sheaf:
        return Sheaf(self.form, self.period)


@dataclass(frozen=True, slots=True)
class Shape:
    """The form and the tree of a sheaf. Arrays of cells follow `form.input_cells`."""

    form: FormTemplate
    tree: Tree

    @property
    def width(self) -> int:
        return len(self.form.input_cells)

    def enters(self, organization_id: OrganizationId) -> bool:
        """Whether the form lets this organization type figures of its own."""
        return self.tree.get(organization_id).level in self.form.entering_levels

    def sums(self, organization_id: OrganizationId) -> bool:
        """Whether the form lets this organization add up its children's figures."""
        return self.tree.get(organization_id).level in self.form.summing_levels


def shape_at(catalogue: Catalogue, form: FormCode, *, cutoff: date) -> Shape:
    """The shape of the sheaf whose data window ends on `cutoff`.

    Raises:
        UnknownForm: no version of the form is in force on that day.
    """
    return Shape(catalogue.form(form, on=cutoff), catalogue.tree(cutoff))
