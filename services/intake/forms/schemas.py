"""Forms as JSON; `shared.formulas.forms_json` writes a whole one."""

from datetime import date
from typing import Any

from shared.domain.forms import ColumnType, FormTemplate, Precedence, Severity
from shared.domain.narratives import FeedOperator
from shared.labels.labels import Language
from shared.web.answers import Answer, Links

Tree = list[Any]
"""A formula as nested arrays, for instance `["+", ["cell", "4"], ["cell", "5"]]`."""


class FormSummary(Answer):
    """A form without its rows; `slug` is its name in addresses."""

    code: str
    slug: str
    version: int
    name: str
    valid_from: date
    valid_to: date | None
    links: Links


class FormsModel(Answer):
    """The forms in force on a day; `next` is the `offset` of the rest, null at the end."""

    items: list[FormSummary]
    next: int | None


class ChoiceModel(Answer):
    """One of the answers; the code is what is sent and stored."""

    code: str
    label: str


class FormRow(Answer):
    """`type`, `unit` and `decimals` are null where those of the column hold."""

    code: str
    number: str | None
    label: str
    parent: str | None
    sum_of_children: bool
    type: ColumnType | None
    unit: str | None
    decimals: int | None
    formula: Tree | None
    formula_text: str | None
    max_length: int | None
    choices: list[ChoiceModel] | None


class FormColumn(Answer):
    """A column with a formula is derived: it is computed, never typed."""

    code: str
    number: str | None
    label: str
    type: ColumnType
    unit: str
    decimals: int
    parent: str | None
    formula: Tree | None
    formula_text: str | None
    is_ratio: bool
    max_length: int | None
    choices: list[ChoiceModel] | None


class FormCheck(Answer):
    """A rule between cells; a soft one lets through with an explanation."""

    code: str
    severity: Severity
    expression: Tree
    expression_text: str
    message: str
    rows: list[str]


class FormCell(Answer):
    """What holds of one cell alone. `closable`: it is closed for some organizations; `closed`: for
    the one that fills in this form.
    """

    row: str
    column: str
    required: bool
    closable: bool
    closed: bool


class FormDerivation(Answer):
    """How a derived cell is computed that goes on without closed cells: by its formula, or as the
    sum of the rows `children`, of which those that are `skipped` may be missing.
    """

    row: str
    column: str
    formula: Tree | None
    children: list[str] | None
    skipped: list[str] | None


class FormListColumn(Answer):
    """What each entry of a list holds."""

    code: str
    label: str
    type: ColumnType
    unit: str
    decimals: int
    required: bool
    max_length: int | None
    choices: list[ChoiceModel] | None


class FormFeed(Answer):
    """A cell that a list fills in: the number of its entries, or the sum of a column."""

    row: str
    column: str
    operator: FeedOperator
    of: str | None


class FormList(Answer):
    """A list that the unit extends."""

    code: str
    label: str
    guidance: str | None
    min: int
    max: int
    columns: list[FormListColumn]
    feeds: list[FormFeed]


class FormSection(Answer):
    """A heading of the outline."""

    code: str
    number: str
    heading: str
    guidance: str | None
    required: bool
    max_length: int
    max_files: int


class FormModel(Answer):
    """Everything that is needed to draw, complete and check a sheet."""

    code: str
    slug: str
    version: int
    name: str
    valid_from: date
    valid_to: date | None
    blank_is_zero: bool
    precedence: Precedence
    rows: list[FormRow]
    columns: list[FormColumn]
    checks: list[FormCheck]
    cells: list[FormCell]
    derivations: list[FormDerivation]
    lists: list[FormList]
    sections: list[FormSection]


def summary_json(form: FormTemplate, *, on: date, language: Language) -> dict[str, Any]:
    """As `FormSummary` describes it."""
    english = form.name_en if language is Language.EN else None
    return {
        "code": form.code,
        "slug": form.slug,
        "version": form.version,
        "name": english or form.name,
        "valid_from": form.valid_from,
        "valid_to": form.valid_to,
        "links": {"self": f"/api/v1/forms/{form.slug}?on={on.isoformat()}"},
    }
