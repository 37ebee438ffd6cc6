"""The workbook of a duty, and what an uploaded file makes of its draft."""

import asyncio
import json
from dataclasses import dataclass, replace

from services.intake.drafts.hints import is_untouched, prefilled_texts
from services.intake.drafts.known import read_known
from services.intake.drafts.repository import Draft, DraftContent
from services.intake.drafts.sheet import Sheetwork, judge_draft, open_sheet
from services.intake.drafts.use_cases import keep_draft, open_desk, require_enterable
from services.intake.service import Intake
from services.intake.wording import form_title, last_day, office_name
from services.intake.workbooks import repository
from services.intake.workbooks.faults import SheetFault, file_fault, of_rule
from services.intake.workbooks.layout import FIGURES_SHEET, Layout
from services.intake.workbooks.outcomes import (
    FileKind,
    Outcome,
    merged,
    of_placing,
    of_reading,
    unread,
)
from services.intake.workbooks.raw import RawWorkbook, raw_of
from services.intake.workbooks.repository import Upload
from services.intake.workbooks.styles import INPUT_FILL
from services.intake.workbooks.tables import place_table
from services.intake.workbooks.templates import is_template, read_template
from services.intake.workbooks.word_layout import WordLayout
from services.intake.workbooks.wording import Words
from services.intake.workbooks.works import MARK, OPEN
from services.intake.workbooks.writing import Filled, write_template
from shared.children import ChildFailed
from shared.db.engine import driver, snapshot, transaction
from shared.domain.drafts import require_open
from shared.domain.faults import Fault
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import ObligationId
from shared.labels.labels import Language
from shared.web.principals import Principal
from shared.web.problems import NotFound, ServiceUnavailable

LONGEST_FILE_NAME = 200
BUSY_RETRY_SECONDS = 10


@dataclass(frozen=True, slots=True)
class Download:
    """A file to take away; `name` is ASCII."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class GivenFile:
    """What was uploaded, or pasted."""

    name: str
    content: bytes


async def make_template(
    intake: Intake, principal: Principal, obligation_id: ObligationId, *, words: Words, demo: bool
) -> Download:
    """The workbook of the duty with what is typed so far. Raises as `open_sheet`."""
    work = await open_sheet(intake, principal, obligation_id)
    place, draft = work.desk.place, work.desk.draft
    language = words.language
    known = await read_known(intake, work.desk)
    figures = prefilled_texts(known) if is_untouched(draft) else draft.figures
    filled = Filled(
        place=place,
        texts=figures,
        words=draft.words or {},
        sources=words.sources(known, figures, form=place.form),
        nothing_to_report=draft.nothing_to_report,
        office=office_name(place.organization),
        title=f"{form_title(place.form, language)} ({place.form.code})",
        facts=words.facts(place, last_day=last_day(work.desk.duty.obligation)),
        simulated=words.simulated() if demo else "",
        english=language is Language.EN,
        at=intake.clock.now(),
    )
    content = await asyncio.to_thread(write_template, filled, say=words.say)
    name = f"{place.form.slug}-{place.period.code}-{place.organization.code}.xlsx"
    return Download(name, content)


async def read_upload(
    intake: Intake, principal: Principal, obligation_id: ObligationId
) -> Upload | None:
    """What came of the last file. Raises NotFound for a duty that is not the principal's."""
    await open_desk(intake, principal, obligation_id)
    async with snapshot(intake.engine) as connection:
        return await repository.read(
            await driver(connection), obligation_id, by=principal.organization_id
        )


async def take_file(
    intake: Intake,
    principal: Principal,
    obligation_id: ObligationId,
    *,
    file: GivenFile,
    replaces: int | None,
    looked_at: bool = False,
) -> Outcome:
    """What the file says; it becomes the draft if nothing stands against it.

    A table of another program does so only if it was `looked_at`; without `replaces`, the version
    of the draft that was read, nothing does.

    Raises:
        NotFound, NotPermitted, AwaitingSignature, VersionConflict: as for keeping a draft.
        ServiceUnavailable: too many files are being read.
    """
    work = await open_sheet(intake, principal, obligation_id)
    require_enterable(work.desk)
    require_open(work.desk.draft.state)
    outcome = await _judged(intake, work, file.content)
    wanted = outcome.kind is FileKind.TEMPLATE or looked_at
    if wanted and not outcome.refused and replaces is not None:
        outcome = await _into_draft(intake, principal, work, outcome=outcome, replaces=replaces)
    upload = Upload(_file_name(file.name), outcome, intake.clock.now())
    async with transaction(intake.engine) as connection:
        await repository.keep(
            await driver(connection),
            obligation_id,
            upload=upload,
            content=file.content,
            principal=principal,
        )
    return outcome


async def take_looked_at(
    intake: Intake, principal: Principal, obligation_id: ObligationId, *, replaces: int
) -> Outcome | None:
    """The table that was uploaded last becomes the draft; None where none awaits it.

    Raises as `take_file`.
    """
    work = await open_sheet(intake, principal, obligation_id)
    upload = await read_upload(intake, principal, obligation_id)
    if upload is None or not upload.outcome.awaits_look:
        return None
    outcome = await _into_draft(intake, principal, work, outcome=upload.outcome, replaces=replaces)
    async with transaction(intake.engine) as connection:
        native = await driver(connection)
        content = await repository.read_content(native, obligation_id, by=principal.organization_id)
        await repository.keep(
            native,
            obligation_id,
            upload=replace(upload, outcome=outcome),
            content=content or b"",
            principal=principal,
        )
    return outcome


async def marked_file(
    intake: Intake, principal: Principal, obligation_id: ObligationId, *, words: Words
) -> Download:
    """The last file with its faults marked. Raises NotFound where there is none to mark."""
    upload = await read_upload(intake, principal, obligation_id)
    if upload is None or not upload.outcome.markable or not upload.outcome.faults:
        raise NotFound
    async with snapshot(intake.engine) as connection:
        content = await repository.read_content(
            await driver(connection), obligation_id, by=principal.organization_id
        )
    template = upload.outcome.kind is FileKind.TEMPLATE
    try:
        marked = await intake.children.run(
            MARK,
            content or b"",
            faults=[fault.as_json() for fault in upload.outcome.faults],
            heads=words.fault_heads(),
            title=words.fault_title(len(upload.outcome.faults)),
            input_fill=f"FF{INPUT_FILL[1:]}" if template else None,
        )
    except ChildFailed as failure:
        raise ServiceUnavailable(retry_after_seconds=BUSY_RETRY_SECONDS) from failure
    return Download(f"{_stem(upload.file_name)}-loi.xlsx", marked)


async def _judged(intake: Intake, work: Sheetwork, content: bytes) -> Outcome:
    try:
        answer = await intake.children.run(OPEN, content)
    except ChildFailed as failure:
        if failure.reason == "busy":
            raise ServiceUnavailable(retry_after_seconds=BUSY_RETRY_SECONDS) from failure
        return unread(_unreadable())
    return await asyncio.to_thread(_outcome, answer, work)


def _outcome(answer: bytes, work: Sheetwork) -> Outcome:
    raw: RawWorkbook = raw_of(json.loads(answer))
    if raw.faults:
        return unread(*raw.faults)
    place, markable = work.desk.place, not raw.is_text
    if is_template(raw):
        return of_reading(read_template(raw, place), markable=markable)
    return of_placing(place_table(raw, place.form), markable=markable)


async def _into_draft(
    intake: Intake, principal: Principal, work: Sheetwork, *, outcome: Outcome, replaces: int
) -> Outcome:
    """Kept, and judged by the form's rules."""
    draft = work.desk.draft
    content = DraftContent(
        figures=merged(draft.figures, outcome),
        nothing_to_report=outcome.nothing_to_report,
        explanations=draft.explanations,
        # What no workbook holds, the files of sections, stays as it is.
        words=draft.words if outcome.words is None else {**(draft.words or {}), **outcome.words},
    )
    obligation_id = ObligationId(work.desk.duty.obligation.id or 0)
    kept = await keep_draft(intake, principal, obligation_id, content=content, replaces=replaces)
    faults = _rule_faults(work, kept, outcome.kind)
    return replace(outcome, draft_version=kept.version, faults=faults)


def _rule_faults(work: Sheetwork, kept: Draft, kind: FileKind) -> tuple[SheetFault, ...]:
    form: FormTemplate = work.desk.place.form
    found = [fault for fault in judge_draft(work.kept(kept)) if fault.blocks]
    if kind is not FileKind.TEMPLATE:
        return tuple(of_rule(fault, sheet=None, cell=None).labelled(form) for fault in found)
    layout, words = Layout(form), WordLayout(form)
    return tuple(_placed(fault, layout, words).labelled(form) for fault in found)


def _placed(fault: Fault, layout: Layout, words: WordLayout) -> SheetFault:
    """A fault of a rule, at its cell of the workbook."""
    place = words.place_of(fault.pointer)
    if place is None:
        address = layout.address(fault.row, fault.column)
        return of_rule(fault, sheet=FIGURES_SHEET, cell=address)
    found = of_rule(fault, sheet=place.sheet, cell=place.cell)
    return replace(found, row_label=place.row_label, column_label=place.column_label)


def _unreadable() -> SheetFault:
    return file_fault(
        "unreadable_file",
        "Tệp không đọc được trong giới hạn thời gian và bộ nhớ. Hãy chép phần số liệu sang một "
        "tệp .xlsx mới rồi nạp lại.",
    )


def _file_name(given: str) -> str:
    name = given.replace("\\", "/").rpartition("/")[2]
    return "".join(filter(str.isprintable, name))[:LONGEST_FILE_NAME]


def _stem(file_name: str) -> str:
    """The name without its ending, in letters that every system takes."""
    stem = file_name.rpartition(".")[0] or file_name
    safe = "".join(each if each.isascii() and each.isalnum() else "-" for each in stem)
    return safe.strip("-")[:80] or "bieu-mau"
