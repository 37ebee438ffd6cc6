"""Figures go out in the words of HTTTBC, keep to the schema, and come back as they were."""

import json
from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Any

import jsonschema
import pytest

from services.aggregator.exports.htttbc import SCHEMA_ID, agency_code, period_code
from services.aggregator.exports.htttbc_schemas import SCHEMA_FILE, schema_text
from services.aggregator.exports.rows import SIMULATED
from shared.domain.identifiers import OrganizationCode
from shared.domain.periods import Frequency, Period, PeriodCalendar
from shared.domain.rollups import exact_sum
from shared.web.problems import ValidationFailed
from tests.factories.reading import figures_and_faults
from tests.integration.aggregator.conftest import Deliver
from tests.integration.aggregator.desk import Desk
from tests.integration.aggregator.world import (
    COMMUNES,
    DISTRICTS,
    FORMS,
    Q2,
    SUMMED,
    History,
    make_catalogue,
    province,
)

PATH = "/api/v1/exports/htttbc"
ONE, OTHER = COMMUNES[DISTRICTS[0]][0], COMMUNES[DISTRICTS[1]][0]
SENT = {
    ONE: {"R1": {"a": 5, "b": 7}, "R2": {"a": 0, "b": 1}},
    OTHER: {"R1": {"a": 1, "b": 2}, "R2": {"a": 3, "b": 4}},
}


@pytest.fixture
async def sent(history: History, deliver: Deliver) -> None:
    for unit, figures in SENT.items():
        history.submit((unit, SUMMED, Q2), **figures)
    await deliver(history.events)


def typed(document: dict[str, Any], unit: str) -> dict[str, dict[str, Decimal]]:
    """What the rows of a report say that its unit typed: as an import takes it."""
    found: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for row in document["rows"]:
        if row["object"] == unit and row["kind"] == "report":
            for column, value in row["values"].items():
                if column not in row["derived"] and value is not None:
                    found[row["indicator"]][column] = value
    return dict(found)


async def test_reports_that_went_out_come_back_as_they_were(desk: Desk, sent: None) -> None:
    document = await desk.json(PATH, form=SUMMED, track="live")
    form = FORMS[SUMMED]

    back = {}
    for unit in SENT:
        figures, faults = figures_and_faults(form, typed(document, str(unit)))
        assert not faults
        back[unit] = figures
    assert back == SENT
    province = {row["indicator"]: row["values"] for row in document["rows"] if row["object"] == "1"}
    for row in ("R1", "R2"):
        for column in ("a", "b"):
            assert province[row][column] == exact_sum(
                Decimal(figures[row][column]) for figures in SENT.values()
            )


async def test_units_that_went_out_by_their_agencies_are_found_again_by_them(
    desk: Desk, history: History, deliver: Deliver
) -> None:
    """As another system would name them, however the pack writes the identifier."""
    agencies = {ONE: "000.00.15.H19", OTHER: "H19.16"}
    units = [replace(each, agency_code=agencies.get(each.id)) for each in province()]
    desk.catalogue.catalogue = make_catalogue(units)
    for unit, figures in SENT.items():
        history.submit((unit, SUMMED, Q2), **figures)
    await deliver(history.events, catalogue=desk.catalogue.catalogue)

    document = await desk.json(PATH, form=SUMMED, track="live")
    by_agency = {each["agency_code"]: each["code"] for each in document["objects"]}
    back = {code: typed(document, by_agency[code]) for code in ("H19.15", "H19.16")}

    assert back == {"H19.15": SENT[ONE], "H19.16": SENT[OTHER]}
    assert by_agency[None]
    jsonschema.validate(
        (await desk.get(PATH, form=SUMMED, track="live")).json(),
        json.loads(SCHEMA_FILE.read_text(encoding="utf-8")),
        cls=jsonschema.Draft202012Validator,
    )


async def test_an_export_keeps_to_the_schema_that_is_served(desk: Desk, sent: None) -> None:
    answer = await desk.get(PATH, form=SUMMED, track="live")
    schema = await desk.get(f"{PATH}/schema")

    assert schema.json()["$id"] == SCHEMA_ID
    jsonschema.validate(answer.json(), schema.json(), cls=jsonschema.Draft202012Validator)
    spoiled = answer.json() | {"period": answer.json()["period"] | {"code": "00004"}}
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(spoiled, schema.json(), cls=jsonschema.Draft202012Validator)


def test_the_schema_in_the_repository_is_the_one_that_is_served() -> None:
    assert SCHEMA_FILE.read_text(encoding="utf-8") == schema_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(schema_text()))


async def test_it_says_who_has_to_report_and_who_has(desk: Desk, sent: None) -> None:
    document = await desk.json(PATH, form=SUMMED, track="live", organization=str(DISTRICTS[0]))

    reported = {each["object"] for each in document["assignments"] if each["reported"]}
    assert reported == {str(ONE)}
    assert len(document["assignments"]) == len(COMMUNES[DISTRICTS[0]])
    assert document["period"]["code"] == "20252"
    assert document["simulated"] is None


async def test_a_simulated_world_says_so(desk: Desk, sent: None) -> None:
    desk.client._transport.app.state.demo = True  # type: ignore[attr-defined]
    document = await desk.json(PATH, form=SUMMED)

    assert document["simulated"] == SIMULATED


async def test_nobody_takes_away_another_district(desk: Desk) -> None:
    desk.sit_down(DISTRICTS[0])
    answer = await desk.get(PATH, form=SUMMED, organization=str(DISTRICTS[1]))

    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("frequency", "ordinal", "code"),
    [(Frequency.MONTH, 6, "202506"), (Frequency.QUARTER, 4, "20254"), (Frequency.YEAR, 1, "2025")],
)
def test_periods_have_the_codes_of_the_ministries(
    frequency: Frequency, ordinal: int, code: str
) -> None:
    assert period_code(Period(frequency, PeriodCalendar.CALENDAR, 2025, ordinal)) == code


def test_a_period_without_such_a_code_is_refused() -> None:
    with pytest.raises(ValidationFailed):
        period_code(Period(Frequency.HALF_YEAR, PeriodCalendar.CALENDAR, 2025, 1))


@pytest.mark.parametrize(
    ("written", "given"),
    [
        ("H19.15", "H19.15"),
        ("H30", "H30"),
        ("000.00.00.H30", "H30"),
        ("000.00.15.H19", "H19.15"),
        ("25333", None),
        ("75", None),
        ("Z19", None),
    ],
)
def test_agencies_are_known_by_their_identifier(written: str, given: str | None) -> None:
    assert agency_code(OrganizationCode(written)) == given
