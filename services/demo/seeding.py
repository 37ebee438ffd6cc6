"""Builds the demonstration's world by the same use cases that people's requests run through."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy.ext.asyncio import AsyncEngine

from services.catalogue_events import announce_change
from services.demo.history import (
    DEMO_START,
    FIRST_QUARTER_OPENS,
    RETURN_REASON,
    SECOND_QUARTER_OPENS,
    Sent,
    history,
)
from services.demo.progress import Progress
from services.demo.requesting import REQUEST_ASKED, ask_for_overdue_files
from services.demo.signing import sign_off_first_quarter
from services.intake import service as intake_service
from services.intake.obligations.use_cases import keep_obligations
from services.intake.reports.use_cases import Decision, decide
from services.intake.service import Intake
from services.intake.submissions.records import Request
from services.intake.submissions.schemas import SubmissionBody
from services.intake.submissions.use_cases import take_in
from shared.catalogue.catalogue import Catalogue, CatalogueReader
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.store import load_packs
from shared.clock import FixedClock
from shared.db.engine import transaction
from shared.domain.identifiers import AccountId, FormCode, OrganizationId, ReportId
from shared.domain.organizations import OrganizationVersion
from shared.domain.reports import Act
from shared.web.principals import Principal, Role

PACKS = ("organizations/binh-phuoc-2025", "calendars/vietnam", "regimes/vpcp-kstt-ii06a")
FORM = FormCode("II.06a/VPCP/KSTT")
FIRST_DAY = date(2025, 3, 1)
"""Periods whose window touches this day or a later one are opened."""


@dataclass(frozen=True, slots=True)
class _Step:
    """Something that somebody did at an instant."""

    at: datetime
    sent: Sent
    verb: Act


@dataclass(frozen=True, slots=True)
class _Filed:
    report_id: ReportId
    sequence: int


async def seed(engine: AsyncEngine, *, actor_id: AccountId, progress: Progress) -> None:
    """Fill an empty database: obligations, and who sent what until DEMO_START."""
    clock = FixedClock(FIRST_QUARTER_OPENS)
    intake = intake_service.build(
        engine=engine, catalogue=CatalogueReader(engine), clock=clock, hint=lambda: None
    )
    await keep_obligations(intake, since=FIRST_DAY)
    steps = list(_steps(await intake.catalogue.current()))
    filed: dict[tuple[OrganizationId, str], _Filed] = {}
    for number, step in enumerate(steps, start=1):
        if clock.now() < SECOND_QUARTER_OPENS <= step.at:
            await sign_off_first_quarter(engine, intake, clock, actor_id=actor_id)
            clock.move_to(REQUEST_ASKED)
            await ask_for_overdue_files(intake, actor_id=actor_id)
            clock.move_to(SECOND_QUARTER_OPENS)
            await keep_obligations(intake, since=FIRST_DAY)
        clock.move_to(step.at)
        await _do(intake, step, filed=filed, actor_id=actor_id)
        progress(number, len(steps), doing="Telling the first half of 2025")
    clock.move_to(DEMO_START)


async def load_world(
    engine: AsyncEngine, *, packs: Sequence[str] = PACKS, at: datetime = FIRST_QUARTER_OPENS
) -> None:
    """Load the packs of a demonstration; nothing changes when they are loaded already."""
    async with transaction(engine) as connection:
        await load_packs(
            connection,
            read_packs(shipped_packs(*packs)),
            clock=FixedClock(at),
            announce=announce_change,
        )


def _steps(known: Catalogue) -> Iterator[_Step]:
    """Every act in the order of time; of one report, sending comes first."""
    on = DEMO_START.date()
    tree = known.tree(on)
    communes = [unit for unit in tree.organizations.values() if unit.level == "commune"]
    communes.sort(key=lambda unit: unit.code)
    steps: list[_Step] = []
    for sent in history(communes, form=known.form(FORM, on=on)):
        steps.append(_Step(sent.at, sent, Act.SUBMIT))
        if sent.approved_at:
            steps.append(_Step(sent.approved_at, sent, Act.APPROVE))
        if sent.returned_at:
            steps.append(_Step(sent.returned_at, sent, Act.RETURN))
    return iter(sorted(steps, key=lambda step: step.at))


async def _do(
    intake: Intake,
    step: _Step,
    *,
    filed: dict[tuple[OrganizationId, str], _Filed],
    actor_id: AccountId,
) -> None:
    unit, period = step.sent.organization, step.sent.period
    if step.verb is Act.SUBMIT:
        sender = _actor(unit, actor_id=actor_id, title="Công chức", role=Role.SIGNER)
        done = await take_in(intake, sender, _request(step.sent))
        filed[unit.id, period] = _Filed(done.receipt["report_id"], done.receipt["sequence"])
        return
    known = await intake.catalogue.current()
    receiver = known.tree(intake.clock.today()).get(OrganizationId(unit.parent_id or 0))
    reviewer = _actor(receiver, actor_id=actor_id, title="Chuyên viên", role=Role.REVIEWER)
    report = filed[unit.id, period]
    reason = RETURN_REASON if step.verb is Act.RETURN else None
    await decide(intake, reviewer, Decision(report.report_id, step.verb, report.sequence, reason))


def _request(sent: Sent) -> Request:
    key = f"demo {sent.organization.code} {sent.period}"
    body = SubmissionBody(
        organization=sent.organization.code, form=FORM, period=sent.period, figures=sent.cells
    )
    return Request(body=body, key=key, sha256=sha256(key.encode()).hexdigest())


def _actor(unit: OrganizationVersion, *, actor_id: AccountId, title: str, role: Role) -> Principal:
    return Principal(
        account_id=actor_id,
        username="mo-phong",
        display_name=f"{title} {unit.name} (mô phỏng)",
        organization_id=unit.id,
        roles=frozenset({role}),
    )
