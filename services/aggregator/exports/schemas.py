"""Exports as the API describes them: CSV, or JSON with one object a row."""

from typing import Any

from services.aggregator.reading.schemas import AsOfModel, QuestionModel
from shared.domain.geography import Exactness
from shared.domain.measures import Unavailable
from shared.domain.operators import TimeOperator
from shared.web.answers import Answer, ExactNumber


class FigureRow(Answer):
    """A typed or derived figure of an organization; null is missing.

    `exactness` is null as reported; else exact, estimated, or refused (no figure). `reason` says
    why `value` is null.
    """

    organization: str
    organization_name: str
    level: str
    parent: str | None
    form: str
    period: str
    track: str
    row: str
    row_label: str
    column: str
    column_label: str
    unit: str
    value: ExactNumber | None
    expected: int
    reported: int
    on_time: int
    exactness: Exactness | None
    reason: Unavailable | None


class ExportModel(QuestionModel):
    """`simulated` says that the figures are made up; null where they are real."""

    simulated: str | None


class FiguresExport(ExportModel):
    """Organization by organization, each in the printed order of its form."""

    as_of: AsOfModel
    items: list[FigureRow]


class IndicatorRow(Answer):
    """An indicator in a period, beside the period before and the one a year before.

    `operator` put the `periods` (codes with spaces between) together; it is null for a single
    period, and where the value is computed anew from parts. `is_whole` is false as long as more
    periods are to come. `reason` says why `value` is null.
    """

    indicator: str
    indicator_name: str
    unit: str
    organization: str
    organization_name: str
    period: str
    track: str
    value: ExactNumber | None
    target: ExactNumber | None
    previous_period: str | None
    previous_value: ExactNumber | None
    last_year_period: str | None
    last_year_value: ExactNumber | None
    expected: int
    reported: int
    on_time: int
    tree_changed: bool
    method_changed: bool
    exactness: Exactness | None
    plan_value: ExactNumber | None
    estimate_value: ExactNumber | None
    operator: TimeOperator | None
    periods: str
    is_whole: bool | None
    reason: Unavailable | None


class IndicatorsExport(ExportModel):
    """Indicator by indicator, each in the order of time."""

    as_of: AsOfModel
    items: list[IndicatorRow]


def file_of(model: type[Answer]) -> dict[int | str, dict[str, Any]]:
    """CSV or JSON, as the parameter `format` asks."""
    return {200: {"model": model, "content": {"text/csv": {"schema": {"type": "string"}}}}}
