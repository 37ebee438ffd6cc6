"""What a measurement found, beside the bar it is held to."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from rich.table import Table


@dataclass(frozen=True, slots=True)
class Figure:
    """One number with its unit."""

    name: str
    value: float
    unit: str


@dataclass(frozen=True, slots=True)
class Bar:
    """A limit of a figure: `least` and `most` are inclusive, None where there is none."""

    name: str
    measured: float
    least: float | None = None
    most: float | None = None

    @property
    def met(self) -> bool:
        enough = self.least is None or self.measured >= self.least
        return enough and (self.most is None or self.measured <= self.most)

    @property
    def limit(self) -> str:
        return f"≥ {self.least:g}" if self.least is not None else f"≤ {self.most:g}"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One measurement; `conditions` say what was measured, so that two runs can be compared."""

    benchmark: str
    conditions: str
    figures: tuple[Figure, ...]
    bars: tuple[Bar, ...]

    def value(self, name: str) -> float:
        """The figure of that name; raises StopIteration if there is none."""
        return next(figure.value for figure in self.figures if figure.name == name)

    def as_json(self) -> dict[str, Any]:
        return {
            "benchmark": self.benchmark,
            "conditions": self.conditions,
            "figures": {
                figure.name: {"value": round(figure.value, 4), "unit": figure.unit}
                for figure in self.figures
            },
            "bars": [
                {
                    "name": bar.name,
                    "measured": round(bar.measured, 4),
                    "least": bar.least,
                    "most": bar.most,
                    "met": bar.met,
                }
                for bar in self.bars
            ],
        }


def table_of(outcome: Outcome) -> Table:
    """The outcome as a person reads it."""
    table = Table(
        title=f"tonghop bench {outcome.benchmark}",
        caption=outcome.conditions,
        title_justify="left",
        caption_justify="left",
    )
    table.add_column("measured")
    table.add_column("value", justify="right")
    table.add_column("unit")
    table.add_column("bar")
    for figure in outcome.figures:
        table.add_row(figure.name, shown(figure.value), figure.unit, "")
    for bar in outcome.bars:
        verdict = "[green]met[/]" if bar.met else "[red]not met[/]"
        table.add_row(bar.name, shown(bar.measured), "", f"{bar.limit}: {verdict}")
    return table


def shown(value: float) -> str:
    """Three digits that matter; large numbers whole, in groups."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def median(values: Sequence[float]) -> float:
    return percentile(values, 50)


def percentile(values: Sequence[float], percent: float) -> float:
    """The smallest value that at least `percent` of all do not exceed (nearest rank)."""
    ordered = sorted(values)
    rank = -(-len(ordered) * percent // 100)
    return ordered[max(int(rank) - 1, 0)]
