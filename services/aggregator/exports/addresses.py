"""Where the pages' links to downloads lead."""

from collections.abc import Mapping
from urllib.parse import urlencode

from services.aggregator.reading.choices import Choice

AS_SPREADSHEETS_READ = {"format": "csv", "bom": "true"}


def indicator_csv(
    choice: Choice, *, code: str, first: str, last: str, together: Mapping[str, str]
) -> str:
    """One indicator from one period to another, put together as the page shows it."""
    question = choice.question
    parameters = {
        "indicator": code,
        "organization": question.organization.code,
        "from": first,
        "to": last,
        "track": question.track.value,
        **together,
        **choice.view.parameters_in_full(),
        **AS_SPREADSHEETS_READ,
    }
    return f"/api/v1/exports/indicators?{urlencode(parameters)}"


def figures_csv(choice: Choice) -> str:
    """Every cell of every unit of the period, as the page shows them."""
    question = choice.question
    parameters = {
        "form": question.topic.shape.form.code,
        "period": question.period.code,
        "organization": question.organization.code,
        "track": question.track.value,
        **choice.view.parameters_in_full(),
        **AS_SPREADSHEETS_READ,
    }
    return f"/api/v1/exports/figures?{urlencode(parameters)}"
