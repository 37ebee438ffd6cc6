"""The story of a report as JSON."""

from datetime import datetime
from typing import Any

from services.intake.history.use_cases import Entry, Story, Subject
from services.intake.reports.documents import DocumentModel, document_json
from shared.domain.aggregates import CellChange
from shared.domain.contents import WordChange
from shared.domain.faults import escaped_pointer
from shared.domain.figures import figure_text
from shared.web.answers import Answer
from shared.web.paging import Page


class ChangedCell(Answer):
    """A cell before and after, as exact text; null is missing."""

    row: str
    column: str
    before: str | None
    after: str | None


class ChangedWord(Answer):
    """A place of what is said besides figures, before and after; null where nothing was said."""

    pointer: str
    before: str | None
    after: str | None


class EntryModel(Answer):
    """One thing that was done.

    `actor_name` is null where the program followed its rules. `version` and what follows it tell of
    acts on the report; `changes` and `words` compare a version with the one before. `deadline` is
    told where it changed, `file_name` where a file came in.
    """

    at: datetime
    subject: Subject
    verb: str
    actor_name: str | None
    reason: str | None
    version: int | None
    receipt_number: str | None
    nothing_to_report: bool | None
    proxy: bool
    changes: list[ChangedCell]
    words: list[ChangedWord]
    document: DocumentModel | None
    deadline: datetime | None
    file_name: str | None


class StoryModel(Answer):
    """Everything that was done with an obligation and its report, oldest first.

    `next` is the `offset` of the rest, null at the end.
    """

    obligation_id: int
    report_id: int | None
    items: list[EntryModel]
    next: int | None


def story_json(story: Story, page: Page[Entry]) -> dict[str, Any]:
    """As `StoryModel` describes it."""
    report = story.duty.report
    return {
        "obligation_id": story.duty.obligation.id,
        "report_id": None if report is None else report.id,
        "items": [_entry_json(each) for each in page.items],
        "next": page.next,
    }


def _entry_json(entry: Entry) -> dict[str, Any]:
    version = entry.version
    sent = version is not None and entry.verb == "submit"
    return {
        "at": entry.at,
        "subject": entry.subject.value,
        "verb": entry.verb,
        "actor_name": entry.actor_name,
        "reason": entry.reason,
        "version": None if version is None else version.version,
        "receipt_number": version.receipt_number if version and sent else None,
        "nothing_to_report": version.nothing_to_report if version and sent else None,
        "proxy": entry.proxy,
        "changes": [_change_json(each) for each in entry.changes],
        "words": [_word_json(each) for each in entry.words],
        "document": document_json(version.document) if version and sent else None,
        "deadline": entry.deadline,
        "file_name": None if entry.paper is None else entry.paper.file_name,
    }


def _word_json(change: WordChange) -> dict[str, str | None]:
    return {
        "pointer": escaped_pointer("content", *change.place),
        "before": change.before,
        "after": change.after,
    }


def _change_json(change: CellChange) -> dict[str, str | None]:
    before, after = change.signed, change.now
    return {
        "row": change.cell.row,
        "column": change.cell.column,
        "before": None if before is None else figure_text(before),
        "after": None if after is None else figure_text(after),
    }
