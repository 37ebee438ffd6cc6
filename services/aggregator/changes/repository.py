"""Acts and states of the organizations of a sheaf, as the log has them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from services.aggregator.changes import statements
from services.aggregator.changes.walk import Cause, CauseKind
from services.aggregator.history.statements import SET_ASIDE
from services.aggregator.shapes import Sheaf
from services.aggregator.tracks import Track
from shared.db.engine import read_json
from shared.domain.figures import Figures, figures_from_text
from shared.domain.identifiers import OrganizationId
from shared.domain.obligations import ObligationState

if TYPE_CHECKING:
    import asyncpg


@dataclass(frozen=True, slots=True)
class UnitState:
    """What stands for one organization: `figures` None while nothing does in the track."""

    owes: bool = False
    version: int | None = None
    figures: Figures | None = None

    @property
    def standing(self) -> int | None:
        """The version that counts; a report that is not owed does not."""
        return self.version if self.owes else None


@dataclass(frozen=True, slots=True)
class UnitAct:
    """One recorded act on the duty or the report of an organization."""

    organization_id: OrganizationId
    cause: Cause
    row: Mapping[str, Any]

    def after(self, state: UnitState) -> UnitState:
        """What stands once it was done."""
        return _after(state, self.row)


async def read_acts(
    connection: "asyncpg.Connection[Any]",
    sheaf: Sheaf,
    *,
    organization_ids: Iterable[OrganizationId],
    between: tuple[int, int],
    track: Track,
) -> list[UnitAct]:
    """All acts after the first position up to the second, in the order of the log."""
    aside = await _set_aside(connection)
    rows = await connection.fetch(
        statements.ACTS, *sheaf, list(organization_ids), aside, *between, track.value
    )
    return [UnitAct(OrganizationId(row["organization_id"]), _cause(row), row) for row in rows]


async def read_states(
    connection: "asyncpg.Connection[Any]",
    sheaf: Sheaf,
    *,
    organization_ids: Iterable[OrganizationId],
    position: int,
    track: Track,
) -> dict[OrganizationId, UnitState]:
    """How each stood at the position; those of whom nothing was known are left out."""
    aside = await _set_aside(connection)
    rows = await connection.fetch(
        statements.STATES, *sheaf, list(organization_ids), aside, position, track.value
    )
    states: dict[OrganizationId, UnitState] = {}
    for row in rows:
        organization_id = OrganizationId(row["organization_id"])
        states[organization_id] = _after(states.get(organization_id, UnitState()), row)
    return states


def _after(state: UnitState, row: Mapping[str, Any]) -> UnitState:
    if row["report_id"] is None:
        return replace(state, owes=row["state"] != ObligationState.EXCLUDED)
    figures = row["figures"]
    return replace(
        state,
        version=row["version"],
        figures=None if figures is None else figures_from_text(read_json(figures)),
    )


def _cause(row: Mapping[str, Any]) -> Cause:
    is_report = row["report_id"] is not None
    return Cause(
        kind=CauseKind.REPORT if is_report else CauseKind.DUTY,
        position=row["position"],
        recorded_at=row["recorded_at"],
        verb=row["verb"] if is_report else row["duty_verb"] or row["state"],
        report_id=row["report_id"],
        version=row["acted_version"],
        actor_name=row["actor_name"] if is_report else row["duty_actor"],
        at=row["at"] or row["occurred_at"],
        reason=row["reason"],
    )


async def _set_aside(connection: "asyncpg.Connection[Any]") -> Sequence[str]:
    return [row["event_id"] for row in await connection.fetch(SET_ASIDE)]
