"""Sending the draft that an officer has checked, safe against a second click."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.intake.drafts.repository import Draft, delete_draft
from services.intake.drafts.sheet import Sheetwork, body_of, open_sheet
from services.intake.service import Intake
from services.intake.submissions.records import Request
from services.intake.submissions.repository import read_remembered
from services.intake.submissions.use_cases import Acknowledged, take_in
from shared.db.engine import driver, transaction, write_json
from shared.domain.documents import Document
from shared.domain.identifiers import ObligationId
from shared.web.principals import Principal
from shared.web.problems import VersionConflict


@dataclass(frozen=True, slots=True)
class Confirmation:
    """What the officer confirmed: which draft, and what they say about it.

    `key` was made with the page, so a second click carries the same.
    """

    key: str
    draft_version: int
    explanations: Mapping[str, str]
    reason: str | None
    document: Document

    def of(self, draft: Draft) -> Draft:
        """The draft with what was said about it."""
        return replace(
            draft, explanations=self.explanations, reason=self.reason, document=self.document
        )


async def send_draft(
    intake: Intake,
    principal: Principal,
    obligation_id: ObligationId,
    *,
    confirmation: Confirmation,
) -> str:
    """The receipt number.

    Raises:
        VersionConflict: the draft is no longer the one that was checked.
        ValidationFailed, CrossCheckFailed, NotFound, SignatureRequired, ProxyNotNeeded: as for a
            submission over the API.
    """
    work = await open_sheet(intake, principal, obligation_id)
    if work.desk.draft.version != confirmation.draft_version:
        return await _receipt_of_first_click(intake, principal, confirmation.key)
    confirmed = work.kept(confirmation.of(work.desk.draft))
    acknowledged = await send_sheet(intake, principal, confirmed, key=confirmation.key)
    number: str = acknowledged.receipt["receipt_number"]
    return number


async def send_sheet(
    intake: Intake, principal: Principal, work: Sheetwork, *, key: str
) -> Acknowledged:
    """Submits the draft as it lies on the desk, then forgets it. Raises as `send_draft`."""
    acknowledged = await take_in(intake, principal, _request(work, key))
    obligation_id = work.desk.duty.obligation.id
    if obligation_id is None:
        raise LookupError("a stored obligation has an id")
    async with transaction(intake.engine) as connection:
        await delete_draft(
            await driver(connection),
            obligation_id,
            organization_id=principal.organization_id,
            version=work.desk.draft.version,
        )
    return acknowledged


async def _receipt_of_first_click(intake: Intake, principal: Principal, key: str) -> str:
    async with intake.engine.connect() as connection:
        native = await driver(connection)
        remembered = await read_remembered(native, account_id=principal.account_id, key=key)
    if remembered is None:
        raise VersionConflict
    number: str = remembered.response["receipt_number"]
    return number


def _request(work: Sheetwork, key: str) -> Request:
    body = body_of(work.desk)
    text = write_json(body.model_dump(mode="json"))
    return Request(body=body, key=key, sha256=hashlib.sha256(text.encode()).hexdigest())
