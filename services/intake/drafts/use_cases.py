"""Keeping what is typed. A draft is the organization's own: nobody else reads it."""

from dataclasses import dataclass

from services.intake.drafts import repository
from services.intake.drafts.repository import Draft, DraftContent
from services.intake.obligations.repository import Duty
from services.intake.obligations.use_cases import read_duty
from services.intake.places import Place, place_of
from services.intake.service import Intake
from shared.db.engine import driver, transaction
from shared.domain.identifiers import ObligationId
from shared.domain.obligations import ObligationState
from shared.web.principals import Principal
from shared.web.problems import NotFound, ProblemFault, ValidationFailed, VersionConflict

LONGEST_CELL = 64

EMPTY = Draft(
    version=repository.NO_DRAFT,
    figures={},
    nothing_to_report=False,
    explanations={},
    updated_at=None,
)


@dataclass(frozen=True, slots=True)
class Desk:
    """What an officer has before them: the duty, what it is about, and what is kept of it."""

    duty: Duty
    place: Place
    draft: Draft


async def open_desk(intake: Intake, principal: Principal, obligation_id: ObligationId) -> Desk:
    """The officer's own duty with its draft, an empty one if nothing is kept.

    Raises NotFound for a duty that is not the organization's own.
    """
    duty = await own_duty(intake, principal, obligation_id)
    async with intake.engine.connect() as connection:
        draft = await repository.read_draft(await driver(connection), obligation_id)
    place = place_of(await intake.catalogue.current(), duty.obligation)
    return Desk(duty=duty, place=place, draft=draft or EMPTY)


async def own_duty(intake: Intake, principal: Principal, obligation_id: ObligationId) -> Duty:
    """A duty that the principal's organization has to meet. Raises NotFound for any other."""
    duty = await read_duty(intake, principal, obligation_id)
    obligation = duty.obligation
    excluded = obligation.state is ObligationState.EXCLUDED
    if obligation.organization_id != principal.organization_id or excluded:
        raise NotFound
    return duty


async def keep_draft(
    intake: Intake,
    principal: Principal,
    obligation_id: ObligationId,
    *,
    content: DraftContent,
    replaces: int,
) -> Draft:
    """The draft as it is now kept.

    Raises:
        NotFound: the duty is not the organization's own.
        ValidationFailed: cells that the form has no field for.
        VersionConflict: it is not at version `replaces`; nothing is overwritten.
    """
    duty = await own_duty(intake, principal, obligation_id)
    place = place_of(await intake.catalogue.current(), duty.obligation)
    _require_fields(place, content)
    now = intake.clock.now()
    async with transaction(intake.engine) as connection:
        version = await repository.save_draft(
            await driver(connection),
            obligation_id,
            content=content,
            replaces=replaces,
            by=principal.account_id,
            at=now,
        )
        if version is None:
            raise VersionConflict
    return Draft(
        version=version,
        figures=content.figures,
        nothing_to_report=content.nothing_to_report,
        explanations=content.explanations,
        updated_at=now,
    )


def _require_fields(place: Place, content: DraftContent) -> None:
    """Any text may be kept, but only in a cell that the form has a field for."""
    fields = {(cell.row, cell.column) for cell in place.form.input_cells}
    faults = [
        ProblemFault(
            code="unknown_cell",
            detail="Mẫu không có ô nhập này. Hãy đối chiếu mã dòng và mã cột với mẫu.",
            pointer=f"/figures/{row}/{column}",
        )
        for row, cells in content.figures.items()
        for column in cells
        if (row, column) not in fields
    ]
    if faults:
        raise ValidationFailed(errors=faults)
