"""The aggregator's write path on the database: arrays in, a few statements a batch."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from services.aggregator.consuming import statements
from services.aggregator.consuming.batch import Obligations, Reports
from services.aggregator.consuming.dirty import Dirt, DirtyNode
from services.aggregator.shapes import Node, Sheaf
from services.aggregator.tracks import Track
from shared.db.locks import AdvisoryLock
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode
from shared.events.payloads import ReportStateV1

if TYPE_CHECKING:
    import asyncpg


class ConsumingRepository:
    """Statements of one transaction. Never commits.

    `recompute` works on the tables of `schema`, which may hold a shadow of the real ones.
    """

    def __init__(
        self, connection: "asyncpg.Connection[Any]", *, schema: str = statements.SCHEMA
    ) -> None:
        self._connection = connection
        self._recompute_leaves = statements.in_schema(statements.RECOMPUTE_LEAVES, schema)
        self._recompute_inner = statements.in_schema(statements.RECOMPUTE_INNER, schema)

    async def share_tree(self) -> None:
        """Lets other batches in, but nothing that replaces the whole."""
        await self._connection.execute(statements.SHARE_TREE, AdvisoryLock.WHOLE_TREE)

    async def own_tree(self) -> None:
        """Waits for all batches to end, and keeps others out until this transaction ends."""
        await self._connection.execute(statements.OWN_TREE, AdvisoryLock.WHOLE_TREE)

    async def save_obligations(self, obligations: Obligations) -> set[Node]:
        """Writes what is newer than what is held; gives the nodes that changed."""
        states = [incoming.state for incoming in obligations.values()]
        return await self._changed(
            statements.UPSERT_OBLIGATIONS,
            [state.organization_id for state in states],
            [state.form for state in states],
            [state.period for state in states],
            [state.obligation_id for state in states],
            [state.province_id for state in states],
            [state.sequence for state in states],
            [state.receiver_id for state in states],
            [state.cutoff_date for state in states],
            [state.deadline for state in states],
            [state.state.value for state in states],
            [state.original_deadline for state in states],
            [state.reason for state in states],
        )

    async def cutoffs(self, nodes: Iterable[Node]) -> dict[Node, date]:
        """The cut-off date of each node that has a duty; the others are left out."""
        rows = await self._connection.fetch(statements.CUTOFFS, *_columns(list(nodes)))
        return {_node(row): row["cutoff_date"] for row in rows}

    async def save_reports(
        self, reports: Reports, *, cells: Mapping[Node, Sequence[str]]
    ) -> set[Node]:
        """Writes both tracks of what is newer; `cells`: the literals for live and official."""
        rows = [
            row
            for node, incoming in reports.items()
            for row in _track_rows(node, state=incoming.state, literals=cells[node])
        ]
        return await self._changed(statements.UPSERT_REPORTS, *zip(*rows, strict=True))

    async def lock(self, dirt: Dirt) -> None:
        """Waits for other batches on the same nodes; theirs are seen by the next statement."""
        await self._connection.execute(statements.LOCK_NODES, list(dirt.lock_names))

    async def recompute(self, level: Sequence[DirtyNode]) -> None:
        """Rewrites the rollups of nodes of one depth, in both tracks."""
        leaves = [each for each in level if each.is_leaf]
        inner = [each for each in level if not each.is_leaf]
        if leaves:
            await self._connection.execute(self._recompute_leaves, *_targets(leaves))
        if inner:
            await self._connection.execute(self._recompute_inner, *_targets(inner))

    async def known_sheaves(self) -> dict[Sheaf, tuple[date, list[Node]]]:
        """Every sheaf that someone owes a report in: its cut-off date, and who owes."""
        rows = await self._connection.fetch(statements.KNOWN_SHEAVES)
        known: dict[Sheaf, tuple[date, list[Node]]] = {}
        for row in rows:
            sheaf = Sheaf(FormCode(row["form"]), PeriodCode(row["period"]))
            owing = [Node(*sheaf, OrganizationId(each)) for each in row["organization_ids"]]
            known[sheaf] = (row["cutoff_date"], owing)
        return known

    async def keep_only(self, sheaf: Sheaf, *, nodes: Iterable[Node]) -> None:
        """Drops the rollups of nodes that the sheaf's tree no longer has."""
        kept = [node.organization_id for node in nodes]
        await self._connection.execute(statements.FORGET_NODES, *sheaf, kept)

    async def _changed(self, statement: str, *columns: Sequence[Any]) -> set[Node]:
        return {_node(row) for row in await self._connection.fetch(statement, *columns)}


def _track_rows(
    node: Node, *, state: ReportStateV1, literals: Sequence[str]
) -> Iterator[tuple[Any, ...]]:
    tracks = zip(Track, (state.live, state.official), literals, strict=True)
    for track, standing, literal in tracks:
        yield (
            node.organization_id,
            node.form,
            node.period,
            track.value,
            state.report_id,
            state.sequence,
            state.state.value,
            standing.version if standing else None,
            standing.nothing_to_report if standing else False,
            standing.submitted_at if standing else None,
            state.first_submitted_at,
            literal,
        )


def _node(row: Mapping[str, Any]) -> Node:
    return Node(
        FormCode(row["form"]), PeriodCode(row["period"]), OrganizationId(row["organization_id"])
    )


def _columns(nodes: Sequence[Node]) -> tuple[list[str], list[str], list[int]]:
    return (
        [node.form for node in nodes],
        [node.period for node in nodes],
        [node.organization_id for node in nodes],
    )


def _targets(nodes: Sequence[DirtyNode]) -> tuple[Sequence[Any], ...]:
    return (
        *_columns([each.node for each in nodes]),
        [each.enters for each in nodes],
        [each.sums for each in nodes],
        [each.width for each in nodes],
        [each.position for each in nodes],
        ["{" + ",".join(map(str, each.children)) + "}" for each in nodes],
    )
