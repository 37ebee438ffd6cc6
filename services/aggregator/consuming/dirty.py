"""Which nodes a batch has made stale, and in what order they are locked and recomputed.

A node's rollup is made of its own report and its children's rollups, so what changes in a node
changes every node above it. Levels are recomputed deepest first. Locks are taken on the nodes that
add others up: who holds a parent may write its leaves, so ten thousand communes cost some seven
hundred locks. Sheaves are independent trees and are locked one after the other.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from services.aggregator.shapes import Node, Shape, Sheaf
from shared.domain.identifiers import OrganizationId


@dataclass(frozen=True, slots=True)
class DirtyNode:
    """`position`: of the newest event at the node or below it.

    Coverage counts all `children`; their figures are added only if the node `sums`.
    """

    node: Node
    depth: int
    position: int
    enters: bool
    sums: bool
    width: int
    children: tuple[OrganizationId, ...]

    @property
    def is_leaf(self) -> bool:
        return not self.children


@dataclass(frozen=True, slots=True)
class Dirt:
    """The stale nodes of one batch."""

    nodes: tuple[DirtyNode, ...]
    lock_names: tuple[str, ...] = field(init=False)

    def __post_init__(self) -> None:
        locked = sorted(
            (each for each in self.nodes if not each.is_leaf or each.depth == 0), key=_lock_order
        )
        object.__setattr__(self, "lock_names", tuple(_lock_name(each.node) for each in locked))

    def levels(self) -> Iterator[tuple[DirtyNode, ...]]:
        """Nodes of one depth at a time, the deepest first."""
        by_depth: dict[int, list[DirtyNode]] = {}
        for each in self.nodes:
            by_depth.setdefault(each.depth, []).append(each)
        for depth in sorted(by_depth, reverse=True):
            yield tuple(by_depth[depth])


def dirt_of(touched: Mapping[Node, int], *, shapes: Mapping[Sheaf, Shape]) -> Dirt:
    """The touched nodes and all above them. `touched` gives the position of the newest event.

    A node that the tree does not have (its duty is excluded since the unit is gone) is left out.
    """
    positions: dict[Node, int] = {}
    for node, position in touched.items():
        for each in _and_above(node, shape=shapes[node.sheaf]):
            positions[each] = max(position, positions.get(each, 0))
    return Dirt(
        tuple(
            _dirty(node, position=position, shape=shapes[node.sheaf])
            for node, position in positions.items()
        )
    )


def all_nodes(owing: Iterable[Node], *, shape: Shape) -> set[Node]:
    """Every node of a sheaf that has a rollup: those with a duty and those above one."""
    return {above for node in owing for above in _and_above(node, shape=shape)}


def _and_above(node: Node, *, shape: Shape) -> Iterator[Node]:
    if node.organization_id not in shape.tree.organizations:
        return
    yield node
    for organization_id in shape.tree.ancestors(node.organization_id):
        yield node._replace(organization_id=organization_id)


def _dirty(node: Node, *, position: int, shape: Shape) -> DirtyNode:
    return DirtyNode(
        node=node,
        depth=shape.tree.depth(node.organization_id),
        position=position,
        enters=shape.enters(node.organization_id),
        sums=shape.sums(node.organization_id),
        width=shape.width,
        children=shape.tree.children(node.organization_id),
    )


def _lock_order(dirty: DirtyNode) -> tuple[str, str, int, int]:
    node = dirty.node
    return node.form, node.period, -dirty.depth, node.organization_id


def _lock_name(node: Node) -> str:
    return f"{node.form}|{node.period}|{node.organization_id}"
