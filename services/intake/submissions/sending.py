"""Sending the draft that an officer has checked, safe against a second click."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace

from services.intake.drafts.repository import delete_draft
from services.intake.drafts.sheet import Sheetwork, body_of, open_sheet
from services.intake.service import Intake
from services.intake.submissions.records import Request
from services.intake.submissions.repository import read_remembered
from services.intake.submissions.use_cases import take_in
from shared.db.engine import driver, transaction, write_json
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
        ValidationFailed, CrossCheckFailed, NotFound: as for a submission over the API.
    """
    work = await open_sheet(intake, principal, obligation_id)
    if work.desk.draft.version != confirmation.draft_version:
        return await _receipt_of_first_click(intake, principal, confirmation.key)
    acknowledged = await take_in(intake, principal, _request(work, confirmation))
    async with transaction(intake.engine) as connection:
        native = await driver(connection)
        await delete_draft(native, obligation_id, version=confirmation.draft_version)
    number: str = acknowledged.receipt["receipt_number"]
    return number


async def _receipt_of_first_click(intake: Intake, principal: Principal, key: str) -> str:
    async with intake.engine.connect() as connection:
        native = await driver(connection)
        remembered = await read_remembered(native, account_id=principal.account_id, key=key)
    if remembered is None:
        raise VersionConflict
    number: str = remembered.response["receipt_number"]
    return number


def _request(work: Sheetwork, confirmation: Confirmation) -> Request:
    draft = replace(work.desk.draft, explanations=confirmation.explanations)
    body = body_of(replace(work.desk, draft=draft)).model_copy(
        update={"reason": confirmation.reason}
    )
    text = write_json(body.model_dump(mode="json"))
    return Request(
        body=body, key=confirmation.key, sha256=hashlib.sha256(text.encode()).hexdigest()
    )
