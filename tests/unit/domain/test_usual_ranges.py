"""What a unit usually reports is told from enough of its own figures, and of nothing else."""

from decimal import Decimal

from shared.domain.figures import Figures
from shared.domain.forms import CellRef
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.usual_ranges import LEAST_KNOWN, UsualRange, usual_ranges
from tests.factories.forms import form

D1 = RowCode("D1")
FIRST, SECOND = CellRef(D1, ColumnCode("1")), CellRef(D1, ColumnCode("2"))


def of(*figures: int) -> list[Figures]:
    """A report for each figure of column 1; column 2 stays blank."""
    return [{D1: {ColumnCode("1"): Decimal(figure)}} for figure in figures]


def test_the_usual_range_goes_from_the_least_to_the_greatest_figure() -> None:
    found = usual_ranges(form(), of(30, 12, 40, 15))

    assert found == {FIRST: UsualRange(Decimal(12), Decimal(40), 4)}
    assert Decimal(12) in found[FIRST]
    assert Decimal(40) in found[FIRST]
    assert Decimal(41) not in found[FIRST]
    assert Decimal(11) not in found[FIRST]


def test_too_few_figures_say_nothing() -> None:
    assert usual_ranges(form(), of(*range(1, LEAST_KNOWN))) == {}
    assert FIRST in usual_ranges(form(), of(*range(1, LEAST_KNOWN + 1)))


def test_a_blank_counts_where_the_form_says_that_it_means_none() -> None:
    blank: Figures = {}

    assert usual_ranges(form(), [*of(3, 4, 5), blank]) == {}
    ranges = usual_ranges(form(blank_is_zero=True), [*of(3, 4, 5), blank])
    assert ranges == {FIRST: UsualRange(Decimal(0), Decimal(5), 4)}


def test_what_has_always_been_zero_has_no_range() -> None:
    assert usual_ranges(form(), of(0, 0, 0, 0)) == {}
