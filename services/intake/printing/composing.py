"""What a report and an aggregate say on paper."""

from collections.abc import Iterator, Mapping
from datetime import date

from services.intake.aggregates.repository import SignOff
from services.intake.aggregates.use_cases import Aggregate
from services.intake.places import Place
from services.intake.printing.official import (
    authority_lines,
    dateline,
    document_number,
    ended,
    is_committee,
    issuing_lines,
    official_name,
    place_name,
)
from services.intake.printing.papers import (
    CLOSED,
    Paper,
    PaperList,
    PaperRow,
    PaperSection,
    PaperTable,
)
from services.intake.printing.words import lists_of, sections_of, word_of
from services.intake.reports.rows import StoredVersion
from services.intake.wording import organization_of
from shared.catalogue.catalogue import Catalogue
from shared.domain.contents import NOTHING, Content
from shared.domain.documents import Document
from shared.domain.figures import Figures, figure_text
from shared.domain.forms import CellRef, FormTemplate, Row
from shared.domain.identifiers import OrganizationId
from shared.domain.organizations import OrganizationVersion
from shared.domain.sheets import Sheet, complete, sheet_of_values
from shared.domain.time import in_vietnam
from shared.web.formats import Formats

RECIPIENTS = ("- Như trên;", "- Lưu: VT.")


class Composer:
    """Puts papers together, by the catalogue as it is known now."""

    def __init__(self, known: Catalogue, formats: Formats, *, simulated: str) -> None:
        self.known, self.formats, self.simulated = known, formats, simulated

    def report(
        self,
        place: Place,
        version: StoredVersion,
        *,
        form: FormTemplate,
        receiver_id: OrganizationId | None,
        approved: bool,
    ) -> Paper:
        """One version of a report."""
        office = official_name(place.organization)
        receiver = self._office(receiver_id, on=place.period.cutoff_date)
        form, content = form.as_owed_by(place.organization), version.content
        sheet = complete(form, version.figures)
        nothing = ("Trong kỳ báo cáo, đơn vị không phát sinh số liệu.",)
        return self._paper(
            place,
            document=version.document,
            year=in_vietnam(version.submitted_at).year,
            receiver=receiver,
            opening=(
                self._by_regime(place, f"{office} báo cáo số liệu"),
                *(nothing if version.nothing_to_report else ()),
            ),
            table=None if version.nothing_to_report else table_of(form, sheet, content=content),
            sections=tuple(sections_of(form, content)),
            lists=tuple(lists_of(form, content)),
            remarks=tuple(_explanations(form, version.explanations)),
            closing=f"Trên đây là số liệu báo cáo của {office}"
            + (f", kính gửi {receiver} tổng hợp" if receiver else ""),
            origin=f"In từ hệ thống: biên nhận {version.receipt_number}, phiên bản "
            f"{version.version}, gửi lúc {self.formats.datetime_short(version.submitted_at)}, "
            f"{'đã duyệt' if approved else 'chưa duyệt'}; SHA-256 {version.content_sha256}",
        )

    def aggregate(self, aggregate: Aggregate) -> Paper:
        """What was signed off; where nothing was, the figures as they are now, as a proposal."""
        place, signed = aggregate.place, aggregate.signed
        source = signed or aggregate.rolled
        form = place.form
        if signed is not None:
            form = self.known.form_version(form.code, signed.form_version)
        office = official_name(place.organization)
        coverage = source.coverage
        parent = self._office(place.organization.parent_id, on=place.period.cutoff_date)
        counted = (
            f"Số liệu được tổng hợp từ {coverage.reported} trên {coverage.expected} đơn vị có "
            f"nghĩa vụ báo cáo, trong đó {coverage.on_time} đơn vị gửi đúng hạn."
            if coverage.reported
            else f"Chưa có báo cáo nào của {coverage.expected} đơn vị có nghĩa vụ được duyệt."
        )
        return self._paper(
            place,
            document=Document(signer_name=None if signed is None else signed.signed_by_name),
            year=place.period.cutoff_date.year,
            receiver=parent,
            opening=(self._by_regime(place, f"{office} tổng hợp số liệu"), counted),
            table=table_of(form, _added_up(form, source.figures)) if coverage.reported else None,
            remarks=_reason_of(signed),
            closing=f"Trên đây là số liệu tổng hợp của {office}"
            + (f", kính gửi {parent}" if parent else ""),
            origin=self._aggregate_origin(aggregate, signed),
        )

    def _aggregate_origin(self, aggregate: Aggregate, signed: SignOff | None) -> str:
        if signed is None:
            return (
                "In từ hệ thống: chưa ký duyệt tổng hợp, số liệu đã duyệt tại vị trí "
                f"{aggregate.rolled.position}; SHA-256 {aggregate.sha256}"
            )
        return (
            f"In từ hệ thống: ký duyệt tổng hợp lần {signed.sequence}, "
            f"{self.formats.datetime_short(signed.signed_at)}, vị trí {signed.position}; SHA-256 "
            f"{signed.content_sha256}"
        )

    def _paper(
        self,
        place: Place,
        *,
        document: Document,
        year: int,
        receiver: str,
        opening: tuple[str, ...],
        table: PaperTable | None,
        remarks: tuple[str, ...],
        closing: str,
        origin: str,
        sections: tuple[PaperSection, ...] = (),
        lists: tuple[PaperList, ...] = (),
    ) -> Paper:
        organization = place.organization
        committee = is_committee(organization)
        province = self.known.tree(place.period.cutoff_date).get(organization.province_id)
        superior, body = issuing_lines(organization, province=province)
        where = place_name(organization if committee else province)
        return Paper(
            superior=superior,
            body=body,
            number=document_number(document.number, committee=committee),
            dateline=dateline(where, document.issued_on, year=year),
            subject=(place.form.name, self._period(place)),
            addressee=f"Kính gửi: {receiver}" if receiver else "",
            opening=opening,
            table=table,
            remarks=remarks,
            closing=ended([closing]),
            recipients=RECIPIENTS if receiver else RECIPIENTS[1:],
            authority=authority_lines(document.signer_title, committee=committee),
            signer=document.signer_name or "",
            origin=origin,
            simulated=self.simulated,
            sections=sections,
            lists=lists,
        )

    def _period(self, place: Place) -> str:
        name = self.formats.period(place.period.code)
        return f"{name[0].upper()}{name[1:]}"

    def _by_regime(self, place: Place, what: str) -> str:
        window = place.period.window
        first, last = map(self.formats.date_short, (window.first, window.last))
        period = self.formats.period(place.period.code)
        return (
            f"Thực hiện chế độ báo cáo “{place.regime.name}”, {what} {period} (từ ngày {first} đến "
            f"hết ngày {last}) theo biểu {place.form.code} như sau:"
        )

    def _office(self, organization_id: OrganizationId | None, *, on: date) -> str:
        if organization_id is None:
            return ""
        found: OrganizationVersion | None = organization_of(self.known, organization_id, on=on)
        return "" if found is None else official_name(found)


def table_of(form: FormTemplate, sheet: Sheet, *, content: Content | None = None) -> PaperTable:
    """The whole sheet in printed order, derived cells too.

    Without `content` columns of words are left out: nobody puts words together.
    """
    has_units = any(row.unit is not None for row in form.rows)
    columns = [each for each in form.columns if content is not None or each.type.is_figure]
    units = {column.unit for column in columns if column.type.is_figure}

    def line(row: Row) -> PaperRow:
        cells = [CellRef(row.code, column.code) for column in columns]
        texts = [_cell(form, sheet, cell, content or NOTHING) for cell in cells]
        return PaperRow(
            number=row.number,
            label=row.label,
            unit=row.unit or "",
            figures=tuple(texts),
            decimals=tuple(_decimals(form, cell) for cell in cells),
            bold=row.is_derived,
            indent=_indent(form, row),
        )

    return PaperTable(
        heads=tuple(column.label for column in columns),
        numbers=tuple(column.number for column in columns),
        rows=tuple(map(line, form.rows)),
        unit=units.pop() if len(units) == 1 and not has_units else "",
        has_units=has_units,
    )


def _cell(form: FormTemplate, sheet: Sheet, cell: CellRef, content: Content) -> str:
    if cell in form.locked:
        return CLOSED
    if not form.is_figure(cell):
        return word_of(form, cell, content)
    value = sheet.value(cell)
    return "" if value is None else figure_text(value)


def _decimals(form: FormTemplate, cell: CellRef) -> int | None:
    words = cell in form.locked or not form.is_figure(cell)
    return None if words else form.measures[cell].decimals


def _added_up(form: FormTemplate, figures: Figures) -> Sheet:
    """What nobody reported stays missing, also where a blank of one report would be zero."""
    values = (figures.get(cell.row, {}).get(cell.column) for cell in form.input_cells)
    return sheet_of_values(form, tuple(values))


def _indent(form: FormTemplate, row: Row) -> int:
    """Below the total of the whole form rows need no indent to be seen."""
    total = form.total_row
    flat = row.parent is None or (total is not None and row.parent == total.code)
    return 0 if flat else 1


def _explanations(form: FormTemplate, given: Mapping[str, str]) -> Iterator[str]:
    rows = {str(row.code): row.label for row in form.rows}
    for key, text in given.items():
        row = key.rpartition("/")[2]
        yield f"Giải trình ({rows[row]}): {text}" if row in rows else f"Giải trình: {text}"


def _reason_of(signed: SignOff | None) -> tuple[str, ...]:
    if signed is None or not signed.reason:
        return ()
    return (f"Ghi chú: {signed.reason}",)
