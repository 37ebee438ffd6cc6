"""The report of a unit for a period, as it was sent: figures of its parts added up, and judged."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from services.demo.year.economy import OFFICE, Month, investment, office_files, welfare
from services.demo.year.procedures import Files, MonthOfFiles, added
from services.demo.year.units import Part, Unit
from shared.domain.faults import Fault
from shared.domain.figures import Figures
from shared.domain.forms import FormTemplate, Severity
from shared.domain.identifiers import FormCode
from shared.domain.periods import Period
from shared.domain.sheets import canonical_figures, check, validate

PROCEDURES = FormCode("II.06a/VPCP/KSTT")
ECONOMY = FormCode("KTXH-01")
WELFARE = FormCode("KTXH-02")
VALUE = "GT"

MONTHS_OF_A_QUARTER = 3
SLIP_ROW = "LV02"
ONE_MILLION_DONG = Decimal(1)
CARRIED_OVER = "II06A.CARRIED_OVER"

EXPLANATIONS: Mapping[str, str] = {
    CARRIED_OVER: "Số chuyển sang gồm hồ sơ của các đơn vị cũ theo biên bản bàn giao.",
    "II06A.LOW_ON_TIME_RATE": "Hệ thống một cửa gián đoạn nên nhiều hồ sơ trả chậm.",
    "II06A.JUMP": "Kỳ trước gần như không có hồ sơ, kỳ này tiếp nhận trở lại bình thường.",
    "KTXH01.PLAN_CHANGED": "Kế hoạch vốn được điều chỉnh tăng theo nghị quyết của HĐND.",
    "KTXH02.JUMP": "Kết quả rà soát mới có hiệu lực trong tháng.",
}
DIVIDED = (
    "{units} được chia cho hai xã mới. Số hồ sơ đang giải quyết được chia theo địa bàn tại biên "
    "bản bàn giao nên không so được với báo cáo kỳ trước của đơn vị cũ."
)

Raw = dict[str, dict[str, int | Decimal]]


class UnexpectedFaults(Exception):
    """Made-up figures break a hard rule, or a soft one that EXPLANATIONS knows nothing of."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a version holds; `figures` are those that the next period is compared with."""

    texts: Mapping[str, Mapping[str, str]]
    figures: Figures
    nothing_to_report: bool
    explanations: Mapping[str, str]


@dataclass(slots=True)
class Figuring:
    """Makes up sheets. `first` is the first month of the history, `quarters` are all of it."""

    first: Period
    quarters: tuple[str, ...]
    rows: tuple[str, ...]
    _files: dict[Part, Files] = field(default_factory=dict)

    def raw(self, form: FormCode, unit: Unit, *, period: Period) -> Raw:
        """Typed cells; empty where there is nothing to report."""
        if form == PROCEDURES:
            return self._procedures(unit.parts, period)
        month = self._month(period)
        if form == WELFARE:
            return _welfare(unit.parts, month)
        files = [self._month_of_files(part, period, month=month) for part in unit.parts]
        return _economy(unit.parts, month, files=files)

    def _procedures(self, parts: Iterable[Part], period: Period) -> Raw:
        sheet = added(self._of(part).by_quarter[period.code] for part in parts)
        return {row: dict(sorted(cells.items())) for row, cells in sorted(sheet.items())}

    def _month(self, period: Period) -> Month:
        index = (period.year - self.first.year) * 12 + period.ordinal - self.first.ordinal
        return Month(period.year, period.ordinal, index)

    def _month_of_files(self, part: Part, period: Period, *, month: Month) -> MonthOfFiles:
        if part.level == OFFICE:
            return office_files(part, month)
        place, number = divmod(period.ordinal - 1, MONTHS_OF_A_QUARTER)
        return self._of(part).month(f"{period.year:04d}-Q{place + 1}", number=number)

    def _of(self, part: Part) -> Files:
        if part not in self._files:
            self._files[part] = Files(part, quarters=self.quarters, rows=self.rows)
        return self._files[part]


def with_slip(form: FormCode, raw: Raw) -> Raw:
    """The same with a mistake between two parts of one total: every rule still holds."""
    slipped = {row: dict(cells) for row, cells in raw.items()}
    if form == PROCEDURES:
        _move(slipped.get(SLIP_ROW) or next(iter(slipped.values()), {}))
    elif form == ECONOMY:
        slipped["DTC05"][VALUE] = max(int(slipped["DTC05"][VALUE]) - 1, 0)
    else:
        slipped["AS04A"][VALUE] -= ONE_MILLION_DONG
    return slipped


def content_of(
    form: FormTemplate, unit: Unit, raw: Raw, *, previous: Figures | None, period: Period
) -> Content:
    """The sheet judged as intake judges it; every soft warning gets its explanation.

    Raises:
        UnexpectedFaults: the history would hold what intake refuses.
    """
    same_year = period.previous().year == period.year
    if raw:
        judged = validate(form, raw, previous=previous, same_year=same_year)
        figures, faults = judged.figures, judged.faults
    else:
        figures, faults = {}, check(form, {}, previous=previous, same_year=same_year)
    explanations = dict(_explained(fault) for fault in faults)
    if form.code == PROCEDURES and unit.divided and previous is None:
        explanations[CARRIED_OVER] = DIVIDED.format(units=", ".join(unit.divided))
    return Content(
        texts=canonical_figures(form, figures),
        figures=figures,
        nothing_to_report=not raw,
        explanations=explanations,
    )


def _explained(fault: Fault) -> tuple[str, str]:
    text = EXPLANATIONS.get(fault.check or "")
    if fault.severity is not Severity.SOFT or text is None:
        raise UnexpectedFaults(str(fault))
    return f"{fault.check}/{fault.row}", text


def _move(cells: dict[str, int | Decimal]) -> None:
    """Some files received online are counted as brought in person."""
    moved = int(cells.get("4", 0)) * 3 // 10
    if moved:
        cells["4"] -= moved
        cells["5"] += moved


def _economy(parts: tuple[Part, ...], month: Month, *, files: list[MonthOfFiles]) -> Raw:
    money = [investment(part, month) for part in parts]
    return {
        "DTC01": {VALUE: _money(sum(each.plan for each in money))},
        "DTC02": {VALUE: _money(sum(each.spent for each in money))},
        "DTC04": {VALUE: sum(each.projects for each in money)},
        "DTC05": {VALUE: sum(each.behind for each in money)},
        "TTHC01": {VALUE: sum(each.received for each in files)},
        "TTHC02": {VALUE: sum(each.on_time for each in files)},
        "TTHC03": {VALUE: sum(each.late for each in files)},
        "TTHC05": {VALUE: sum(each.online for each in files)},
    }


def _welfare(parts: tuple[Part, ...], month: Month) -> Raw:
    told = [welfare(part, month) for part in parts]
    return {
        "AS01": {VALUE: sum(each.poor for each in told)},
        "AS02": {VALUE: sum(each.near_poor for each in told)},
        "AS03": {VALUE: sum(each.assisted for each in told)},
        "AS04": {VALUE: _money(sum(each.paid for each in told))},
        "AS04A": {VALUE: _money(sum(each.cashless for each in told))},
    }


def _money(thousands: int) -> Decimal:
    """In millions of đồng, the unit of the forms."""
    return Decimal(thousands).scaleb(-3)
