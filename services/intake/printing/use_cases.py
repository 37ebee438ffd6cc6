"""Reports and aggregates as files."""

import asyncio
import json

from services.intake.aggregates.use_cases import read_aggregate
from services.intake.places import place_of
from services.intake.printing.composing import Composer
from services.intake.printing.papers import FileFormat, Paper
from services.intake.printing.sheet import write_xlsx
from services.intake.printing.works import WRITE_DOCX, WRITE_PDF
from services.intake.reports.use_cases import read_history
from services.intake.service import Intake
from services.intake.workbooks.use_cases import BUSY_RETRY_SECONDS, Download
from shared.catalogue.catalogue import Catalogue
from shared.children import ChildFailed
from shared.domain.identifiers import ReportId
from shared.labels.labels import Language, load_labels
from shared.web.formats import Formats
from shared.web.principals import Principal
from shared.web.problems import NotFound, ServiceUnavailable

SIMULATED = "workbook.simulated"


async def print_report(
    intake: Intake,
    principal: Principal,
    report_id: ReportId,
    *,
    version: int | None,
    file_format: FileFormat,
    demo: bool,
) -> Download:
    """A version of a report, the last one unless it is named.

    Raises:
        NotFound: the report is outside the caller's scope, or has no such version.
        ServiceUnavailable: too many files are being written.
    """
    history = await read_history(intake, principal, report_id)
    wanted = history.last if version is None else history.version(version)
    if wanted is None:
        raise NotFound
    known, obligation = await intake.catalogue.current(), history.filed.obligation
    place = place_of(known, obligation)
    paper = _composer(known, demo=demo).report(
        place,
        wanted,
        form=known.form_version(obligation.form, wanted.form_version),
        receiver_id=obligation.receiver_id,
        approved=history.filed.report.official == wanted.version,
    )
    code, number = place.organization.code, wanted.version
    name = f"bao-cao-{place.form.slug}-{place.period.code}-{code}-v{number}"
    return await _written(intake, paper, name=name, file_format=file_format)


async def print_aggregate(
    intake: Intake,
    principal: Principal,
    *,
    slug: str,
    period: str,
    organization: str | None,
    file_format: FileFormat,
    demo: bool,
) -> Download:
    """What was signed off; where nothing was, the approved figures as they are now.

    Raises:
        NotFound, UnknownPeriodCode: as `read_aggregate`.
        ServiceUnavailable: too many files are being written.
    """
    aggregate = await read_aggregate(
        intake, principal, slug=slug, period=period, organization=organization
    )
    paper = _composer(await intake.catalogue.current(), demo=demo).aggregate(aggregate)
    place = aggregate.place
    name = f"tong-hop-{place.form.slug}-{place.period.code}-{place.organization.code}"
    return await _written(intake, paper, name=name, file_format=file_format)


def _composer(known: Catalogue, *, demo: bool) -> Composer:
    """Official documents are Vietnamese, whatever the reader's language."""
    labels = load_labels()
    simulated = labels.text(SIMULATED, Language.VI) if demo else ""
    return Composer(known, Formats(Language.VI, labels), simulated=simulated)


async def _written(intake: Intake, paper: Paper, *, name: str, file_format: FileFormat) -> Download:
    content = await _content(intake, paper, file_format=file_format)
    return Download(f"{name}.{file_format}", content)


async def _content(intake: Intake, paper: Paper, *, file_format: FileFormat) -> bytes:
    at = intake.clock.now()
    if file_format is FileFormat.XLSX:
        return await asyncio.to_thread(write_xlsx, paper, at=at)
    order = json.dumps(paper.as_json(), ensure_ascii=False).encode()
    try:
        if file_format is FileFormat.DOCX:
            return await intake.children.run(WRITE_DOCX, order, at=at.isoformat())
        folder = intake.font_directory
        return await intake.children.run(
            WRITE_PDF,
            order,
            at=at.isoformat(),
            font_directory=None if folder is None else str(folder),
        )
    except ChildFailed as failure:
        if failure.reason == "broken":
            raise
        raise ServiceUnavailable(retry_after_seconds=BUSY_RETRY_SECONDS) from failure
