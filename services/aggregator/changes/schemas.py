"""Changes as JSON: every part with its cause, numbers exact, what is missing null."""

from datetime import datetime
from typing import Any

from services.aggregator.changes.measures import IndicatorMeasure, Measure
from services.aggregator.changes.use_cases import Changes, Then
from services.aggregator.changes.walk import Cause, CauseKind, CellMove, Step
from services.aggregator.reading.questions import Question
from services.aggregator.reading.schemas import (
    AsOfModel,
    QuestionModel,
    UnitModel,
    instant_json,
    organization_json,
    question_json,
)
from shared.catalogue.errors import UnknownIndicator
from shared.domain.measures import Unavailable
from shared.labels.labels import Language
from shared.web.answers import Answer, ExactNumber


class MeasureModel(Answer):
    """A number from then to now. An indicator has a code, a cell a row and a column.

    `difference` counts a missing value as nothing. `adds`: each contribution is the act's own
    difference; otherwise (averages, extremes, ratios) it is what the act did to the number as it
    then stood, and in another order the contributions would be others. `reason` says why `after`
    is null.
    """

    indicator: str | None
    row: str | None
    column: str | None
    name: str
    unit: str
    before: ExactNumber | None
    after: ExactNumber | None
    difference: ExactNumber
    adds: bool
    reason: Unavailable | None


class CauseModel(Answer):
    """What was done. `report`: an act on a report, which `version` names; `duty`: on what is owed;
    `catalogue`: the tree, the form or a formula became known otherwise; `recomputed`: what was
    released no longer follows from the log as it is read today.
    """

    kind: CauseKind
    verb: str | None
    position: int
    recorded_at: datetime | None
    report_id: int | None
    version: int | None
    actor_name: str | None
    at: datetime | None
    reason: str | None
    catalogue_number: int | None


class CellChangeModel(Answer):
    """A cell before and after."""

    row: str
    column: str
    before: ExactNumber | None
    after: ExactNumber | None


class ContributionModel(Answer):
    """The number at the organization asked about, before and after the act."""

    before: ExactNumber | None
    after: ExactNumber | None
    contribution: ExactNumber


class CausedModel(Answer):
    """One act. `cells` are those of the organization's own report; `contributions` follow the
    order of the numbers asked about.
    """

    organization: UnitModel | None
    cause: CauseModel
    cells: list[CellChangeModel]
    contributions: list[ContributionModel]


class OthersModel(Answer):
    """Acts that are not told one by one: beyond the limit, or outside the caller's scope."""

    count: int
    contributions: list[ExactNumber]


class ChangesModel(QuestionModel):
    """Why numbers changed: the contributions of `steps` and of `others` add up to each difference.

    Steps stand in the order in which the log recorded them.
    """

    form: str
    since: AsOfModel
    until: AsOfModel
    measures: list[MeasureModel]
    steps: list[CausedModel]
    others: OthersModel


def changes_json(changes: Changes, *, language: Language) -> dict[str, Any]:
    """As `ChangesModel` describes it."""
    wanted = changes.wanted
    return {
        **question_json(wanted.question),
        "form": wanted.question.topic.shape.form.code,
        "since": place_json(wanted.since),
        "until": place_json(wanted.until),
        "measures": measures_json(changes, language=language),
        **parts_json(changes),
    }


def parts_json(changes: Changes) -> dict[str, Any]:
    """The members `steps` and `others`."""
    return {
        "steps": [_step_json(step, question=changes.wanted.question) for step in changes.steps],
        "others": {
            "count": changes.others.count,
            "contributions": list(changes.others.contributions),
        },
    }


def place_json(then: Then) -> dict[str, Any]:
    """As `AsOfModel` describes it."""
    place = then.place
    return {"position": place.position, "recorded_at": instant_json(place.recorded_at)}


def measures_json(changes: Changes, *, language: Language) -> list[dict[str, Any]]:
    """As `MeasureModel` describes each."""
    question, measures = changes.wanted.question, changes.wanted.measures
    told = zip(measures, changes.stretches, changes.natures, strict=True)
    return [
        {
            **_measure_json(measure, question, language=language),
            "before": stretch.before,
            "after": stretch.after,
            "difference": stretch.difference,
            "adds": nature.adds,
            "reason": nature.reason,
        }
        for measure, stretch, nature in told
    ]


def cell_json(move: CellMove) -> dict[str, Any]:
    """As `CellChangeModel` describes it."""
    return {
        "row": move.cell.row,
        "column": move.cell.column,
        "before": move.before,
        "after": move.after,
    }


def _measure_json(measure: Measure, question: Question, *, language: Language) -> dict[str, Any]:
    english = language is Language.EN
    if isinstance(measure, IndicatorMeasure):
        name, unit = _indicator_name(measure, question, english=english)
        return {
            "indicator": measure.code, "row": None, "column": None, "name": name, "unit": unit,
        }  # fmt: skip
    form, cell = question.topic.shape.form, measure.cell
    row, column = form.row_by_code[cell.row], form.column_by_code[cell.column]
    labels = [(each.label_en if english else None) or each.label for each in (row, column)]
    return {
        "indicator": None,
        "row": cell.row,
        "column": cell.column,
        "name": " · ".join(labels),
        "unit": form.measures[cell].unit,
    }


def _indicator_name(
    measure: IndicatorMeasure, question: Question, *, english: bool
) -> tuple[str, str]:
    """The code itself where the period has no method for it any more."""
    try:
        indicator = question.catalogue.indicator(measure.code, on=question.period.cutoff_date)
    except UnknownIndicator:
        return measure.code, ""
    return (indicator.name_en if english else None) or indicator.name, indicator.unit


def _step_json(step: Step, *, question: Question) -> dict[str, Any]:
    tree, organization_id = question.topic.shape.tree, step.organization_id
    return {
        "organization": None
        if organization_id is None
        else organization_json(tree.get(organization_id)),
        "cause": _cause_json(step.cause),
        "cells": [cell_json(move) for move in step.cells],
        "contributions": [
            {"before": each.before, "after": each.after, "contribution": each.difference}
            for each in step.stretches
        ],
    }


def _cause_json(cause: Cause) -> dict[str, Any]:
    return {
        "kind": cause.kind.value,
        "verb": cause.verb,
        "position": cause.position,
        "recorded_at": instant_json(cause.recorded_at),
        "report_id": cause.report_id,
        "version": cause.version,
        "actor_name": cause.actor_name,
        "at": instant_json(cause.at),
        "reason": cause.reason,
        "catalogue_number": cause.catalogue_number,
    }
