"""Names of things as pages say them."""

from datetime import date

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.regimes import Regime
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import OrganizationId
from shared.domain.obligations import Obligation
from shared.domain.organizations import OrganizationKind, OrganizationVersion
from shared.domain.time import day_before
from shared.labels.labels import Language


def office_name(organization: OrganizationVersion) -> str:
    """`UBND xã Tân Lập`; a department keeps its own name."""
    name = organization.name
    if organization.kind is OrganizationKind.DEPARTMENT:
        return name
    return f"UBND {name[0].lower()}{name[1:]}"


def organization_of(
    known: Catalogue, organization_id: OrganizationId, *, on: date
) -> OrganizationVersion | None:
    """The organization as it is on a day, else as it was last; None if it was never known."""
    current = known.tree(on).organizations.get(organization_id)
    versions = [each for each in known.organizations if each.id == organization_id]
    return current or max(versions, key=lambda each: each.valid_from, default=None)


def name_of(known: Catalogue, organization_id: OrganizationId | None, *, on: date) -> str:
    """The office's name, "" for nobody."""
    if organization_id is None:
        return ""
    organization = organization_of(known, organization_id, on=on)
    return office_name(organization) if organization else ""


def form_title(form: FormTemplate, language: Language) -> str:
    """The name of the form in the reader's language, Vietnamese where it has no other."""
    return (form.name_en if language is Language.EN else None) or form.name


def form_label(form: FormTemplate, language: Language) -> str:
    """The same where there is little room: in lists."""
    return (form.label_en if language is Language.EN else None) or form.label


def regime_name(regime: Regime, language: Language) -> str:
    """The name of the regime in the reader's language, Vietnamese where it has no other."""
    return (regime.name_en if language is Language.EN else None) or regime.name


def last_day(obligation: Obligation) -> date:
    """The last day on which the report is on time; the deadline is the instant at which it ends."""
    return day_before(obligation.deadline)
