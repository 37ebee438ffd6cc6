"""Formulas and rules as sentences: "cột (3) phải bằng cột (7) + cột (11)"."""

from collections.abc import Sequence

from shared.domain.cells import CellRef
from shared.domain.expressions import (
    ArithmeticOperator,
    Binary,
    Cell,
    Comparison,
    Expression,
    Function,
    FunctionName,
    Logical,
    LogicalOperator,
    Negate,
    ReferencePeriod,
)
from shared.domain.form_faults import PLACEHOLDER
from shared.domain.forms import Column, CrossCheck, FormTemplate, Row
from shared.formulas.printer import formula_text
from shared.labels.labels import Labels, Language

SIGNS = {
    ArithmeticOperator.ADD: "+",
    ArithmeticOperator.SUBTRACT: "−",
    ArithmeticOperator.MULTIPLY: "×",
    ArithmeticOperator.DIVIDE: "÷",
}
_LOOSE = {ArithmeticOperator.ADD, ArithmeticOperator.SUBTRACT}
_NOT_ASSOCIATIVE = {ArithmeticOperator.SUBTRACT, ArithmeticOperator.DIVIDE}
LEFT_OUT = "…"


class RuleWords:
    """The words of one form in one language."""

    def __init__(self, labels: Labels, language: Language, *, form: FormTemplate) -> None:
        self._labels, self._language, self._form = labels, language, form

    def demand(self, expression: Expression) -> str:
        """What must hold; as a part of a sentence, without a capital."""
        match expression:
            case Comparison(operator, left, right):
                return self._compared("must", operator.name, left, right)
            case Logical(LogicalOperator.NOT):
                return self.told(expression)
            case Logical(operator, operands):
                return self._say(operator.name, *map(self.demand, operands))
            case Function(FunctionName.IF, (condition, *branches)):
                return self._branched(condition, [self.demand(each) for each in branches])
            case Function(FunctionName.FILLED, cells):
                return self._say("must_be_filled", self._listed(cells))
        return self.told(expression)

    def told(self, expression: Expression) -> str:
        """A figure, or a condition that may hold or not."""
        match expression:
            case Cell():
                return self._cell(expression)
            case Negate(operand):
                return f"−{self._bracketed(operand, when=isinstance(operand, Binary))}"
            case Binary():
                return self._calculated(expression)
            case Comparison(operator, left, right):
                return self._compared("is", operator.name, left, right)
        return self._worded(expression)

    def _worded(self, expression: Expression) -> str:
        match expression:
            case Logical(operator, operands):
                return self._say(operator.name, *map(self.told, operands))
            case Function(FunctionName.IF, (condition, *branches)):
                return self._branched(condition, [self.told(each) for each in branches])
            case Function(name, arguments):
                return self._say(name.name, self._listed(arguments))
        return formula_text(expression).replace(".", ",")

    def place(self, check: CrossCheck) -> str:
        """In which rows a rule is judged."""
        if isinstance(check.rows, str):
            return self._labels.text(f"forms.judged.{check.rows}", self._language)
        names = "; ".join(self.name(row) for row in self._form.judged_rows(check))
        return self._labels.text("forms.judged.named", self._language, rows=names)

    def message(self, check: CrossCheck) -> str:
        """What people read when the rule does not hold, with the figures left out."""
        english = self._language is Language.EN
        text = (check.message_en if english else None) or check.message
        rows = self._form.judged_rows(check)
        row = (
            self.name(rows[0])
            if len(rows) == 1
            else self._labels.text("forms.words.any_row", self._language)
        )
        without = PLACEHOLDER.sub(lambda found: row if found[1] == "row" else LEFT_OUT, text)
        return without.replace(f"{LEFT_OUT}.", LEFT_OUT)

    def name(self, part: Row | Column) -> str:
        """The heading in the reader's language."""
        return (part.label_en if self._language is Language.EN else None) or part.label

    def heading(self, part: Row | Column) -> str:
        """The printed number with the name."""
        return f"{part.number} {self.name(part)}".strip()

    def cell_name(self, cell: CellRef) -> str:
        """`“Dự án”, cột (1)`."""
        row, column = self._form.row_by_code[cell.row], self._form.column_by_code[cell.column]
        return self._say("cell", self.name(row), column.number)

    def _cell(self, cell: Cell) -> str:
        column = self._form.column_by_code.get(cell.column)
        row = self._form.row_by_code.get(cell.row) if cell.row else None
        if column is None:
            # In the formula of a row, a reference without a row is that row.
            row = row or self._form.row_by_code.get(cell.column)  # type: ignore[call-overload]
        number = cell.column if column is None else column.number
        if row is None:
            place = self._column(number)
        elif column is None or len(self._form.columns) == 1:
            place = self._say("row", self.name(row))
        else:
            place = self._say("row_column", self.name(row), number)
        if cell.period is ReferencePeriod.CURRENT:
            return place
        return self._say(cell.period.name, place)

    def _column(self, number: str) -> str:
        """A form of one column speaks of its rows."""
        return self._say("figure" if len(self._form.columns) == 1 else "column", number)

    def _calculated(self, expression: Binary) -> str:
        operator = expression.operator
        left = self._bracketed(expression.left, when=_is_looser(expression.left, operator))
        tight = operator in _NOT_ASSOCIATIVE and isinstance(expression.right, Binary)
        right = self._bracketed(
            expression.right, when=tight or _is_looser(expression.right, operator)
        )
        return f"{left} {SIGNS[operator]} {right}"

    def _bracketed(self, expression: Expression, *, when: bool) -> str:
        text = self.told(expression)
        return f"({text})" if when else text

    def _compared(self, mood: str, operator: str, left: Expression, right: Expression) -> str:
        return self._say(f"{mood}_{operator}", self.told(left), self.told(right))

    def _branched(self, condition: Expression, branches: Sequence[str]) -> str:
        then = self._say("IF_THEN", self.told(condition), branches[0])
        return then if len(branches) == 1 else self._say("ELSE", then, branches[1])

    def _listed(self, arguments: Sequence[Expression]) -> str:
        return ", ".join(map(self.told, arguments))

    def _say(self, key: str, *values: str) -> str:
        one, *others = values
        two = others[0] if others else ""
        return self._labels.text(f"forms.words.{key.lower()}", self._language, one=one, two=two)


def _is_looser(expression: Expression, around: ArithmeticOperator) -> bool:
    """Whether it needs brackets as a part of the operation around it."""
    if not isinstance(expression, Binary):
        return False
    return expression.operator in _LOOSE and around not in _LOOSE
