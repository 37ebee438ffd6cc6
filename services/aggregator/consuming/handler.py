"""Applies a batch of events: new states, then every node above them, in one transaction.

A state is written only when its sequence is higher than the one held, so duplicates, replays and
reordered deliveries change nothing. Rollups are not added to but made anew from what is stored, so
nothing can be counted twice.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncConnection

from services.aggregator.consuming.batch import Batch, Incoming, cells_literal, read_batch
from services.aggregator.consuming.dirty import all_nodes, dirt_of
from services.aggregator.consuming.repository import ConsumingRepository
from services.aggregator.shapes import Node, Shape, Sheaf, shape_at
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver
from shared.domain.errors import CatalogueError
from shared.domain.forms import FormTemplate
from shared.domain.obligations import ObligationState
from shared.events.envelope import RecordedEvent
from shared.events.payloads import ObligationStateV1, ReportStateV1
from shared.messaging.errors import PoisonEvent
from shared.observability.metrics import ROLLUP_BATCH_SECONDS

AnyIncoming = Incoming[ReportStateV1] | Incoming[ObligationStateV1]


class CatalogueSource(Protocol):
    """The part of `shared.catalogue.catalogue.CatalogueReader` that consuming needs."""

    async def at_least(self, number: int) -> Catalogue:
        """The catalogue as of change `number` or later; not asked anew while it is that new."""


class AggregatorHandler:
    """The aggregator's `EventHandler`. A batch is computed from one catalogue throughout."""

    def __init__(self, catalogue: CatalogueSource) -> None:
        self._catalogue = catalogue

    async def handle(self, connection: AsyncConnection, events: Sequence[RecordedEvent]) -> None:
        """See `shared.messaging.ports.EventHandler`.

        Raises:
            PoisonEvent: bad data, a report nobody owes, an unknown form, cell or organization.
        """
        with ROLLUP_BATCH_SECONDS.time():
            await self._handle(connection, events)

    async def _handle(self, connection: AsyncConnection, events: Sequence[RecordedEvent]) -> None:
        batch = read_batch(events)
        catalogue = await self._catalogue.at_least(batch.catalogue_number)
        repository = ConsumingRepository(await driver(connection))
        work = _Work(repository, catalogue=catalogue, batch=batch)
        if batch.catalogue_position is None:
            await repository.share_tree()
            await work.apply()
        else:
            await repository.own_tree()
            await work.apply()
            await work.recompute_everything(position=batch.catalogue_position)


class _Work:
    """One batch on its way through."""

    def __init__(
        self, repository: ConsumingRepository, *, catalogue: Catalogue, batch: Batch
    ) -> None:
        self._repository = repository
        self._catalogue = catalogue
        self._batch = batch
        self._shapes: dict[Sheaf, Shape] = {}

    async def apply(self) -> None:
        touched = await self._save_obligations() | await self._save_reports()
        if touched:
            await self._recompute({node: self._batch.position_of(node) for node in touched})

    async def recompute_everything(self, *, position: int) -> None:
        """After a change of the catalogue: trees and levels may differ in any period."""
        for sheaf, (cutoff, owing) in (await self._repository.known_sheaves()).items():
            shape = shape_at(self._catalogue, sheaf.form, cutoff=cutoff)
            nodes = all_nodes(owing, shape=shape)
            await self._repository.keep_only(sheaf, nodes=nodes)
            self._shapes[sheaf] = shape
            await self._recompute(dict.fromkeys(nodes, position))

    async def _save_obligations(self) -> set[Node]:
        obligations = self._batch.obligations
        if not obligations:
            return set()
        for node, incoming in obligations.items():
            shape = self._shape(node, incoming=incoming, cutoff=incoming.state.cutoff_date)
            if incoming.state.state is not ObligationState.EXCLUDED:
                _require_in_tree(incoming, shape=shape)
        return await self._repository.save_obligations(obligations)

    async def _save_reports(self) -> set[Node]:
        reports = self._batch.reports
        if not reports:
            return set()
        cutoffs = await self._repository.cutoffs(reports)
        cells: dict[Node, tuple[str, str]] = {}
        for node, incoming in reports.items():
            if node not in cutoffs:
                raise _report_nobody_owes(incoming)
            shape = self._shape(node, incoming=incoming, cutoff=cutoffs[node])
            cells[node] = self._read_cells(incoming, form=shape.form)
        return await self._repository.save_reports(reports, cells=cells)

    def _read_cells(
        self, incoming: Incoming[ReportStateV1], *, form: FormTemplate
    ) -> tuple[str, str]:
        """The cells of live and official, laid out by the form in force at the cut-off.

        The report may have been judged by another known version of the form: cells are matched by
        their codes.
        """
        live, official = incoming.state.live, incoming.state.official
        try:
            self._catalogue.form_version(form.code, incoming.state.form_version)
            literal = cells_literal(live, form=form)
            return literal, literal if official == live else cells_literal(official, form=form)
        except CatalogueError as error:
            raise _poison(incoming, error) from error

    def _shape(self, node: Node, *, incoming: AnyIncoming, cutoff: date) -> Shape:
        try:
            shape = self._shapes.get(node.sheaf) or shape_at(
                self._catalogue, node.form, cutoff=cutoff
            )
        except CatalogueError as error:
            raise _poison(incoming, error) from error
        self._shapes[node.sheaf] = shape
        return shape

    async def _recompute(self, touched: Mapping[Node, int]) -> None:
        dirt = dirt_of(touched, shapes=self._shapes)
        await self._repository.lock(dirt)
        for level in dirt.levels():
            await self._repository.recompute(level)


def _require_in_tree(incoming: AnyIncoming, *, shape: Shape) -> None:
    try:
        shape.tree.get(incoming.node.organization_id)
    except CatalogueError as error:
        raise _poison(incoming, error) from error


def _report_nobody_owes(incoming: AnyIncoming) -> PoisonEvent:
    node = incoming.node
    return PoisonEvent(
        incoming.event,
        code="report_without_obligation",
        reason=f"organization {node.organization_id} owes no report {node.form} for {node.period} "
        "as far as the events before this one tell",
    )


def _poison(incoming: AnyIncoming, error: CatalogueError) -> PoisonEvent:
    return PoisonEvent(incoming.event, code=error.code, reason=str(error))
