"""The whole story of a report in one list: who, when, what changed cell by cell, and why."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.intake.drafts.repository import RecordedDraftAct, read_draft_acts
from services.intake.history import repository
from services.intake.history.repository import RecordedDutyAct, RecordedPaper
from services.intake.obligations.repository import Duty
from services.intake.obligations.use_cases import read_duty
from services.intake.reports.repository import RecordedAct, read_acts, read_versions
from services.intake.reports.rows import StoredVersion
from services.intake.service import Intake
from shared.db.engine import driver, snapshot
from shared.domain.aggregates import CellChange, changed_cells
from shared.domain.contents import WordChange, changed_words
from shared.domain.identifiers import ObligationId
from shared.domain.reports import Act
from shared.web.principals import Principal


class Subject(StrEnum):
    """What an act was done with."""

    DUTY = "duty"
    DRAFT = "draft"
    PAPER = "paper"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was done. `actor_name` is None where the program followed its rules.

    `changes` and `words` compare a version with the one before it; `deadline` is told where it
    changed.
    """

    at: datetime
    subject: Subject
    verb: str
    actor_name: str | None
    reason: str | None
    version: StoredVersion | None = None
    changes: tuple[CellChange, ...] = ()
    words: tuple[WordChange, ...] = ()
    proxy: bool = False
    deadline: datetime | None = None
    paper: RecordedPaper | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """A duty with everything that was done, oldest first."""

    duty: Duty
    entries: tuple[Entry, ...]


async def read_story(intake: Intake, principal: Principal, obligation_id: ObligationId) -> Story:
    """Drafts are told to the organization that types them only.

    Raises NotFound outside the caller's scope.
    """
    duty = await read_duty(intake, principal, obligation_id)
    own = duty.obligation.met_by == principal.organization_id
    async with snapshot(intake.engine) as connection:
        native = await driver(connection)
        entries = [
            *_of_duty(await repository.read_duty_acts(native, obligation_id)),
            *_of_papers(
                await repository.read_papers(
                    native, obligation_id, reader=principal.organization_id
                )
            ),
        ]
        if own:
            entries += _of_draft(await read_draft_acts(native, obligation_id))
        if duty.report is not None and duty.report.id is not None:
            entries += _of_report(
                await read_acts(native, duty.report.id),
                versions=await read_versions(native, duty.report.id),
            )
    return Story(duty, tuple(sorted(entries, key=lambda each: each.at)))


def _of_duty(acts: Sequence[RecordedDutyAct]) -> Iterator[Entry]:
    before: RecordedDutyAct | None = None
    for act in acts:
        moved = before is None or before.deadline != act.deadline
        yield Entry(
            at=act.at,
            subject=Subject.DUTY,
            verb=act.verb,
            actor_name=act.actor_name,
            reason=act.reason,
            deadline=act.deadline if moved else None,
        )
        before = act


def _of_draft(acts: Sequence[RecordedDraftAct]) -> list[Entry]:
    return [
        Entry(
            at=act.at,
            subject=Subject.DRAFT,
            verb=act.verb.value,
            actor_name=act.actor_name,
            reason=act.reason,
        )
        for act in acts
    ]


def _of_papers(papers: Sequence[RecordedPaper]) -> list[Entry]:
    return [
        Entry(
            at=paper.uploaded_at,
            subject=Subject.PAPER,
            verb="attach",
            actor_name=paper.uploaded_by_name,
            reason=None,
            paper=paper,
        )
        for paper in papers
    ]


def _of_report(acts: Sequence[RecordedAct], *, versions: Sequence[StoredVersion]) -> list[Entry]:
    by_number = {each.version: each for each in versions}
    return [
        Entry(
            at=act.at,
            subject=Subject.REPORT,
            verb=act.verb.value,
            actor_name=act.actor_name,
            reason=act.reason,
            version=by_number.get(act.version or 0),
            changes=_changes(act, by_number=by_number),
            words=_changed_words(act, by_number=by_number),
            proxy=act.proxy,
        )
        for act in acts
    ]


def _changes(act: RecordedAct, *, by_number: dict[int, StoredVersion]) -> tuple[CellChange, ...]:
    """What a version changed of the figures before; nothing for the first."""
    compared = _compared(act, by_number=by_number)
    return () if compared is None else changed_cells(compared[0].figures, compared[1].figures)


def _changed_words(
    act: RecordedAct, *, by_number: dict[int, StoredVersion]
) -> tuple[WordChange, ...]:
    """The same of what is said besides figures."""
    compared = _compared(act, by_number=by_number)
    return () if compared is None else changed_words(compared[0].content, compared[1].content)


def _compared(
    act: RecordedAct, *, by_number: dict[int, StoredVersion]
) -> tuple[StoredVersion, StoredVersion] | None:
    if act.verb is not Act.SUBMIT or act.version is None:
        return None
    before, after = by_number.get(act.version - 1), by_number.get(act.version)
    return None if before is None or after is None else (before, after)
