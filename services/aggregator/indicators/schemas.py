"""Indicators as JSON: numbers exact, what is missing null."""

from typing import Any

from services.aggregator.indicators.use_cases import (
    IndicatorAnswer,
    NodeReadings,
    Reading,
    TopicReadings,
)
from services.aggregator.reading.schemas import (
    AsOfModel,
    CountsModel,
    QuestionModel,
    UnitModel,
    as_of_json,
    coverage_json,
    organization_json,
    question_json,
)
from shared.domain.indicators import Direction
from shared.labels.labels import Language
from shared.web.answers import Answer, ExactNumber


class PreviousModel(Answer):
    """The same in the period before."""

    period: str
    value: ExactNumber | None
    coverage: CountsModel


class IndicatorModel(Answer):
    """An indicator of the organization; `value` is null where figures are missing."""

    code: str
    name: str
    unit: str
    form: str
    value: ExactNumber | None
    target: ExactNumber | None
    direction: Direction
    coverage: CountsModel
    previous: PreviousModel | None


class ChildIndicators(Answer):
    """The indicators of a form at an organization directly below, by their codes."""

    organization: UnitModel
    form: str
    coverage: CountsModel
    values: dict[str, ExactNumber | None]
    previous_values: dict[str, ExactNumber | None]


class IndicatorsModel(QuestionModel):
    """The indicators of an organization; `children` only if they were asked for."""

    as_of: AsOfModel
    indicators: list[IndicatorModel]
    children: list[ChildIndicators] = []


def answer_json(answer: IndicatorAnswer, *, language: Language, children: bool) -> dict[str, Any]:
    """As `IndicatorsModel` describes it."""
    document = {
        **question_json(answer.question),
        "as_of": as_of_json(answer.as_of),
        "indicators": [
            _indicator_json(reading, topic, language=language)
            for topic in answer.topics
            for reading in topic.node.readings
        ],
    }
    if children:
        document["children"] = [
            _child_json(child, topic) for topic in answer.topics for child in topic.children
        ]
    return document


def _indicator_json(
    reading: Reading, topic: TopicReadings, *, language: Language
) -> dict[str, Any]:
    indicator = reading.indicator
    english = language is Language.EN and indicator.name_en
    return {
        "code": indicator.code,
        "name": indicator.name_en if english else indicator.name,
        "unit": indicator.unit,
        "form": indicator.form,
        "value": reading.value,
        "target": indicator.target,
        "direction": indicator.direction.value,
        "coverage": coverage_json(topic.node.coverage),
        "previous": None
        if topic.previous_period is None
        else {
            "period": topic.previous_period.code,
            "value": reading.previous,
            "coverage": coverage_json(topic.node.previous_coverage),
        },
    }


def _child_json(child: NodeReadings, topic: TopicReadings) -> dict[str, Any]:
    return {
        "organization": organization_json(child.organization),
        "form": topic.topic.shape.form.code,
        "coverage": coverage_json(child.coverage),
        "values": {reading.indicator.code: reading.value for reading in child.readings},
        "previous_values": {reading.indicator.code: reading.previous for reading in child.readings},
    }
