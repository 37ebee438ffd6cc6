"""Reads what changed a node's figures between two moments."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from services.aggregator.changes.measures import Measure, Method, Nature, has_cell
from services.aggregator.changes.repository import UnitAct, UnitState, read_acts, read_states
from services.aggregator.changes.walk import (
    NOTHING,
    Cause,
    CauseKind,
    CellMove,
    Counted,
    Move,
    Step,
    Stretch,
    Totals,
    Values,
    steps_of,
    stretched,
)
from services.aggregator.history.members import members_of, shape_of
from services.aggregator.history.past import PastFigures
from services.aggregator.reading.figures import FigureSource, Rollup, sheet_of
from services.aggregator.reading.questions import Question
from services.aggregator.reading.weighing import WeighedFigures
from shared.catalogue.catalogue import Catalogue
from shared.domain.forms import CellRef, FormTemplate
from shared.domain.identifiers import OrganizationId
from shared.domain.measures import is_summed, weighted_cells
from shared.domain.sheets import Sheet, stored_values
from shared.messaging.positions import LogPlace

if TYPE_CHECKING:
    import asyncpg

LISTED_BY_DEFAULT = 200


@dataclass(frozen=True, slots=True)
class Then:
    """One end of the time in between: a place of the log with the catalogue known there.

    `frozen` is what was published there, where that is what the change is told from.
    """

    catalogue: Catalogue
    place: LogPlace
    frozen: Rollup | None = None


@dataclass(frozen=True, slots=True)
class Wanted:
    """`question` is put to the catalogue of `until`; acts of `readable` organizations are told."""

    question: Question
    since: Then
    until: Then
    measures: tuple[Measure, ...]
    readable: Collection[OrganizationId]
    limit: int = LISTED_BY_DEFAULT

    @property
    def cutoff(self) -> date:
        return self.question.period.cutoff_date


@dataclass(frozen=True, slots=True)
class Others:
    """Acts that are not told one by one: beyond the limit, or outside the caller's scope."""

    count: int
    contributions: tuple[Decimal, ...]


@dataclass(frozen=True, slots=True)
class Changes:
    """`stretches`: each number asked about, from then until now. `steps` and `others` add up to
    them; `natures` say of each what its parts are. `cells` are all cells of the node that are not
    as they were, derived ones too.
    """

    wanted: Wanted
    stretches: tuple[Stretch, ...]
    natures: tuple[Nature, ...]
    cells: tuple[CellMove, ...]
    steps: tuple[Step, ...]
    others: Others


@dataclass(frozen=True, slots=True)
class _Stage:
    """The node's totals by one catalogue, and why they are not those of the stage before."""

    rollup: Rollup | None
    form: FormTemplate
    method: Method
    cause: Cause | None = None

    @property
    def sheet(self) -> Sheet:
        return sheet_of(self.rollup, form=self.form)

    def values(self) -> Values:
        return self.method.values(self.sheet)

    def judge(self, totals: Totals) -> Values:
        return self.method.values(totals.sheet())


async def read_changes(connection: "asyncpg.Connection[Any]", wanted: Wanted) -> Changes:
    """Every act between the two moments that counts at the node, with what it did to it."""
    stages = await _stages(connection, wanted)
    first, last = stages[0], stages[-1]
    moves, units = await _moves(connection, wanted)
    totals = Totals.of(last.rollup, form=last.form, units=units)
    early, told = _parted(moves, limit=wanted.limit)
    folded = _folded(last, totals, early)
    steps = [*_between(stages), *steps_of(totals, told, judge=last.judge)]
    hidden = [step for step in steps if not _is_readable(step, wanted)]
    contributions = [folded, *([each.difference for each in step.stretches] for step in hidden)]
    start, end = first.sheet, totals.sheet()
    return Changes(
        wanted=wanted,
        stretches=stretched(first.method.values(start), last.method.values(end)),
        natures=last.method.natures(end, lone=totals.is_lone),
        cells=tuple(_changed(start, end)),
        steps=tuple(step for step in steps if _is_readable(step, wanted)),
        others=Others(
            count=sum(move.restands for move in early) + len(hidden),
            contributions=tuple(sum(each, NOTHING) for each in zip(*contributions, strict=True)),
        ),
    )


async def _stages(connection: "asyncpg.Connection[Any]", wanted: Wanted) -> list[_Stage]:
    """Where the walk starts: as frozen, as the log had it, and by the catalogue of today."""
    since, until = wanted.since, wanted.until
    stages: list[_Stage] = []
    then = await _stage(connection, wanted, catalogue=since.catalogue)
    if then is not None:
        if since.frozen is not None and not _same(since.frozen, then.rollup):
            stages.append(replace(then, rollup=since.frozen))
            then = replace(then, cause=_cause(CauseKind.RECOMPUTED, since))
        stages.append(then)
    if then is None or since.catalogue.number != until.catalogue.number:
        now = await _stage(connection, wanted, catalogue=until.catalogue)
        if now is not None:
            stages.append(replace(now, cause=_cause(CauseKind.CATALOGUE, until)))
    return stages


async def _stage(
    connection: "asyncpg.Connection[Any]", wanted: Wanted, *, catalogue: Catalogue
) -> _Stage | None:
    """The totals of the first moment by a catalogue; None where it does not ask for the form."""
    question = wanted.question
    shape = shape_of(catalogue, question.topic.sheaf)
    if shape is None:
        return None
    figures: FigureSource = PastFigures(connection, catalogue=catalogue, place=wanted.since.place)
    if weighted_cells(shape.form):
        figures = WeighedFigures(figures, catalogue=catalogue)
    found = await figures.rollups([question.node], track=question.track)
    cutoff = question.period.cutoff_date
    method = Method(wanted.measures, catalogue=catalogue, cutoff=cutoff)
    return _Stage(found.get(question.node), shape.form, method)


def _between(stages: Sequence[_Stage]) -> Iterator[Step]:
    """What was not done by any act; nothing where the numbers are the same."""
    for before, after in pairwise(stages):
        stretches = stretched(before.values(), after.values())
        moved = any(each.difference for each in stretches)
        if after.cause is not None and (moved or not _same(before.rollup, after.rollup)):
            yield Step(None, after.cause, (), stretches)


async def _moves(
    connection: "asyncpg.Connection[Any]", wanted: Wanted
) -> tuple[list[Move], dict[OrganizationId, Counted]]:
    """Of the acts that changed what counts, in the order of the log; and what each organization
    had before them, as far as that is needed.
    """
    question = wanted.question
    sheaf, shape, track = question.topic.sheaf, question.topic.shape, question.track
    since, until = wanted.since.place.position, wanted.until.place.position
    adding = [
        member.organization_id
        for member in members_of(question.organization.id, shape=shape)
        if member.adds
    ]
    acts = await read_acts(
        connection, sheaf, organization_ids=adding, between=(since, until), track=track
    )
    acted = {act.organization_id for act in acts}
    needed = acted if is_summed(shape.form) else adding
    states = await read_states(
        connection, sheaf, organization_ids=needed, position=since, track=track
    )
    units = {each: _counted(state, form=shape.form) for each, state in states.items()}
    return list(_moved(acts, states, form=shape.form)), units


def _moved(
    acts: Iterable[UnitAct], states: dict[OrganizationId, UnitState], *, form: FormTemplate
) -> Iterator[Move]:
    for act in acts:
        before = states.get(act.organization_id, UnitState())
        after = states[act.organization_id] = act.after(before)
        restands = before.standing != after.standing
        owing = 0 if is_summed(form) else after.owes - before.owes
        if restands or owing:
            yield Move(
                act.organization_id,
                act.cause,
                _counted(before, form=form),
                _counted(after, form=form),
                owing=owing,
                restands=restands,
            )


def _counted(state: UnitState, *, form: FormTemplate) -> Counted:
    if state.standing is None or state.figures is None:
        return {}
    values = zip(form.input_cells, stored_values(form, state.figures), strict=True)
    return {cell: value for cell, value in values if value is not None}


def _parted(moves: Sequence[Move], *, limit: int) -> tuple[Sequence[Move], Sequence[Move]]:
    """The newest `limit` are told one by one."""
    told = max(len(moves) - limit, 0)
    return moves[:told], moves[told:]


def _folded(stage: _Stage, totals: Totals, moves: Sequence[Move]) -> list[Decimal]:
    """What they contribute together, without a look at each."""
    before = stage.judge(totals)
    for move in moves:
        totals.move(move)
    return [each.difference for each in stretched(before, stage.judge(totals))]


def _is_readable(step: Step, wanted: Wanted) -> bool:
    return step.organization_id is None or step.organization_id in wanted.readable


def _changed(start: Sheet, end: Sheet) -> Iterator[CellMove]:
    """In printed order of the later form."""
    for row in end.form.rows:
        for column in end.form.columns:
            cell = CellRef(row.code, column.code)
            before = start.value(cell) if has_cell(start.form, cell) else None
            after = end.value(cell)
            if before != after:
                yield CellMove(cell, before, after)


def _same(one: Rollup | None, other: Rollup | None) -> bool:
    """In what they add up to, wherever they were read."""
    sums = [None if each is None else list(each.totals) for each in (one, other)]
    return sums[0] == sums[1]


def _cause(kind: CauseKind, then: Then) -> Cause:
    place, number = then.place, then.catalogue.number
    return Cause(kind, place.position, place.recorded_at, catalogue_number=number)
