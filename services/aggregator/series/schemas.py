"""Series and children as JSON: numbers exact, what is missing null."""

from datetime import date
from typing import Any, Literal

from services.aggregator.combining.schemas import (
    BesideModel,
    CombinedModel,
    beside_json,
    combined_json,
)
from services.aggregator.indicators.comparisons import Change
from services.aggregator.reading.questions import Question, Topic
from services.aggregator.reading.schemas import (
    AsOfModel,
    CountsModel,
    QuestionModel,
    RestatedModel,
    UnitModel,
    as_of_json,
    coverage_json,
    exactness_of,
    organization_json,
    question_json,
    restated_json,
)
from services.aggregator.series.use_cases import Child, Children, Compared, Point, Series
from shared.domain.geography import Exactness
from shared.domain.indicators import Direction, Indicator
from shared.domain.measures import Unavailable
from shared.labels.labels import Language
from shared.web.answers import Answer, ExactNumber


class DefinitionModel(Answer):
    """What the values mean; `decimals` is to how many digits they are rounded."""

    code: str
    name: str
    unit: str
    decimals: int
    target: ExactNumber | None
    direction: Direction


class ChangeOfValue(Answer):
    """In per cent of the other period's value, or in points for what is a share itself."""

    value: ExactNumber
    unit: Literal["points", "percent"]


class ComparedModel(Answer):
    """Another period; `change` is null where either value is missing.

    `exactness` is null as reported; see `RestatedModel`.
    """

    period: str
    value: ExactNumber | None
    change: ChangeOfValue | None
    exactness: Exactness | None


class ReformModel(Answer):
    """A day on which the organization, or those that report for it, became others."""

    on: date
    legal_basis: list[str]


class PointModel(Answer):
    """A period; `tree_changed`, `method_changed`: since the point before, so compare with care.

    `reforms` lie between the two: there the series breaks. `restated` is null as reported; of
    several periods it is that of the least exact. `reason` says why `value` is null. `beside` are
    plan and estimate.
    """

    period: str
    cutoff_date: date
    exists: bool
    value: ExactNumber | None
    coverage: CountsModel
    previous: ComparedModel | None
    same_period_last_year: ComparedModel | None
    tree_changed: bool
    method_changed: bool
    restated: RestatedModel | None
    reforms: list[ReformModel]
    reason: Unavailable | None
    combined: CombinedModel | None
    beside: list[BesideModel]


class SeriesModel(QuestionModel):
    """An indicator over the periods, oldest first; the question is about the last one."""

    form: str
    indicator: DefinitionModel | None
    as_of: AsOfModel
    points: list[PointModel]


class ChildModel(Answer):
    """The indicator at an organization directly below; its members are as in `PointModel`."""

    organization: UnitModel
    value: ExactNumber | None
    coverage: CountsModel
    previous: ComparedModel | None
    same_period_last_year: ComparedModel | None
    restated: RestatedModel | None
    reason: Unavailable | None
    combined: CombinedModel | None
    beside: list[BesideModel]


class ChildrenModel(QuestionModel):
    """In the order that was asked for; `next` is the `offset` of the rest, null at the end."""

    form: str
    indicator: DefinitionModel | None
    as_of: AsOfModel
    items: list[ChildModel]
    next: int | None


def series_json(series: Series, *, question: Question, language: Language) -> dict[str, Any]:
    """As `SeriesModel` describes it."""
    last = series.last
    return {
        **question_json(question),
        "form": question.topic.shape.form.code,
        "indicator": indicator_json(last.indicator, language=language),
        "as_of": as_of_json(series.as_of),
        "points": [_point_json(point) for point in series.points],
    }


def children_json(
    children: Children, *, language: Language, following: int | None
) -> dict[str, Any]:
    """As `ChildrenModel` describes it; `following` is the offset of the rest."""
    return {
        **question_json(children.question),
        "form": children.question.topic.shape.form.code,
        "indicator": indicator_json(children.indicator, language=language),
        "as_of": as_of_json(children.as_of),
        "items": [_child_json(child, children.question.topic) for child in children.items],
        "next": following,
    }


def indicator_json(indicator: Indicator | None, *, language: Language) -> dict[str, Any] | None:
    if indicator is None:
        return None
    english = language is Language.EN and indicator.name_en
    return {
        "code": indicator.code,
        "name": indicator.name_en if english else indicator.name,
        "unit": indicator.unit,
        "decimals": indicator.decimals,
        "target": indicator.target,
        "direction": indicator.direction.value,
    }


def _point_json(point: Point) -> dict[str, Any]:
    return {
        "period": point.period.code,
        "cutoff_date": point.period.cutoff_date,
        "exists": point.exists,
        "value": point.value,
        "coverage": coverage_json(point.coverage),
        "previous": _compared_json(point.previous),
        "same_period_last_year": _compared_json(point.last_year),
        "tree_changed": point.tree_changed,
        "method_changed": point.method_changed,
        "restated": _restated_json(point, point.topic),
        "reforms": [
            {"on": each.on, "legal_basis": list(each.legal_bases)} for each in point.reforms
        ],
        "reason": point.reason,
        "combined": combined_json(point.combined),
        "beside": beside_json(point.beside),
    }


def _restated_json(found: Point | Child, topic: Topic) -> dict[str, Any] | None:
    restated = found.combined.restated if found.combined else None
    return restated_json(found.made_of, topic=topic if restated is None else restated.topic)


def _child_json(child: Child, topic: Topic) -> dict[str, Any]:
    return {
        "organization": organization_json(child.organization),
        "value": child.value,
        "coverage": coverage_json(child.coverage),
        "previous": _compared_json(child.previous),
        "same_period_last_year": _compared_json(child.last_year),
        "restated": _restated_json(child, topic),
        "reason": child.reason,
        "combined": combined_json(child.combined),
        "beside": beside_json(child.beside),
    }


def _compared_json(compared: Compared | None) -> dict[str, Any] | None:
    if compared is None:
        return None
    return {
        "period": compared.period.code,
        "value": compared.value,
        "change": _change_json(compared.change),
        "exactness": exactness_of(compared.made_of),
    }


def _change_json(change: Change | None) -> dict[str, Any] | None:
    if change is None:
        return None
    return {"value": change.value, "unit": "points" if change.in_points else "percent"}
