"""The order of the children: asked for by the address, so that a link reproduces it."""

from collections.abc import Callable
from decimal import Decimal
from enum import StrEnum

from services.aggregator.series.use_cases import Child, Compared


class ChildOrder(StrEnum):
    """By what, descending with a minus."""

    NAME = "name"
    NAME_DESCENDING = "-name"
    VALUE = "value"
    VALUE_DESCENDING = "-value"
    CHANGE = "change"
    CHANGE_DESCENDING = "-change"
    YEAR_CHANGE = "year_change"
    YEAR_CHANGE_DESCENDING = "-year_change"
    COVERAGE = "coverage"
    COVERAGE_DESCENDING = "-coverage"

    @property
    def descends(self) -> bool:
        return self.value.startswith("-")

    @property
    def key(self) -> str:
        return self.value.removeprefix("-")

    def reversed(self) -> "ChildOrder":
        return ChildOrder(self.key if self.descends else f"-{self.key}")


def in_order(children: tuple[Child, ...], order: ChildOrder) -> tuple[Child, ...]:
    """Equal ones by name; what is missing comes last in either direction."""
    by_name = sorted(children, key=lambda child: child.organization.sort_key)
    if order.key == "name":
        return tuple(reversed(by_name)) if order.descends else tuple(by_name)
    measure = _MEASURES[order.key]
    known = [(size, child) for child in by_name if (size := measure(child)) is not None]
    known.sort(key=lambda pair: pair[0], reverse=order.descends)
    missing = (child for child in by_name if measure(child) is None)
    return (*(child for _, child in known), *missing)


def _share(child: Child) -> Decimal | None:
    share = child.coverage.share
    return None if share is None else Decimal(share.numerator) / Decimal(share.denominator)


def _changed(compared: Compared | None) -> Decimal | None:
    return compared.change.value if compared and compared.change else None


_MEASURES: dict[str, Callable[[Child], Decimal | None]] = {
    "value": lambda child: child.value,
    "change": lambda child: _changed(child.previous),
    "year_change": lambda child: _changed(child.last_year),
    "coverage": _share,
}
