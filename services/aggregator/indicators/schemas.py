"""Indicators as JSON: numbers exact, what is missing null."""

from typing import Any

from services.aggregator.indicators.use_cases import (
    IndicatorAnswer,
    NodeReadings,
    Reading,
    TopicReadings,
)
from services.aggregator.reading.schemas import (
    as_of_json,
    coverage_json,
    organization_json,
    question_json,
)
from shared.labels.labels import Language


def answer_json(answer: IndicatorAnswer, *, language: Language, children: bool) -> dict[str, Any]:
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
