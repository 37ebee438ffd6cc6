"""The columns of a layout: their names from the heads above them, their formulas, their kinds."""

from dataclasses import dataclass

from services.intake.layouts.drafts import DraftColumn, Guess
from services.intake.layouts.sheets import TOTALS, Findings, Page, key_of
from services.intake.layouts.sums import excel_sum, numbered, printed_formula, signed_sum
from services.intake.layouts.tables import NOTES, Table
from services.intake.workbooks.addresses import Spot

MONEY = ("dong", "trieu dong", "ty dong", "nghin dong")
SHARES = ("ty le", "ti le", "ty trong")


@dataclass(frozen=True, slots=True)
class _Head:
    """A column of the sheet: `path` are the heads above it, from the top."""

    at: int
    code: str
    number: str
    printed: str
    path: tuple[str, ...]

    @property
    def is_total(self) -> bool:
        return len(self.path) > 1 and key_of(self.path[-1]) in TOTALS


def draft_columns(page: Page, table: Table, *, findings: Findings) -> tuple[DraftColumn, ...]:
    """The columns of figures, in printed order."""
    columns = _Columns(page, table, findings).draft()
    formulas = sum(name == "formula" for each in columns for name, _ in each.fields)
    findings.understood.append(
        f"{len(columns)} cột số liệu ({columns[0].number} đến {columns[-1].number}), "
        f"{formulas} cột có công thức, {len(table.heads)} dòng đầu bảng"
    )
    return columns


class _Columns:
    """The columns of one table being read."""

    def __init__(self, page: Page, table: Table, findings: Findings) -> None:
        self.page, self.table, self.findings = page, table, findings
        self.heads = self._read_heads()
        self.known = {head.at: head.code for head in self.heads}

    def draft(self) -> tuple[DraftColumn, ...]:
        return tuple(map(self._column, self.heads))

    def _read_heads(self) -> list[_Head]:
        heads: list[_Head] = []
        taken: set[str] = set()
        for place, at in enumerate(self.table.figures, start=1):
            spot = Spot(self._number_row, at)
            printed = self.table.numbers is not None
            found = numbered(self.page.own_text(spot)) if printed else None
            code = str(place) if found is None else found.number
            if code in taken:
                self.findings.doubt(spot, f"số cột ({code}) có hai lần; mã là {code}_{place}")
                code = f"{code}_{place}"
            taken.add(code)
            path = self._path(at)
            if not path:
                self.findings.doubt(spot, f"cột ({code}) không có tên")
                path = (f"Cột {code}",)
            heads.append(_Head(at, code, f"({code})", found.formula if found else "", path))
        return heads

    @property
    def _number_row(self) -> int:
        """Where numbers are printed, else the lowest head."""
        lowest = self.table.heads[-1]
        return lowest if self.table.numbers is None else self.table.numbers

    def _path(self, at: int) -> tuple[str, ...]:
        """The texts above a column, from the top; of a merged area once.

        A head that stands over several columns without being merged is taken to reach to the next.
        """
        path: list[str] = []
        last = None
        lowest = self.table.heads[-1]
        for row in self.table.heads:
            spot = Spot(row, at)
            if not self.page.text(spot) and row != lowest and self.page.text(Spot(lowest, at)):
                spot = self._to_the_left(spot) or spot
            anchor, text = self.page.anchor(spot), self.page.text(spot)
            if text and anchor != last:
                path.append(text)
            last = anchor
        return tuple(path)

    def _to_the_left(self, spot: Spot) -> Spot | None:
        for column in range(spot.column - 1, self.table.figures[0] - 1, -1):
            found = Spot(spot.row, column)
            if self.page.text(found):
                below = Spot(self.table.heads[-1], column)
                reaches_down = self.page.anchor(below) == self.page.anchor(found)
                return None if reaches_down or not self.page.text(below) else found
        return None

    def _column(self, head: _Head) -> DraftColumn:
        label = " – ".join([head.path[0], *map(_continued, head.path[1:])])
        fields: list[tuple[str, Guess]] = []
        parent = self._parent(head)
        if parent is not None:
            fields.append(("parent", Guess(parent.code, f"cùng nhóm “{parent.path[0]}”")))
        formula = self._formula(head)
        if formula is not None:
            fields.append(("formula", formula))
        fields += _measure(label, formula=formula)
        return DraftColumn(head.code, head.number, label, tuple(fields))

    def _parent(self, head: _Head) -> _Head | None:
        """The total of the nearest group that the column lies in."""
        groups = [
            other
            for other in self.heads
            if other.is_total
            and other != head
            and head.path[: len(other.path) - 1] == other.path[:-1]
        ]
        outer = [each for each in groups if not head.is_total or len(each.path) < len(head.path)]
        return max(outer, key=lambda each: len(each.path), default=None)

    def _formula(self, head: _Head) -> Guess | None:
        if head.printed:
            spot = Spot(self._number_row, head.at)
            written = printed_formula(head.printed, known=frozenset(self.known.values()))
            if written is not None:
                return Guess(written, f"in ở ô {spot.address}: {self.page.own_text(spot)}")
            detail = f"chưa hiểu công thức “{head.printed}”; cột được để là ô nhập"
            self.findings.doubt(spot, detail)
        return self._computed(head)

    def _computed(self, head: _Head) -> Guess | None:
        """From what Excel computes in the first row in which it adds cells of the same row."""
        for row in range(self.table.first_row, self.page.rows):
            spot = Spot(row, head.at)
            terms = excel_sum(self.page.formulas.get(spot, "")) or ()
            codes = [
                (term.sign, self.known[term.spot.column])
                for term in terms
                if term.spot.row == row and term.spot.column in self.known
            ]
            if codes and len(codes) == len(terms):
                written = signed_sum(codes)
                if written is not None:
                    return Guess(written, f"công thức Excel ở ô {spot.address}")
        return None


def _continued(text: str) -> str:
    """A head below another: without its capital, if it is a word and no abbreviation."""
    return text[:1].lower() + text[1:] if text[1:2].islower() else text


def _measure(label: str, *, formula: Guess | None) -> list[tuple[str, Guess]]:
    """Type and decimals by the words of the head."""
    key = key_of(label)
    if key in NOTES:
        return [("type", Guess("text", "cột ghi chú"))]
    is_share = "%" in label or any(each in key for each in SHARES)
    if formula is not None and "/" in formula.value:
        kind = "percent" if is_share or "* 100" in formula.value else "decimal"
        return [("type", Guess(kind, "có phép chia")), ("decimals", Guess("1", "có phép chia"))]
    if is_share:
        none = Guess("none", "tỷ lệ nhập tay không cộng được; nên thay bằng công thức")
        return [
            ("type", Guess("percent", "tên cột có % hoặc “tỷ lệ”")),
            ("decimals", Guess("1", "tỷ lệ")),
            ("tree_operator", none),
            ("time_operator", none),
        ]
    if any(f"({each})" in label.lower() for each in ("đồng", "triệu đồng", "tỷ đồng")):
        return [("type", Guess("money", "tên cột có đơn vị tiền"))]
    return []
