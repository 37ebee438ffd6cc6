"""Keeping and giving out signed files."""

import hashlib
from dataclasses import replace

from services.intake.accounts.records import Action
from services.intake.accounts.repository import record
from services.intake.documents import repository
from services.intake.documents.repository import Attachment
from services.intake.drafts.repository import Draft, DraftContent
from services.intake.drafts.sheet import open_sheet
from services.intake.drafts.use_cases import entered_duty, keep_draft
from services.intake.service import Intake, current_scope
from shared.db.engine import driver, snapshot, transaction
from shared.domain.documents import Document, require_file, require_pdf
from shared.domain.identifiers import ObligationId
from shared.web.principals import Principal
from shared.web.problems import NotFound

LONGEST_FILE_NAME = 200


async def keep_attachment(
    intake: Intake,
    principal: Principal,
    obligation_id: ObligationId,
    *,
    file_name: str,
    content: bytes,
    supports: bool = False,
) -> Attachment:
    """The signed file as it is kept; or one that `supports` what the report says.

    Raises:
        NotFound, NotPermitted: the duty is not one that the principal may enter.
        AttachmentTooLarge, AttachmentNotPdf, AttachmentOfOtherKind: judged by its content alone.
    """
    await entered_duty(intake, principal, obligation_id)
    if supports:
        require_file(content, limit=intake.attachment_limit_bytes)
    else:
        require_pdf(content, limit=intake.attachment_limit_bytes)
    name = file_name.replace("\\", "/").rpartition("/")[2]
    attachment = Attachment(
        sha256=hashlib.sha256(content).hexdigest(),
        file_name="".join(filter(str.isprintable, name))[:LONGEST_FILE_NAME] or "bao-cao.pdf",
        content=content,
    )
    async with transaction(intake.engine) as connection:
        await repository.store(
            await driver(connection),
            obligation_id,
            attachment=attachment,
            principal=principal,
            at=intake.clock.now(),
        )
        await record(
            connection,
            Action.ATTACHMENT_KEPT,
            at=intake.clock.now(),
            account_id=principal.account_id,
            details={
                "obligation_id": obligation_id,
                "file_name": attachment.file_name,
                "sha256": attachment.sha256,
            },
        )
    return attachment


async def read_attachment(
    intake: Intake, principal: Principal, obligation_id: ObligationId, *, sha256: str
) -> Attachment:
    """A signed file. Raises NotFound for any other than one's own and those of readable reports."""
    scope = await current_scope(intake, principal)
    async with snapshot(intake.engine) as connection:
        found = await repository.read(
            await driver(connection),
            obligation_id,
            sha256=sha256,
            own=principal.organization_id,
            readable=scope.readable,
        )
    if found is None:
        raise NotFound
    return found


async def keep_document(
    intake: Intake,
    principal: Principal,
    obligation_id: ObligationId,
    *,
    document: Document,
    replaces: int,
) -> Draft:
    """The draft with the document. A document that names no file keeps the one it had.

    Raises as `keep_draft`.
    """
    draft = (await open_sheet(intake, principal, obligation_id)).desk.draft
    kept = document.attachment_sha256 or draft.document.attachment_sha256
    content = DraftContent(
        figures=draft.figures,
        nothing_to_report=draft.nothing_to_report,
        explanations=draft.explanations,
        document=replace(document, attachment_sha256=kept),
        words=draft.words,
    )
    return await keep_draft(intake, principal, obligation_id, content=content, replaces=replaces)
