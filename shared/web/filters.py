"""The formats as filters of templates: `{{ total|number }}`, `{{ rate|percent(decimals=2) }}`."""

from collections.abc import Callable, Mapping
from typing import Any

from jinja2 import pass_context
from jinja2.runtime import Context

NAMES = (
    "number",
    "signed",
    "percent",
    "points",
    "date_short",
    "date_long",
    "datetime_short",
    "time_short",
    "working_days_left",
    "period",
    "period_short",
)


def _filter(name: str) -> Callable[..., str]:
    @pass_context
    def apply(context: Context, value: Any, **options: Any) -> str:
        text: str = getattr(context["formats"], name)(value, **options)
        return text

    return apply


FILTERS: Mapping[str, Callable[..., str]] = {name: _filter(name) for name in NAMES}
