"""The audit as the API answers it."""

from datetime import datetime
from typing import Any

from services.intake.audit.repository import AuditLine
from services.intake.audit.use_cases import AuditPage
from shared.catalogue.catalogue import Catalogue
from shared.domain.identifiers import OrganizationId
from shared.web.answers import Answer


class Person(Answer):
    """An account, by its name for signing in and the name people know."""

    username: str
    name: str


class AuditEntry(Answer):
    """`actor` is who acted: null for somebody at the command line (then `details.operator`) and
    for who could not be known. `account` is whom it was about.
    """

    at: datetime
    action: str
    actor: Person | None
    account: Person | None
    organization: str | None
    details: dict[str, Any]


class AuditList(Answer):
    """Newest first; `next` is the `cursor` of the next page, null on the last."""

    items: list[AuditEntry]
    next: str | None


def audit_list(page: AuditPage, known: Catalogue) -> AuditList:
    codes = {each.id: str(each.code) for each in known.organizations}
    return AuditList(items=[_entry(line, codes) for line in page.lines], next=page.older)


def _entry(line: AuditLine, codes: dict[OrganizationId, str]) -> AuditEntry:
    return AuditEntry(
        at=line.at,
        action=line.action,
        actor=_person(line.actor_username, line.actor_name),
        account=_person(line.account_username, line.account_name),
        organization=codes.get(line.organization_id) if line.organization_id else None,
        details=dict(line.details),
    )


def _person(username: str | None, name: str | None) -> Person | None:
    return Person(username=username, name=name or "") if username else None
