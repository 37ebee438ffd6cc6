"""All checks of a whole catalogue: packs alone, or packs laid over what is stored."""

from shared.catalogue.document_checks import document_faults
from shared.catalogue.entries import Content
from shared.catalogue.faults import PackFault, PacksRefused
from shared.catalogue.lineage_checks import lineage_faults
from shared.catalogue.organization_checks import organization_faults


def require_sound(content: Content) -> None:
    """Raise PacksRefused with every fault of the catalogue."""
    faults = catalogue_faults(content)
    if faults:
        raise PacksRefused(faults)


def catalogue_faults(content: Content) -> list[PackFault]:
    """Every fault of the catalogue; none of a sound one."""
    return [
        *organization_faults(content),
        *lineage_faults(content),
        *document_faults(content),
    ]
