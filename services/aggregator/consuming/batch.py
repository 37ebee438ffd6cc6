"""A batch of events, read and thinned: of each subject only the newest state is left."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from services.aggregator.shapes import Node
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.identifiers import ColumnCode, FormCode, OrganizationId, PeriodCode, RowCode
from shared.events.envelope import RecordedEvent
from shared.events.payloads import (
    AnyPayload,
    ObligationStateV1,
    ReportStateV1,
    TrackV1,
)
from shared.events.topics import OBLIGATION_EVENTS, REPORT_EVENTS, EventType
from shared.messaging.payloads import payload_of

State = TypeVar("State", ReportStateV1, ObligationStateV1)


@dataclass(frozen=True, slots=True)
class Incoming(Generic[State]):
    """The state that an event carries."""

    event: RecordedEvent
    state: State

    @property
    def position(self) -> int:
        return self.event.position

    @property
    def node(self) -> Node:
        return Node(
            FormCode(self.state.form),
            PeriodCode(self.state.period),
            OrganizationId(self.state.organization_id),
        )


Reports = Mapping[Node, Incoming[ReportStateV1]]
Obligations = Mapping[Node, Incoming[ObligationStateV1]]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a batch says. `catalogue_position`: of its newest change of the catalogue, if any."""

    obligations: Obligations
    reports: Reports
    catalogue_number: int
    catalogue_position: int | None

    def position_of(self, node: Node) -> int:
        """The position of the newest event that touched the node itself."""
        incoming = (self.obligations.get(node), self.reports.get(node))
        return max(each.position for each in incoming if each is not None)


def read_batch(events: Sequence[RecordedEvent]) -> Batch:
    """The newest state of every subject.

    Raises:
        PoisonEvent: an event's data does not have the shape of its type.
    """
    catalogue_positions = [
        event.position for event in events if event.type == EventType.CATALOGUE_CHANGED
    ]
    return Batch(
        obligations=_newest(_read(events, OBLIGATION_EVENTS, model=ObligationStateV1)),
        reports=_newest(_read(events, REPORT_EVENTS, model=ReportStateV1)),
        catalogue_number=max((event.catalogue_number for event in events), default=0),
        catalogue_position=max(catalogue_positions, default=None),
    )


def cells_literal(track: TrackV1 | None, *, form: FormTemplate) -> str:
    """The figures as a PostgreSQL array in the order of the form's input cells.

    A blank is NULL, missing, unless the form says that a blank is 0.

    Raises:
        UnknownCell: a figure for a cell that the form does not let anyone type in.
    """
    if track is None:
        return "{}"
    cells = ["0" if form.blank_is_zero else "NULL"] * len(form.input_cells)
    for row, figures in track.figures.items():
        for column, figure in figures.items():
            cell = CellRef(RowCode(row), ColumnCode(column))
            cells[form.cell_index(cell)] = figure
    return "{" + ",".join(cells) + "}"


def _read(
    events: Iterable[RecordedEvent], types: frozenset[EventType], *, model: type[AnyPayload]
) -> Iterable[tuple[RecordedEvent, AnyPayload]]:
    return ((each, payload_of(each, model)) for each in events if each.type in types)


def _newest(read: Iterable[tuple[RecordedEvent, State]]) -> dict[Node, Incoming[State]]:
    newest: dict[Node, Incoming[State]] = {}
    for event, state in read:
        incoming = Incoming(event, state)
        held = newest.get(incoming.node)
        if held is None or held.state.sequence < state.sequence:
            newest[incoming.node] = incoming
    return newest
