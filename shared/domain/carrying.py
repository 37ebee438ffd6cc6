"""Whether sums go on from the period before: rules that hold of sums if they hold of parts.

Column 6 of II.06a (carried over) is column 11 of the period before (still in progress). Where units
were divided or a district handed down its work, nobody can say it of one unit; of the province one
still can.
"""

from shared.domain.expressions import (
    ArithmeticOperator,
    Binary,
    Cell,
    Comparison,
    ComparisonOperator,
    Expression,
    Function,
    FunctionName,
    Negate,
    ReferencePeriod,
    cells_of,
)
from shared.domain.faults import Fault
from shared.domain.figures import Figures
from shared.domain.forms import CrossCheck, FormTemplate
from shared.domain.identifiers import RowCode
from shared.domain.operators import TreeOperator
from shared.domain.sheets import check

HOLD_OF_SUMS = {
    ComparisonOperator.EQUAL,
    ComparisonOperator.LESS_OR_EQUAL,
    ComparisonOperator.GREATER_OR_EQUAL,
}
ADDITIVE = {ArithmeticOperator.ADD, ArithmeticOperator.SUBTRACT}


def carrying_rules(form: FormTemplate) -> tuple[CrossCheck, ...]:
    """The rules that compare sums of the period with sums of the period before."""
    return tuple(
        each
        for each in form.checks
        if _is_of_sums(each.expression)
        and any(c.period is ReferencePeriod.PREVIOUS for c in cells_of(each.expression))
    )


def carrying_faults(
    form: FormTemplate, figures: Figures, *, previous: Figures
) -> tuple[Fault, ...]:
    """Where the sums do not go on from those before."""
    rules = {each.code: each for each in carrying_rules(form)}
    return tuple(
        fault
        for fault in (check(form, figures, previous=previous) if rules else ())
        if fault.check in rules and _are_summed(form, rules[fault.check], row=fault.row)
    )


def _are_summed(form: FormTemplate, rule: CrossCheck, *, row: RowCode | None) -> bool:
    """Whether all that the rule names is added up over the tree."""
    cells = {(each.row or row, each.column) for each in cells_of(rule.expression)}
    return all(
        measure.tree_operator is TreeOperator.SUM
        for cell, measure in form.measures.items()
        if (cell.row, cell.column) in cells
    )


def _is_of_sums(rule: Expression) -> bool:
    if not isinstance(rule, Comparison) or rule.operator not in HOLD_OF_SUMS:
        return False
    return _adds(rule.left) and _adds(rule.right)


def _adds(expression: Expression) -> bool:
    """Cells, added and taken away: no constants, no products."""
    match expression:
        case Cell():
            return True
        case Negate(operand):
            return _adds(operand)
        case Binary(operator, left, right):
            return operator in ADDITIVE and _adds(left) and _adds(right)
        case Function(FunctionName.SUM, arguments):
            return all(_adds(each) for each in arguments)
    return False
