"""Keeping what is typed. A draft is read by those who type it only: the sender, or the receiver
that enters for the sender (nhập thay).
"""

from dataclasses import dataclass

from services.intake.drafts import repository
from services.intake.drafts.repository import Draft, DraftContent, RawWords
from services.intake.obligations.repository import Duty
from services.intake.obligations.use_cases import read_duty
from services.intake.places import Place, place_of
from services.intake.service import Intake
from shared.db.engine import driver, transaction
from shared.domain.content_reading import read_content
from shared.domain.drafts import require_open
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import ObligationId
from shared.domain.obligations import Obligation, ObligationState
from shared.domain.reports import ProxyNotNeeded, is_with_sender
from shared.web.principals import Principal, Role
from shared.web.problems import (
    NotFound,
    NotPermitted,
    ProblemFault,
    ValidationFailed,
    VersionConflict,
)

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
    """What an officer has before them: the duty, what it is about, and what is kept of it.

    `proxy` says that the officer is the receiver's, entering for the sender.
    """

    duty: Duty
    place: Place
    draft: Draft
    proxy: bool


async def open_desk(intake: Intake, principal: Principal, obligation_id: ObligationId) -> Desk:
    """The duty with the draft of the officer's organization, an empty one if nothing is kept.

    Raises as `entered_duty`.
    """
    duty = await entered_duty(intake, principal, obligation_id)
    async with intake.engine.connect() as connection:
        draft = await repository.read_draft(
            await driver(connection), obligation_id, by=principal.organization_id
        )
    place = place_of(await intake.catalogue.current(), duty.obligation)
    return Desk(
        duty=duty,
        place=place,
        draft=draft or EMPTY,
        proxy=is_proxy(duty.obligation, principal),
    )


def require_enterable(desk: Desk) -> None:
    """For a sender one enters only while nothing of theirs stands. Raises ProxyNotNeeded."""
    if desk.proxy and not is_with_sender(desk.duty.report):
        raise ProxyNotNeeded


def is_proxy(obligation: Obligation, principal: Principal) -> bool:
    """Whether what the principal enters is entered for another organization that has to report."""
    return obligation.met_by != principal.organization_id


async def entered_duty(intake: Intake, principal: Principal, obligation_id: ObligationId) -> Duty:
    """A duty that the principal may enter: met by their organization, or received by it.

    Raises:
        NotFound: any other duty.
        NotPermitted: the account neither prepares nor signs.
    """
    duty = await read_duty(intake, principal, obligation_id)
    if duty.obligation.state is ObligationState.EXCLUDED:
        raise NotFound
    if is_proxy(duty.obligation, principal):
        if not may_enter_for_sender(duty.obligation, principal):
            raise NotFound
    elif not principal.has_any(Role.PREPARER, Role.SIGNER, Role.SERVICE):
        raise NotPermitted
    return duty


def may_enter_for_sender(obligation: Obligation, principal: Principal) -> bool:
    """Only a reviewer of the organization that receives the report by the chain."""
    receives = obligation.receiver_id == principal.organization_id
    return receives and principal.has_any(Role.REVIEWER)


async def own_duty(intake: Intake, principal: Principal, obligation_id: ObligationId) -> Duty:
    """A duty that the principal's organization has to meet. Raises NotFound for any other."""
    duty = await entered_duty(intake, principal, obligation_id)
    if is_proxy(duty.obligation, principal):
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
        NotFound, NotPermitted: the duty is not one that the principal may enter.
        ValidationFailed: cells that the form has no field for.
        AwaitingSignature: it lies before the signer.
        VersionConflict: it is not at version `replaces`; nothing is overwritten.
    """
    desk = await open_desk(intake, principal, obligation_id)
    _require_fields(desk.place, content)
    require_open(desk.draft.state)
    async with transaction(intake.engine) as connection:
        native = await driver(connection)
        version = await repository.save_draft(
            native,
            obligation_id,
            content=content,
            replaces=replaces,
            organization_id=principal.organization_id,
            by=principal.account_id,
            at=intake.clock.now(),
        )
        kept = await repository.read_draft(native, obligation_id, by=principal.organization_id)
    if version is None or kept is None:
        raise VersionConflict
    return kept


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
    faults += _odd_words(place.form, content.words or {})
    if faults:
        raise ValidationFailed(errors=faults)


def _odd_words(form: FormTemplate, words: RawWords) -> list[ProblemFault]:
    """Places that the form lacks; whatever is typed in the others may be kept."""
    _, faults = read_content(form, words)
    odd = ("closed_cell", "unknown_cell", "unknown_column", "unknown_list", "unknown_section")
    return [
        ProblemFault(code=fault.code, detail=fault.detail, pointer=fault.pointer)
        for fault in faults
        if fault.code in odd
    ]
