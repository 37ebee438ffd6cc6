"""The export for HTTTBC as models, and its JSON Schema in the repository:

`python -m services.aggregator.exports.htttbc_schemas` writes it.
"""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import ConfigDict, Field

from services.aggregator.exports.htttbc import SCHEMA_ID
from services.aggregator.reading.schemas import AsOfModel
from services.aggregator.tracks import Track
from shared.domain.forms import ColumnType
from shared.domain.operators import ValueKind
from shared.web.answers import Answer, ExactNumber

SCHEMA_FILE = Path(__file__).with_name("htttbc.schema.json")
DIALECT = "https://json-schema.org/draft/2020-12/schema"

PeriodCodeText = Annotated[str, Field(pattern=r"^(19|20|21)[0-9]{2}([1-4]|0[1-9]|1[0-2])?$")]
AgencyCodeText = Annotated[str, Field(pattern=r"^[A-Y][0-9]{2}(\.[0-9A-Z]+)*$", max_length=35)]


class HtttbcProgram(Answer):
    """Chương trình báo cáo: a regime, and the form that it asks for."""

    code: str
    name: str
    version: int
    form: str
    form_name: str
    form_version: int


class HtttbcPeriod(Answer):
    """Kỳ: YYYYMM, YYYYQ or YYYY, with the days that it covers."""

    code: PeriodCodeText
    type: Literal["month", "quarter", "year"]
    first_day: date
    last_day: date


class HtttbcIndicatorRow(Answer):
    """Chỉ tiêu: a row of the form."""

    code: str
    name: str
    number: str
    parent: str | None


class HtttbcAttribute(Answer):
    """Thuộc tính: a column of the form; actual, estimate or plan."""

    code: str
    name: str
    parent: str | None
    type: ColumnType
    unit: str
    value_kind: ValueKind


class HtttbcObject(Answer):
    """Đối tượng: a unit, by the code of its area, and by that of its agency if it has one."""

    code: str
    agency_code: AgencyCodeText | None
    name: str
    level: str
    parent: str | None


class HtttbcAssignment(Answer):
    """Giao báo cáo: who has to report until when, and whether the report is in."""

    object: str
    deadline: datetime
    reported: bool
    nothing_to_report: bool


class HtttbcDataRow(Answer):
    """Dòng số liệu: the figures of a unit for an indicator, by attribute; null is missing.

    `report`: typed by the unit. `aggregate`: added up from those below. `derived` attributes are
    computed and never typed.
    """

    object: str
    kind: Literal["report", "aggregate"]
    indicator: str
    values: dict[str, ExactNumber | None]
    derived: list[str]


class HtttbcExport(Answer):
    """One form for one period, from a unit down. `simulated` says that figures are made up."""

    schema_id: Annotated[Literal["urn:tonghop:schema:htttbc.v1"], Field(alias="schema")]
    simulated: str | None
    program: HtttbcProgram
    period: HtttbcPeriod
    track: Track
    indicators: list[HtttbcIndicatorRow]
    attributes: list[HtttbcAttribute]
    as_of: AsOfModel
    objects: list[HtttbcObject]
    assignments: list[HtttbcAssignment]
    rows: list[HtttbcDataRow]


class SchemaDocument(Answer):
    """A JSON Schema, with all the keywords of its dialect."""

    model_config = ConfigDict(extra="allow")

    dialect: Annotated[str, Field(alias="$schema")]
    id: Annotated[str, Field(alias="$id")]


def schema_json() -> dict[str, Any]:
    """What an export keeps to, as JSON Schema 2020-12."""
    described = HtttbcExport.model_json_schema(mode="serialization", by_alias=True)
    return {"$schema": DIALECT, "$id": SCHEMA_ID, **described}


def schema_text() -> str:
    """As it is kept in the repository."""
    return json.dumps(schema_json(), ensure_ascii=False, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")
