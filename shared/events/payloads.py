"""The data of the events. Each carries the whole state of its subject, so that a consumer needs
no earlier event, and a `sequence` that rises at every act, so that an older one changes nothing.

Closed when produced (an unknown field is refused), open when consumed (it is ignored): use
`read_payload` for what comes from the log. JSON numbers are whole numbers only; a figure is text.
"""

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from shared.domain.closings import PeriodAct, PeriodState
from shared.domain.obligations import ObligationState
from shared.domain.reports import Act, ReportState
from shared.events.errors import InvalidPayload
from shared.events.topics import OBLIGATION_EVENTS, PERIOD_EVENTS, REPORT_EVENTS, EventType

EXACT_DECIMAL = r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$"
"""Plain digits with a point: no exponent, no leading zero, nothing that a float could round."""

ExactDecimal = Annotated[str, StringConstraints(pattern=EXACT_DECIMAL)]
FiguresByRow = dict[str, dict[str, ExactDecimal]]
"""Row code → column code → figure. A cell that is missing is absent; zero is "0"."""

Identifier = Annotated[int, Field(ge=1)]
Counter = Annotated[int, Field(ge=1)]


class Payload(BaseModel):
    """What all payloads share."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def json_text(self) -> str:
        """The data as it is stored and sent."""
        return self.model_dump_json()


class FileV1(Payload):
    """A supporting file, kept under its SHA-256."""

    sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
    name: str


class ContentV1(Payload):
    """What a report says besides figures; what is blank is absent.

    `texts` are cells of words by row and column, `lists` the entries of each list, `sections` the
    text of the outline, `files` what is attached to it. Everything is text: a date is 2025-06-30, a
    choice its code, the figure of an entry exact.
    """

    texts: dict[str, dict[str, str]] = Field(default_factory=dict)
    lists: dict[str, list[dict[str, str]]] = Field(default_factory=dict)
    sections: dict[str, str] = Field(default_factory=dict)
    files: dict[str, list[FileV1]] = Field(default_factory=dict)


class TrackV1(Payload):
    """The version that stands in a track. `content` is absent where the form asks for figures only,
    and in events of older releases.
    """

    version: Counter
    submitted_at: AwareDatetime
    nothing_to_report: bool
    figures: FiguresByRow
    content: ContentV1 | None = None


class ActV1(Payload):
    """What was done to the report, by whom, when and why.

    `actor_id` is null where the regime closed the period by itself. `proxy`: the receiver entered
    the version for the sender. Absent in events of older releases.
    """

    verb: Act
    actor_id: Identifier | None
    actor_name: str
    at: AwareDatetime
    reason: str | None
    proxy: bool = False


class ReportStateV1(Payload):
    """A report after an act. `live` is what was submitted last, `official` what was approved last;
    null means that nothing stands there.
    """

    report_id: Identifier
    sequence: Counter
    organization_id: Identifier
    organization_code: str
    province_id: Identifier
    regime: str
    form: str
    form_version: Counter
    period: str
    state: ReportState
    first_submitted_at: AwareDatetime | None
    live: TrackV1 | None
    official: TrackV1 | None
    act: ActV1


class ObligationStateV1(Payload):
    """Who owes which report, to whom (null: nobody is above) and until which instant.

    `original_deadline` is that of the rules, where an extension put `deadline` in its place; absent
    in events of older releases. `holder_id` is who was named to meet it after a reform; null or
    absent: the organization itself, or who took it over. `reason` is that of the last act.
    """

    obligation_id: Identifier
    sequence: Counter
    organization_id: Identifier
    organization_code: str
    province_id: Identifier
    receiver_id: Identifier | None
    regime: str
    form: str
    period: str
    cutoff_date: date
    deadline: AwareDatetime
    original_deadline: AwareDatetime | None = None
    holder_id: Identifier | None = None
    state: ObligationState
    reason: str | None


class PeriodActV1(Payload):
    """Who closed or opened a period, when and why; `actor_id` null: the regime's own rule."""

    verb: PeriodAct
    actor_id: Identifier | None
    actor_name: str
    at: AwareDatetime
    reason: str | None


class PeriodStateV1(Payload):
    """A period of a regime in a province: open, or closed to all but versions with a reason."""

    province_id: Identifier
    regime: str
    period: str
    sequence: Counter
    state: PeriodState
    act: PeriodActV1


class CoverageV1(Payload):
    """How many reports were expected, approved, and of these first sent on time."""

    expected: Annotated[int, Field(ge=0)]
    reported: Annotated[int, Field(ge=0)]
    on_time: Annotated[int, Field(ge=0)]


class SignOffActV1(Payload):
    """Who signed off, when, and why an aggregate that lacks reports (else null)."""

    actor_id: Identifier
    actor_name: str
    at: AwareDatetime
    reason: str | None


class AggregateSignedOffV1(Payload):
    """An aggregate as it was sent upward: the approved figures as they were read at `position`.

    Never an input of a roll-up. A later sign-off of the same has a higher `sequence`.
    """

    signoff_id: Identifier
    sequence: Counter
    organization_id: Identifier
    organization_code: str
    province_id: Identifier
    regime: str
    form: str
    form_version: Counter
    period: str
    figures: FiguresByRow
    coverage: CoverageV1
    position: Counter
    sha256: str
    act: SignOffActV1


class ReleaseActV1(Payload):
    """Who released the figures, when, and why (null where no reason was needed)."""

    actor_id: Identifier
    actor_name: str
    at: AwareDatetime
    reason: str | None


class ReleasePublishedV1(Payload):
    """The approved figures of a period were frozen for a province, as they stood at `position`.

    `sha256` is over the canonical content, which the API gives byte for byte. A release never
    changes; a later one of the same period has a higher `sequence`.
    """

    release_id: Identifier
    number: str
    sequence: Counter
    province_id: Identifier
    organization_code: str
    regime: str
    form: str
    form_version: Counter
    period: str
    coverage: CoverageV1
    position: Counter
    catalogue_number: Counter
    sha256: str
    act: ReleaseActV1


class CatalogueChangedV1(Payload):
    """The catalogue was loaded: organizations, chains, forms, calendars or indicators changed."""

    number: Counter
    summary: str


SCHEMAS: Mapping[str, type[Payload]] = {
    "report-state.v1": ReportStateV1,
    "obligation-state.v1": ObligationStateV1,
    "period-state.v1": PeriodStateV1,
    "aggregate-signed-off.v1": AggregateSignedOffV1,
    "release-published.v1": ReleasePublishedV1,
    "catalogue-changed.v1": CatalogueChangedV1,
}
"""The published name of each payload's JSON Schema."""

PAYLOADS: Mapping[str, type[Payload]] = {
    **dict.fromkeys(REPORT_EVENTS, ReportStateV1),
    **dict.fromkeys(OBLIGATION_EVENTS, ObligationStateV1),
    **dict.fromkeys(PERIOD_EVENTS, PeriodStateV1),
    EventType.AGGREGATE_SIGNED_OFF: AggregateSignedOffV1,
    EventType.RELEASE_PUBLISHED: ReleasePublishedV1,
    EventType.CATALOGUE_CHANGED: CatalogueChangedV1,
}
"""The payload of each event type."""

AnyPayload = TypeVar("AnyPayload", bound=Payload)


def read_payload(data: Mapping[str, Any], model: type[AnyPayload]) -> AnyPayload:
    """The data as the payload; fields of newer producers are ignored.

    Raises:
        InvalidPayload: a field is missing or wrong; the message names each, not its value.
    """
    try:
        return model.model_validate(data, extra="ignore")
    except ValidationError as error:
        faults = error.errors(include_url=False, include_context=False, include_input=False)
        places = (f"{'/'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults)
        raise InvalidPayload("; ".join(places)) from None
