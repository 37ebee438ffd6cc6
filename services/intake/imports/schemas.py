"""What an import takes and answers, as the API describes it."""

from typing import Any

from services.intake.imports.entries import CSV_MEDIA, JSON_MEDIA, LINES_MEDIA
from services.intake.submissions.schemas import SubmissionBody
from shared.web.answers import Answer

REPORT_EXAMPLE = {
    "organization": "25222",
    "form": "II.06a/VPCP/KSTT",
    "period": "2025-Q2",
    "figures": {"LV01": {"4": 30, "5": 10, "6": 2, "8": 20, "9": 15, "10": 1, "12": 5, "13": 1}},
}
LINE_EXAMPLE = (
    '{"organization":"25222","form":"II.06a/VPCP/KSTT","period":"2025-Q2",'
    '"nothing_to_report":true}\n'
)
CSV_EXAMPLE = (
    "organization,form,period,row,column,value\r\n"
    "25222,II.06a/VPCP/KSTT,2025-Q2,LV01,4,30\r\n"
    "25222,II.06a/VPCP/KSTT,2025-Q2,LV01,5,10\r\n"
)

REPORT_SCHEMA = SubmissionBody.model_json_schema()
BODY: dict[str, Any] = {
    "required": True,
    "content": {
        JSON_MEDIA: {
            "schema": {"type": "array", "minItems": 1, "items": REPORT_SCHEMA},
            "example": [REPORT_EXAMPLE],
        },
        LINES_MEDIA: {
            "schema": {"type": "string", "description": "One report a line, as JSON."},
            "example": LINE_EXAMPLE,
        },
        CSV_MEDIA: {
            "schema": {
                "type": "string",
                "description": "One cell a line; the first line names the columns organization, "
                "form, period, row, column, value and, if wanted, reason. A line with blank row, "
                "column and value says that there is nothing to report.",
            },
            "example": CSV_EXAMPLE,
        },
    },
}


class ImportedReport(Answer):
    """One report of an import. Without ids in a dry run, which stores nothing."""

    report_id: int | None = None
    receipt_number: str | None = None
    organization: str
    form: str
    period: str
    version: int
    sequence: int
    state: str
    on_time: bool


class ImportModel(Answer):
    """`values` counts the figures that were typed."""

    submitted_at: str
    reports: int
    values: int
    dry_run: bool
    items: list[ImportedReport]
