"""The catalogue as the database holds it: the newest row of each entry, with surrogate ids."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from shared.catalogue.entries import (
    Content,
    Item,
    OrganizationKey,
    content_of,
)
from shared.catalogue.faults import PacksRefused
from shared.catalogue.schema_parts import ONE_DAY
from shared.catalogue.schemas import ChainLinkModel, DocumentModel, LineageModel, OrganizationModel
from shared.domain.chains import ChainLink
from shared.domain.identifiers import OrganizationCode, OrganizationId, RegimeCode
from shared.domain.lineage import LineageEdge
from shared.domain.organizations import OrganizationVersion


@dataclass(frozen=True, slots=True)
class StoredOrganization:
    """A version of an organization, and whether it was taken back."""

    version: OrganizationVersion
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class StoredLink:
    """A chain link of a regime, and whether it was taken back."""

    regime: RegimeCode
    link: ChainLink
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class StoredEdge:
    """An edge between organizations, and whether it was taken back."""

    edge: LineageEdge
    retracted: bool = False


@dataclass(frozen=True, slots=True)
class Stored:
    """Everything, as of change `number` (0: nothing was ever loaded)."""

    number: int = 0
    organizations: tuple[StoredOrganization, ...] = ()
    links: tuple[StoredLink, ...] = ()
    documents: tuple[DocumentModel, ...] = ()
    lineage: tuple[StoredEdge, ...] = ()
    _by_id: Mapping[OrganizationId, list[OrganizationVersion]] = field(
        init=False, repr=False, compare=False
    )

    def __post_init__(self) -> None:
        by_id: dict[OrganizationId, list[StoredOrganization]] = defaultdict(list)
        for stored in sorted(self.organizations, key=lambda each: each.version.valid_from):
            by_id[stored.version.id].append(stored)
        versions = {each: _known_versions(history) for each, history in by_id.items()}
        object.__setattr__(self, "_by_id", versions)

    def live_organizations(self) -> Iterator[OrganizationVersion]:
        """The versions that hold."""
        return (stored.version for stored in self.organizations if not stored.retracted)

    def live_lineage(self) -> Iterator[LineageEdge]:
        """The edges that hold."""
        return (stored.edge for stored in self.lineage if not stored.retracted)

    def identities(self) -> dict[OrganizationKey, OrganizationId]:
        """The id of each organization, by the key of its first version."""
        firsts = (
            (organization_id, versions[0]) for organization_id, versions in self._by_id.items()
        )
        return {
            (first.level, first.code, first.valid_from): organization_id
            for organization_id, first in firsts
        }

    def content(self) -> Content:
        """The same as entries, so that packs can be laid over them and all be checked together."""
        content, faults = content_of(
            organizations=(Item(self._organization(each)) for each in self.organizations),
            links=(Item(self._link(each)) for each in self.links),
            lineage=(Item(self._edge(each)) for each in self.lineage),
            documents=(Item(document) for document in self.documents),
        )
        if faults:
            raise PacksRefused(faults)
        return content

    def _organization(self, stored: StoredOrganization) -> OrganizationModel:
        version = stored.version
        first = self._by_id.get(version.id, [version])[0].valid_from
        return OrganizationModel(
            code=version.code,
            name=version.name,
            kind=version.kind,
            level=version.level,
            parent=self._code(version.parent_id, on=version.valid_from),
            continues_from=first if first < version.valid_from else None,
            valid_from=version.valid_from,
            valid_until=_last_day(version.valid_to),
            retracted=stored.retracted,
            email=version.email,
            phone=version.phone,
            contact_name=version.contact_name,
            latitude=version.latitude,
            longitude=version.longitude,
            agency_code=version.agency_code,
        )

    def _link(self, stored: StoredLink) -> ChainLinkModel:
        link = stored.link
        return ChainLinkModel(
            regime=stored.regime,
            reporter=self._code(link.reporter_id, on=link.valid_from) or "",
            receiver=self._code(link.receiver_id, on=link.valid_from) or "",
            valid_from=link.valid_from,
            valid_until=_last_day(link.valid_to),
            retracted=stored.retracted,
        )

    def _edge(self, stored: StoredEdge) -> LineageModel:
        edge = stored.edge
        return LineageModel(
            source=self._code(edge.source_id, on=edge.effective_on - ONE_DAY) or "",
            target=self._code(edge.target_id, on=edge.effective_on) or "",
            kind=edge.kind,
            effective_on=edge.effective_on,
            legal_basis=edge.legal_basis,
            weight=edge.weight,
            weight_basis=edge.weight_basis,
            retracted=stored.retracted,
        )

    def _code(self, organization_id: OrganizationId | None, *, on: date) -> OrganizationCode | None:
        if organization_id is None:
            return None
        versions = self._by_id.get(organization_id, [])
        return next((each.code for each in versions if each.is_valid_on(on)), None)


def _known_versions(history: list[StoredOrganization]) -> list[OrganizationVersion]:
    """The versions that hold; of an organization taken back as a whole, those that held.

    So an organization that was taken back and is loaded again keeps its id.
    """
    holding = [each.version for each in history if not each.retracted]
    return holding or [each.version for each in history]


def _last_day(valid_to: date | None) -> date | None:
    return None if valid_to is None else valid_to - ONE_DAY


def live(stored: Iterable[StoredLink]) -> dict[RegimeCode, tuple[ChainLink, ...]]:
    """The chain links that hold, by regime."""
    by_regime: dict[RegimeCode, list[ChainLink]] = defaultdict(list)
    for each in stored:
        if not each.retracted:
            by_regime[each.regime].append(each.link)
    return {regime: tuple(links) for regime, links in by_regime.items()}
