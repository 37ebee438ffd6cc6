"""The body of a submission, and the receipt."""

from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StringConstraints, ValidationError
from pydantic.json_schema import WithJsonSchema

from services.intake.reports.documents import DocumentBody

LONGEST_TEXT = 2000
LONGEST_CODE = 64

Code = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_CODE)]
FreeText = Annotated[str, StringConstraints(max_length=LONGEST_TEXT)]
SubmittedFigures = Annotated[
    Any,
    WithJsonSchema(
        {
            "type": "object",
            "description": "Row code → column code → figure. A figure is a JSON number or its "
            "text; null is not entered. Derived cells may be left out.",
            "additionalProperties": {
                "type": "object",
                "additionalProperties": {"type": ["number", "string", "null"]},
            },
        }
    ),
]
SubmittedContent = Annotated[
    Any,
    WithJsonSchema(
        {
            "type": ["object", "null"],
            "description": "What the form asks for besides figures: cells of words by row and "
            "column, the entries of lists, the sections of the outline. A date is 2025-06-30, a "
            "choice its code.",
            "properties": {
                "texts": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "object",
                        "additionalProperties": {"type": ["string", "null"]},
                    },
                },
                "lists": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "additionalProperties": {"type": ["number", "string", "null"]},
                        },
                    },
                },
                "sections": {
                    "type": "object",
                    "additionalProperties": {"type": ["string", "null"]},
                },
                "files": {
                    "type": "object",
                    "additionalProperties": {
                        "type": "array",
                        "items": {
                            "type": "object",
                            "required": ["sha256"],
                            "properties": {
                                "sha256": {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                                "name": {"type": "string"},
                            },
                        },
                    },
                },
            },
            "additionalProperties": False,
        }
    ),
]


class SubmissionBody(BaseModel):
    """A report as it is sent. `figures` and `content` are read by the form, not here."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    organization: Annotated[Code, Field(description="Code of the reporting organization.")]
    regime: Code | None = None
    form: Annotated[Code, Field(description="Code of the form, e.g. II.06a/VPCP/KSTT.")]
    period: Annotated[
        Code,
        Field(
            description="2025-W26, 2025-06, 2025-Q2, 2025-H1, 2025-9M, 2025; or from day to day, "
            "2025-01-01--2025-10-31."
        ),
    ]
    figures: SubmittedFigures = Field(default_factory=dict)
    content: SubmittedContent = None
    nothing_to_report: StrictBool = False
    explanations: Annotated[
        dict[str, FreeText],
        Field(description="Why a soft rule fails, by its code or `CODE/ROW`."),
    ] = Field(default_factory=dict)
    reason: Annotated[
        FreeText | None, Field(description="Required for a correction and for a proxy entry.")
    ] = None
    document: Annotated[
        DocumentBody | None, Field(description="What the signed paper says of itself.")
    ] = None


class ReceiptModel(BaseModel):
    """The acknowledgement: it exists only once the report is stored."""

    receipt_number: str
    report_id: int
    version: int
    sequence: int
    state: str
    submitted_at: str
    on_time: bool
    deadline: str
    sha256: str
    document: dict[str, str] | None = None
    proxy: bool = False
    event_id: str
    links: dict[str, str]


def read_body(raw: object) -> tuple[SubmissionBody, list[Any]]:
    """The body, and pydantic's errors; what is wrong is left at its default, so that the rest can
    still be judged.
    """
    try:
        return SubmissionBody.model_validate(raw), []
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
    wrong = {each["loc"][0] for each in errors if each["loc"]}
    given: Mapping[str, Any] = raw if isinstance(raw, Mapping) else {}
    kept = {
        name: value
        for name, value in given.items()
        if name in SubmissionBody.model_fields and name not in wrong
    }
    blank = {"organization": "", "form": "", "period": ""}
    return SubmissionBody.model_construct(**{**blank, **kept}), errors
