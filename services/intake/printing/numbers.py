"""Figures as they are printed in Vietnam, without anything but the standard library."""

from decimal import Decimal

from shared.domain.figures import vietnamese_figure


def printed_cell(text: str, decimals: int | None) -> str:
    """The same of a cell; one of words, which has no decimals, as it is."""
    return text if decimals is None else printed(text)


def printed(figure: str) -> str:
    """`1234.5` is `1.234,5`; nothing stays nothing."""
    return vietnamese_figure(Decimal(figure)) if figure else ""
