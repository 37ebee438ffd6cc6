"""Loading packs over the API: all of them or nothing, every fault with its file and line."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from services.catalogue_events import announce_change
from services.intake.accounts.records import Action
from services.intake.accounts.repository import record
from services.intake.service import Intake
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.faults import PackFault, PacksRefused
from shared.catalogue.packs import Pack, pack_of_texts
from shared.catalogue.planning import plan_load
from shared.catalogue.repository import read_stored
from shared.catalogue.store import CatalogueChange, load_packs, summary_of
from shared.db.engine import snapshot, transaction
from shared.domain.identifiers import AccountId, OrganizationId
from shared.web.principals import Principal
from shared.web.problems import NotPermitted, ProblemFault, ValidationFailed


@dataclass(frozen=True, slots=True)
class Loading:
    """What a load did, or would do."""

    number: int
    changed: bool
    summary: str


async def load_catalogue(
    intake: Intake, principal: Principal, files: Mapping[str, str], *, dry_run: bool
) -> Loading:
    """Load the pack that the files make: all of it, or nothing.

    Raises:
        NotPermitted: the catalogue is of all, so only those load it who have nobody above them.
        ValidationFailed: with every fault, its file and its line.
    """
    _require_topmost(await intake.catalogue.current(), principal.organization_id)
    try:
        pack = pack_of_texts(files)
        if dry_run:
            return await _planned(intake, [pack])
        return await _loaded(intake, principal, [pack])
    except PacksRefused as refused:
        raise ValidationFailed(errors=_faults(refused.faults)) from refused


def _require_topmost(known: Catalogue, organization_id: OrganizationId) -> None:
    """By its last stretch: one that has ended may still load what comes after it."""
    stretches = known.versions(organization_id)
    if not stretches or stretches[-1].parent_id is not None:
        raise NotPermitted


async def _planned(intake: Intake, packs: list[Pack]) -> Loading:
    async with snapshot(intake.engine) as connection:
        stored = await read_stored(connection)
    plan = plan_load(stored, packs)
    return Loading(stored.number, changed=not plan.is_empty, summary=summary_of(plan))


async def _loaded(intake: Intake, principal: Principal, packs: list[Pack]) -> Loading:
    summaries: list[str] = []

    async def announce(connection: AsyncConnection, change: CatalogueChange) -> None:
        summaries.append(change.summary)
        await announce_change(connection, change)
        await record(
            connection,
            Action.CATALOGUE_LOADED,
            at=change.recorded_at,
            account_id=AccountId(principal.account_id),
            details={"number": change.number, "summary": change.summary},
        )

    async with transaction(intake.engine) as connection:
        number = await load_packs(connection, packs, clock=intake.clock, announce=announce)
    intake.hint()
    return Loading(number, changed=bool(summaries), summary="".join(summaries))


def _faults(faults: Iterable[PackFault]) -> list[ProblemFault]:
    return [
        ProblemFault(
            code=fault.code,
            detail=fault.detail,
            parameter=fault.place.file.name if fault.place else None,
            line=fault.place.line if fault.place else None,
            pointer="".join(f"/{key}" for key in fault.place.path) if fault.place else None,
        )
        for fault in faults
    ]
