"""Releases and revisions as JSON; releases as CSV."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.aggregator.changes.schemas import (
    CausedModel,
    CellChangeModel,
    MeasureModel,
    OthersModel,
    cell_json,
    measures_json,
    parts_json,
    place_json,
)
from services.aggregator.exports.rows import Row
from services.aggregator.reading.schemas import (
    AsOfModel,
    CountsModel,
    UnitModel,
    coverage_json,
    instant_json,
    organization_json,
)
from services.aggregator.releases.use_cases import Revisions, Shown
from shared.labels.labels import Language
from shared.web.answers import Answer, Links
from shared.web.identifiers import LARGEST_ID

LONGEST_REASON = 2000

Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class ReleaseBody(BaseModel):
    """What is to be released. `organization` is the province's code at the cut-off; `position`
    the place in the log at which the figures were read, so that what was seen is released.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    organization: Code
    form: Code
    period: Annotated[str, StringConstraints(min_length=1, max_length=16)]
    position: Annotated[int, Field(ge=1, le=LARGEST_ID)] | None = None
    reason: Annotated[str, StringConstraints(max_length=LONGEST_REASON)] | None = None


class ReleaseModel(Answer):
    """A release. `sha256` is over its canonical content, which `links.content` gives."""

    id: int
    number: str
    sequence: int
    province: UnitModel
    regime: str
    form: str
    form_version: int
    period: str
    track: str
    as_of: AsOfModel
    catalogue_number: int
    coverage: CountsModel
    sha256: str
    published_at: datetime
    published_by: str
    reason: str | None
    links: Links


class ReleasesModel(Answer):
    """The newest first; `next` is the offset of the rest."""

    items: list[ReleaseModel]
    next: int | None


class RevisionsModel(Answer):
    """What has happened to released figures since, at one organization.

    `indicators` and `cells` are from the release to `until`; the contributions of `steps` and of
    `others` to each indicator, in that order, add up to its difference.
    """

    release: ReleaseModel
    organization: UnitModel
    until: AsOfModel
    revised: bool
    indicators: list[MeasureModel]
    cells: list[CellChangeModel]
    steps: list[CausedModel]
    others: OthersModel


def release_json(shown: Shown) -> dict[str, Any]:
    """As `ReleaseModel` describes it."""
    release = shown.release
    form, period = release.sheaf
    path = f"/api/v1/releases/{release.id}"
    return {
        "id": release.id,
        "number": release.number,
        "sequence": release.sequence,
        "province": organization_json(shown.province),
        "regime": release.regime,
        "form": form,
        "form_version": release.form_version,
        "period": period,
        "track": "official",
        "as_of": {
            "position": release.place.position,
            "recorded_at": instant_json(release.place.recorded_at),
        },
        "catalogue_number": release.catalogue_number,
        "coverage": coverage_json(release.coverage),
        "sha256": release.sha256,
        "published_at": instant_json(release.published_at),
        "published_by": release.published_by_name,
        "reason": release.reason,
        "links": {
            "release": path,
            "content": f"{path}/content",
            "revisions": f"{path}/revisions",
            "page": _page_of(shown),
        },
    }


def _page_of(shown: Shown) -> str:
    """Where people see what has changed since."""
    release = shown.release
    form, period = release.sheaf
    asked = {
        "release": release.id,
        "form": form,
        "period": period,
        "organization": shown.province.code,
    }
    return f"/dashboard/changes?{urlencode(asked)}"


def revisions_json(revisions: Revisions, *, language: Language) -> dict[str, Any]:
    """As `RevisionsModel` describes it."""
    changes = revisions.changes
    wanted = changes.wanted
    return {
        "release": release_json(revisions.shown),
        "organization": organization_json(revisions.question.organization),
        "until": place_json(wanted.until),
        "revised": revisions.revised,
        "indicators": measures_json(changes, language=language),
        "cells": [cell_json(each) for each in changes.cells],
        **parts_json(changes),
    }


CONTENT_COLUMNS = (
    "release", "organization", "organization_name", "level", "parent", "form", "period", "track",
    "row", "column", "value", "count", "minimum", "maximum", "expected", "reported", "on_time",
)  # fmt: skip


def content_rows(document: Mapping[str, Any]) -> Iterator[Row]:
    """The cells of a release, one a line: typed ones with how many reported them."""
    head = (document["form"], document["period"], document["track"])
    for each in document["organizations"]:
        names = (each["code"], each["name"], each["level"], each["parent"])
        counts = tuple(each["coverage"][key] for key in ("expected", "reported", "on_time"))
        for row, column, said in _cells(each):
            yield (document["number"], *names, *head, row, column, *said, *counts)


def _cells(each: Mapping[str, Any]) -> Iterator[tuple[str, str, tuple[Any, ...]]]:
    for row, columns in each["cells"].items():
        for column, (total, count, minimum, maximum) in columns.items():
            yield row, column, (Decimal(total), count, Decimal(minimum), Decimal(maximum))
    for row, columns in each["derived"].items():
        for column, total in columns.items():
            yield row, column, (Decimal(total), None, None, None)
