"""Laying a draft before the signer, and what becomes of it. Every act is recorded."""

from dataclasses import dataclass, replace

from services.intake.comparing import compared
from services.intake.drafts import repository
from services.intake.drafts.repository import NO_DRAFT, Draft, DraftContent, RecordedDraftAct
from services.intake.drafts.sheet import Sheetwork, body_of, open_sheet
from services.intake.drafts.use_cases import own_duty
from services.intake.service import Intake
from services.intake.submissions.judging import judge
from services.intake.submissions.repository import read_context
from services.intake.submissions.sending import Confirmation, send_sheet
from services.intake.submissions.use_cases import Acknowledged
from shared.db.engine import driver, snapshot, transaction
from shared.domain.drafts import DraftAct, after
from shared.domain.identifiers import ObligationId
from shared.web.principals import Principal
from shared.web.problems import VersionConflict


@dataclass(frozen=True, slots=True)
class Reopening:
    """Taking back or handing back: of which version of the draft, and why."""

    verb: DraftAct
    version: int
    reason: str | None = None


async def send_for_signature(
    intake: Intake,
    principal: Principal,
    obligation_id: ObligationId,
    *,
    confirmation: Confirmation,
) -> Draft:
    """Lays the draft before the signer; it must be one that could be sent.

    Raises:
        NotFound: the duty is not the organization's own.
        AwaitingSignature: it lies there already.
        VersionConflict: the draft is no longer the one that was checked.
        ValidationFailed, CrossCheckFailed: every fault, as for a submission.
    """
    await own_duty(intake, principal, obligation_id)
    work = await open_sheet(intake, principal, obligation_id)
    draft = work.desk.draft
    state = after(draft.state, DraftAct.SEND_FOR_SIGNATURE)
    if draft.version != confirmation.draft_version:
        raise VersionConflict
    prepared = replace(
        confirmation.of(draft),
        state=state,
        prepared_by_name=principal.display_name,
        prepared_at=intake.clock.now(),
        hand_back_reason=None,
    )
    await _require_sendable(intake, principal, work.kept(prepared))
    return await _store(intake, principal, obligation_id, prepared=prepared)


async def reopen(
    intake: Intake, principal: Principal, obligation_id: ObligationId, *, reopening: Reopening
) -> Draft:
    """The draft as it is after it was taken back or handed back.

    Raises:
        NotFound: the duty is not the organization's own.
        NotAwaitingSignature, ReasonRequired: see `shared.domain.drafts`.
        VersionConflict: the draft is no longer at that version.
    """
    await own_duty(intake, principal, obligation_id)
    organization_id, reason = principal.organization_id, (reopening.reason or "").strip() or None
    async with transaction(intake.engine) as connection:
        native = await driver(connection)
        draft = await repository.read_draft(native, obligation_id, by=organization_id)
        if draft is None or draft.version != reopening.version:
            raise VersionConflict
        state = after(draft.state, reopening.verb, reason=reason)
        handed_back = reason if reopening.verb is DraftAct.HAND_BACK else None
        version = await repository.reopen(
            native,
            obligation_id,
            organization_id=organization_id,
            version=reopening.version,
            hand_back_reason=handed_back,
        )
        if version is None:
            raise VersionConflict
        act = RecordedDraftAct(
            reopening.verb, principal.display_name, intake.clock.now(), reason=reason
        )
        await repository.record_act(native, obligation_id, act=act, by=principal.account_id)
    return replace(draft, version=version, state=state, hand_back_reason=handed_back)


async def sign(
    intake: Intake, principal: Principal, obligation_id: ObligationId, *, version: int, key: str
) -> Acknowledged:
    """Sends the draft as it was laid before the signer; the same key is answered the same.

    Raises:
        NotFound: the duty is not the organization's own.
        VersionConflict: the draft is no longer at that version.
        SignatureRequired, ValidationFailed, CrossCheckFailed: as for a submission.
    """
    await own_duty(intake, principal, obligation_id)
    work = await open_sheet(intake, principal, obligation_id)
    if work.desk.draft.version != version:
        raise VersionConflict
    return await send_sheet(intake, principal, work, key=key)


async def _require_sendable(intake: Intake, principal: Principal, work: Sheetwork) -> None:
    body, known = body_of(work.desk), await intake.catalogue.current()
    async with snapshot(intake.engine) as connection:
        context = await read_context(
            await driver(connection),
            work.desk.place,
            compared=compared(known, work.desk.place),
            sender=principal.account_id,
            key="",
            attachment_sha256=work.desk.draft.document.attachment_sha256,
        )
    judge(
        body,
        form=work.desk.place.form,
        obligation=work.desk.duty.obligation,
        context=context,
        at=intake.clock.now(),
    )


async def _store(
    intake: Intake, principal: Principal, obligation_id: ObligationId, *, prepared: Draft
) -> Draft:
    organization_id = principal.organization_id
    async with transaction(intake.engine) as connection:
        native = await driver(connection)
        if prepared.version == NO_DRAFT:
            first = await repository.save_draft(
                native,
                obligation_id,
                content=DraftContent(
                    prepared.figures,
                    prepared.nothing_to_report,
                    prepared.explanations,
                    words=prepared.words,
                ),
                replaces=NO_DRAFT,
                organization_id=organization_id,
                by=principal.account_id,
                at=intake.clock.now(),
            )
            prepared = replace(prepared, version=first or NO_DRAFT)
        version = await repository.lay_before_signer(
            native, obligation_id, draft=prepared, organization_id=organization_id
        )
        if version is None:
            raise VersionConflict
        act = RecordedDraftAct(
            DraftAct.SEND_FOR_SIGNATURE,
            principal.display_name,
            intake.clock.now(),
            reason=prepared.reason,
        )
        await repository.record_act(native, obligation_id, act=act, by=principal.account_id)
    return replace(prepared, version=version)
