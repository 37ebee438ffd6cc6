"""The figures as they were released; what the release does not say is as it stood then."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from services.aggregator.reading.figures import AsOf, FigureSource, Rollup
from services.aggregator.reading.over import FiguresOver
from services.aggregator.releases.content import FrozenUnit
from services.aggregator.releases.repository import Release
from services.aggregator.shapes import Node
from services.aggregator.tracks import Track
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import OrganizationId


@dataclass(frozen=True, slots=True)
class FrozenRelease:
    """A release with its figures, laid out by the form that it was made with."""

    release: Release
    form: FormTemplate
    units: Mapping[OrganizationId, FrozenUnit]

    def rollup(self, node: Node, *, track: Track) -> Rollup | None:
        """None for what the release does not say."""
        if node.sheaf != self.release.sheaf or track is not Track.OFFICIAL:
            return None
        unit = self.units.get(node.organization_id)
        if unit is None:
            return None
        return unit.rollup(self.form, position=self.release.place.position)


class FrozenFigures(FiguresOver):
    """The `FigureSource` of a release. `past` answers as of its position: other periods, duties
    and versions.
    """

    def __init__(self, past: FigureSource, frozen: FrozenRelease) -> None:
        super().__init__(past)
        self._frozen = frozen

    async def rollups(self, nodes: Iterable[Node], *, track: Track) -> dict[Node, Rollup]:
        asked = list(nodes)
        found = {node: self._frozen.rollup(node, track=track) for node in asked}
        frozen = {node: rollup for node, rollup in found.items() if rollup is not None}
        rest = [node for node in asked if node not in frozen]
        return {**await self._source.rollups(rest, track=track), **frozen} if rest else frozen

    async def as_of(self, position: int) -> AsOf:
        return AsOf(
            position, self._frozen.release.place.recorded_at, release=self._frozen.release.number
        )
