"""The rows of a layout: a tree told by their numbering, with what adds up below them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from services.intake.layouts.drafts import DraftRow, Guess
from services.intake.layouts.numbering import Kind, Numbering, numbering_of, split_numbering
from services.intake.layouts.sheets import Findings, Page, has_words, is_total, key_of
from services.intake.layouts.sums import excel_sum, signed_sum
from services.intake.layouts.tables import Table
from services.intake.workbooks.addresses import Spot

TOTAL_CODE = "TONG"
OF_WHICH = "trong do"
CODE = re.compile(r"[A-Za-z0-9_.]{1,32}")
FOOT = (
    *("ghi chu", "nguoi lap", "noi nhan", "thu truong", "ngay ", "nguoi kiem tra", "ky ten"),
    *("chu tich", "tm. ", "kt. ", "nguoi bao cao"),
)
NOT_SUMMED = Guess("none", "tỷ lệ nhập tay không cộng được; nên thay bằng công thức")
TYPED_SHARE = (
    ("type", Guess("percent", "đơn vị tính là %")),
    ("decimals", Guess("1", "tỷ lệ")),
    ("tree_operator", NOT_SUMMED),
    ("time_operator", NOT_SUMMED),
)


@dataclass(slots=True)
class _Line:
    """A row of the sheet; `level` is its numbering, None for a name without one."""

    at: int
    label: str
    level: Numbering | None
    code: str = ""
    parent: "_Line | None" = None
    children: list["_Line"] = field(default_factory=list)
    is_total: bool = False
    is_of_which: bool = False

    def put_below(self, parent: "_Line") -> None:
        self.parent = parent
        parent.children.append(self)


def draft_rows(page: Page, table: Table, *, findings: Findings) -> tuple[DraftRow, ...]:
    """The rows in printed order, each with the row it belongs to."""
    rows = _Rows(page, table, findings)
    drafted = rows.draft()
    summed = sum(name == "sum_of_children" for row in drafted for name, _ in row.fields)
    findings.understood.append(
        f"{len(drafted)} dòng, {summed} dòng cộng từ dòng con, "
        + (f"dòng tổng “{rows.total.label}”" if rows.total else "không có dòng tổng cộng")
    )
    return drafted


class _Rows:
    """The rows of one table being read."""

    def __init__(self, page: Page, table: Table, findings: Findings) -> None:
        self.page, self.table, self.findings = page, table, findings
        self.lines = list(self._lines())
        self.total: _Line | None = None
        self.by_row = {line.at: line for line in self.lines}

    def draft(self) -> tuple[DraftRow, ...]:
        self._place()
        self._name_codes()
        return tuple(map(self._row, self.lines))

    def _lines(self) -> Iterator[_Line]:
        page, table = self.page, self.table
        for at in range(table.first_row, page.rows):
            spot = Spot(at, table.label)
            ordinal = page.own_text(Spot(at, table.ordinal)) if table.ordinal is not None else ""
            level = numbering_of(ordinal)
            label = page.own_text(spot) or ("" if level else ordinal)
            if not has_words(label):
                if not page.is_blank(at):
                    self.findings.doubt(spot, "dòng không có tên, không đưa vào bản nháp")
                continue
            if _is_foot(label, level, below_a_gap=page.is_blank(at - 1)):
                self.findings.doubt(spot, f"từ dòng này (“{label[:60]}”) không thuộc bảng")
                return
            in_front, name = split_numbering(label)
            yield _Line(at, name.strip(), level or in_front)

    def _place(self) -> None:
        """Gives each row its parent."""
        around: list[_Line] = []
        for line in self.lines:
            if is_total(line.label) and line.level is None:
                around = []
                self._take_total(line)
                continue
            line.is_of_which = key_of(line.label).startswith(OF_WHICH)
            parent = _parent(line, around)
            if parent is not None:
                line.put_below(parent)
            around = [*_above(around, parent), line]
        for line in self.lines:
            if self.total is not None and line.parent is None and line is not self.total:
                line.put_below(self.total)

    def _take_total(self, line: _Line) -> None:
        if self.total is None:
            self.total, line.is_total = line, True
            return
        spot = Spot(line.at, self.table.label)
        self.findings.doubt(spot, "dòng tổng thứ hai; để là ô nhập, hãy xem lại")

    def _name_codes(self) -> None:
        """The printed codes where each row has one of its own, else codes by order."""
        printed = [self._printed_code(line) for line in self.lines]
        given = [text for text in printed if text]
        trusted = len(given) == len(set(given)) and len(given) >= len(self.lines) - 1
        width = max(2, len(str(len(self.lines))))
        for place, (line, text) in enumerate(zip(self.lines, printed, strict=True), start=1):
            made = TOTAL_CODE if line.is_total else f"D{place:0{width}}"
            line.code = text if trusted and text else made
        if given and not trusted:
            spot = Spot(self.table.first_row, self.table.code or 0)
            self.findings.doubt(spot, "mã dòng bị trùng hoặc thiếu; đặt mã D01, D02…")

    def _printed_code(self, line: _Line) -> str:
        if self.table.code is None:
            return ""
        text = self.page.own_text(Spot(line.at, self.table.code))
        return text if CODE.fullmatch(text) else ""

    def _row(self, line: _Line) -> DraftRow:
        fields: list[tuple[str, Guess]] = []
        if line.parent is not None:
            fields.append(("parent", Guess(line.parent.code, _why_below(line))))
        computed = self._sum(line)
        fields += computed
        unit = None if self.table.unit is None else Spot(line.at, self.table.unit)
        if unit is not None and self.page.own_text(unit):
            fields.append(("unit", Guess(self.page.own_text(unit))))
            if self.page.own_text(unit) == "%" and not computed:
                fields += TYPED_SHARE
        number = "" if line.level is None or line.level.kind is Kind.DASH else line.level.text
        return DraftRow(line.code, number, line.label, tuple(fields))

    def _sum(self, line: _Line) -> list[tuple[str, Guess]]:
        """How the row is computed: by Excel's formula if it has one, else by the tree."""
        for column in self.table.figures:
            spot = Spot(line.at, column)
            found = self._computed(line, spot)
            if found is not None:
                return [found]
        if not line.children or any(child.is_of_which for child in line.children):
            return []
        why = "dòng tổng cộng" if line.is_total else "có dòng con; bỏ dòng này nếu là ô nhập"
        return [("sum_of_children", Guess("true", why))]

    def _computed(self, line: _Line, spot: Spot) -> tuple[str, Guess] | None:
        """What Excel adds up in the column of a cell; None where it computes anything else."""
        terms = excel_sum(self.page.formulas.get(spot, "")) or ()
        parts = [
            (term.sign, self.by_row[term.spot.row])
            for term in terms
            if term.spot.column == spot.column and term.spot.row in self.by_row
        ]
        if not parts or len(parts) < len(terms) or any(part is line for _, part in parts):
            return None
        why = f"công thức Excel ở ô {spot.address}"
        if all(sign > 0 for sign, _ in parts) and [part for _, part in parts] == line.children:
            return "sum_of_children", Guess("true", why)
        written = signed_sum([(sign, part.code) for sign, part in parts])
        return None if written is None else ("formula", Guess(written, why))


def _is_foot(label: str, level: Numbering | None, *, below_a_gap: bool) -> bool:
    """What follows the table: notes and signatures."""
    if level is not None or is_total(label):
        return False
    return below_a_gap or key_of(label).startswith(FOOT)


def _above(around: list[_Line], parent: _Line | None) -> list[_Line]:
    return [] if parent is None else around[: around.index(parent) + 1]


def _parent(line: _Line, around: list[_Line]) -> _Line | None:
    """The nearest row before it that is of a level above its own; `around` are the open levels."""
    if not around:
        return None
    if line.level is None:
        numbered = [each for each in around if each.level is not None]
        return numbered[-1] if line.is_of_which and numbered else None
    if line.level.kind is Kind.DOTTED:
        stem = line.level.text.rpartition(".")[0]
        stems = [each for each in around if each.level is not None and each.level.text == stem]
        if stems:
            return stems[-1]
    level = _read_as(line, around)
    same = [
        place for place, each in enumerate(around) if each.level and _depth(each.level) == level
    ]
    if same:
        return around[same[0] - 1] if same[0] else None
    return around[-1]


def _depth(level: Numbering) -> tuple[Kind, int]:
    return level.kind, level.text.count(".")


def _read_as(line: _Line, around: list[_Line]) -> tuple[Kind, int]:
    """C after B is a letter, though it is a Roman hundred too."""
    level = line.level
    if level is None:
        return Kind.DASH, 0
    for each in around:
        before = each.level
        if (
            level.kind is Kind.ROMAN
            and before is not None
            and before.kind is Kind.UPPER
            and ord(level.text[0]) == ord(before.text[0]) + 1
        ):
            line.level = Numbering(Kind.UPPER, level.text)
    return _depth(line.level or level)


def _why_below(line: _Line) -> str:
    if line.parent is not None and line.parent.is_total:
        return "thuộc dòng tổng cộng"
    return "“trong đó”" if line.is_of_which else "theo cách đánh số"
