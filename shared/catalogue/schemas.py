"""The files of a pack, as pydantic models: the edge where YAML and stored documents come in.

Every rule says where it comes from: `source` names the law or notice, or `assumption: true` admits
that we chose it. docs/catalogue.md explains each field to the people who write packs.
"""

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, StringConstraints

from shared.catalogue.field_schemas import (
    CellModel,
    Columns,
    ListModel,
    Rows,
    SectionModel,
)
from shared.catalogue.regime_schemas import RegimeFile
from shared.catalogue.schema_parts import (
    MAX_DECIMALS,
    AgencyCode,
    CellCode,
    Code,
    Dated,
    Day,
    EmailText,
    Entry,
    LevelName,
    ShortText,
    Slug,
    Sourced,
    Text,
)
from shared.domain.forms import Precedence, Severity
from shared.domain.indicators import Direction
from shared.domain.lineage import LineageKind
from shared.domain.operators import TimeOperator
from shared.domain.organizations import OrganizationKind

PackName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9-]+(/[a-z0-9-]+)*$")]


class PackFile(Entry):
    """pack.yaml: what the pack is and where its content comes from.

    `amends` names the packs whose entries it may put others in the place of, loaded with them.
    """

    kind: Literal["pack"]
    name: PackName
    title: Text
    amends: tuple[PackName, ...] = ()
    source: Text | None = None
    licence: Text | None = None
    licence_file: Text | None = None
    notes: Text | None = None


class OrganizationModel(Dated):
    """One organization over one stretch of time.

    `continues_from` is the `valid_from` of the first stretch of the same organization, under the
    same code and level: a renamed unit stays itself. Without it, this is its first stretch.
    """

    code: Annotated[str, StringConstraints(min_length=1, max_length=35)]
    name: Text
    kind: OrganizationKind
    level: LevelName
    parent: str | None = None
    continues_from: Day | None = None
    email: EmailText | None = None
    phone: Text | None = None
    contact_name: Text | None = None
    latitude: Annotated[Decimal, Field(ge=-90, le=90)] | None = None
    longitude: Annotated[Decimal, Field(ge=-180, le=180)] | None = None
    agency_code: AgencyCode | None = None


class OrganizationsFile(Sourced):
    """Organizations; the validity of the file holds for each that does not give its own."""

    kind: Literal["organizations"]
    valid_from: Day | None = None
    valid_until: Day | None = None
    simulated: tuple[Literal["email", "phone", "contact_name"], ...] = ()
    organizations: tuple[OrganizationModel, ...]


class ChainLinkModel(Dated):
    """A reporter whose reports of one regime go to another organization than its parent.

    The regime is that of the file.
    """

    regime: Code
    reporter: str
    receiver: str


class ChainFile(Sourced):
    """The reporting chain of one regime, where it differs from the tree."""

    kind: Literal["chain"]
    regime: Code
    valid_from: Day | None = None
    valid_until: Day | None = None
    links: tuple[ChainLinkModel, ...]


class LineageModel(Entry):
    """One edge: `target` took over `source`, or a part of it, on `effective_on`.

    `source` is a code of the day before, `target` one of the day itself. `weight` is the share of
    a divided unit that an estimate may use, `weight_basis` says of what; the law gives none.
    """

    source: str
    target: str
    kind: LineageKind
    effective_on: Day
    legal_basis: Text
    weight: Annotated[Decimal, Field(ge=0, le=1)] | None = None
    weight_basis: Text | None = None
    retracted: StrictBool = False


class LineageFile(Sourced):
    """What became of organizations; the day and the law hold for each that gives none."""

    kind: Literal["lineage"]
    effective_on: Day | None = None
    legal_basis: Text | None = None
    links: tuple[LineageModel, ...]


class CalendarDay(Entry):
    """A day off, or a weekend day worked, and why."""

    date: Day
    name: Text


class CalendarFile(Sourced):
    """The working days of one year that differ from Monday to Friday."""

    kind: Literal["calendar"]
    year: Annotated[StrictInt, Field(ge=2000, le=2199)]
    estimated: StrictBool = False
    days_off: tuple[CalendarDay, ...]
    days_worked: tuple[CalendarDay, ...] = ()
    retracted: StrictBool = False

    @property
    def code(self) -> str:
        """A calendar is known by its year."""
        return str(self.year)

    @property
    def valid_from(self) -> date:
        """The first day of the year."""
        return date(self.year, 1, 1)

    @property
    def valid_to(self) -> date:
        """The first day of the next year."""
        return date(self.year + 1, 1, 1)

    @property
    def version(self) -> int:
        """A notice replaces the estimate under the same year, so there is one version."""
        return 1


class CheckModel(Sourced):
    """A cross-check: `rule` must hold; a hard one blocks sending, a soft one asks to explain."""

    code: Code
    severity: Severity
    rule: Text
    message: Text
    message_en: Text | None = None
    rows: Literal["every", "total"] | tuple[CellCode, ...] = "every"


class FormFile(Dated, Sourced):
    """A form: rows by columns, formulas, cross-checks, and which levels enter or sum.

    `cells` are rules of single cells. Below the table come `lists`, which the unit extends, and
    `sections` of text.
    """

    kind: Literal["form"]
    code: Code
    slug: Slug
    version: Annotated[StrictInt, Field(ge=1)]
    name: Text
    name_en: Text | None = None
    short_name: ShortText | None = None
    short_name_en: ShortText | None = None
    unit: Text
    blank_is_zero: StrictBool = False
    precedence: Precedence = Precedence.COLUMN
    entering_levels: Annotated[tuple[LevelName, ...], Field(min_length=1)]
    summing_levels: tuple[LevelName, ...] = ()
    columns: Columns
    rows: Rows
    cells: tuple[CellModel, ...] = ()
    checks: tuple[CheckModel, ...] = ()
    lists: tuple[ListModel, ...] = ()
    sections: tuple[SectionModel, ...] = ()


class IndicatorModel(Dated, Sourced):
    """One concept with one method and one unit, computed from the total row of a form."""

    code: Code
    name: Text
    name_en: Text | None = None
    form: Code
    unit: Text
    expression: Text
    version: Annotated[StrictInt, Field(ge=1)] = 1
    decimals: Annotated[StrictInt, Field(ge=0, le=MAX_DECIMALS)] = 0
    direction: Direction = Direction.NEUTRAL
    target: Decimal | None = None
    time_operator: TimeOperator | None = None
    plan: Code | None = None
    estimate: Code | None = None


class IndicatorsFile(Entry):
    """Indicators; the form and the validity of the file hold for each that gives none."""

    kind: Literal["indicators"]
    form: Code | None = None
    valid_from: Day | None = None
    valid_until: Day | None = None
    indicators: tuple[IndicatorModel, ...]


DocumentModel = CalendarFile | RegimeFile | FormFile | IndicatorModel
