"""Indicators as JSON: numbers exact, what is missing null."""

from typing import Any

from services.aggregator.combining.schemas import (
    BesideModel,
    CombinedModel,
    beside_json,
    combined_json,
)
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
    RestatedModel,
    UnitModel,
    as_of_json,
    coverage_json,
    organization_json,
    question_json,
    restated_json,
)
from shared.domain.indicators import Direction
from shared.domain.measures import Unavailable
from shared.domain.operators import ValueKind
from shared.labels.labels import Language
from shared.web.answers import Answer, ExactNumber


class PreviousModel(Answer):
    """The same in the period before."""

    period: str
    value: ExactNumber | None
    coverage: CountsModel
    restated: RestatedModel | None


class IndicatorModel(Answer):
    """An indicator of the organization; `reason` says why `value` is null.

    `restated` is null as reported; of several periods it is that of the least exact. `combined`
    tells of what the value was put together over periods, null for a single one.
    """

    code: str
    name: str
    unit: str
    form: str
    value: ExactNumber | None
    value_kind: ValueKind
    reason: Unavailable | None
    target: ExactNumber | None
    direction: Direction
    coverage: CountsModel
    restated: RestatedModel | None
    previous: PreviousModel | None
    beside: list[BesideModel]
    combined: CombinedModel | None


class ChildIndicators(Answer):
    """The indicators of a form at an organization directly below, by their codes."""

    organization: UnitModel
    form: str
    coverage: CountsModel
    restated: RestatedModel | None
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
    indicator, node, combined = reading.indicator, topic.node, reading.combined
    english = language is Language.EN and indicator.name_en
    return {
        "code": indicator.code,
        "name": indicator.name_en if english else indicator.name,
        "unit": indicator.unit,
        "form": indicator.form,
        "value": reading.value,
        "value_kind": reading.kind,
        "reason": reading.reason,
        "target": indicator.target,
        "direction": indicator.direction.value,
        "coverage": coverage_json(combined.coverage if combined else node.coverage),
        "restated": _restated_json(reading, topic),
        "previous": _previous_json(reading, topic),
        "beside": beside_json(node.beside(reading)),
        "combined": combined_json(combined),
    }


def _restated_json(reading: Reading, topic: TopicReadings) -> dict[str, Any] | None:
    if reading.combined is None:
        return restated_json(topic.node.made_of, topic=topic.topic)
    restated = reading.combined.restated
    return restated_json(restated.made_of, topic=restated.topic) if restated else None


def _previous_json(reading: Reading, topic: TopicReadings) -> dict[str, Any] | None:
    before, node = topic.previous, topic.node
    if before is None:
        return None
    return {
        "period": before.period.code,
        "value": reading.previous,
        "coverage": coverage_json(node.previous_coverage),
        "restated": restated_json(node.previous_made_of, topic=before),
    }


def _child_json(child: NodeReadings, topic: TopicReadings) -> dict[str, Any]:
    return {
        "organization": organization_json(child.organization),
        "form": topic.topic.shape.form.code,
        "coverage": coverage_json(child.coverage),
        "restated": restated_json(child.made_of, topic=topic.topic),
        "values": {reading.indicator.code: reading.value for reading in child.readings},
        "previous_values": {reading.indicator.code: reading.previous for reading in child.readings},
    }
