"""The tree of every day, and the reports of one day in the tree of another.

Trees change on few days only: one is built for each stretch between two changes, whatever day of
it is asked for.
"""

from bisect import bisect_right
from collections.abc import Callable, Hashable, Iterable
from datetime import date
from functools import cached_property
from typing import TypeVar

from shared.domain.forms import FormTemplate
from shared.domain.geography import Redrawing
from shared.domain.lineage import Lineage, LineageEdge
from shared.domain.organizations import OrganizationVersion, Tree

MOST_KEPT = 64
"""Trees of stretches, and pairs of them for each form."""

KeyT = TypeVar("KeyT", bound=Hashable)
ValueT = TypeVar("ValueT")


class TreeHistory:
    """Every tree of one state of the catalogue. Nothing of it ever changes."""

    def __init__(
        self,
        organizations: Iterable[OrganizationVersion],
        lineage: Iterable[LineageEdge],
        *,
        most_kept: int = MOST_KEPT,
    ) -> None:
        self._organizations = tuple(organizations)
        self._edges = tuple(lineage)
        self._most_kept = most_kept
        self._trees: dict[date, Tree] = {}
        self._redrawings: dict[tuple[Hashable, ...], Redrawing] = {}

    def tree(self, on: date) -> Tree:
        """The organizations in force on a day, each under its parent."""
        stretch = self.stretch(on)
        built = self._kept(self._trees, stretch, make=lambda: Tree.at(self._organizations, on))
        return built if built.on == on else built.on_day(on)

    def stretch(self, on: date) -> date:
        """The day on which the tree of this day began to hold; the same for all of its days."""
        at = bisect_right(self._changes, on)
        return self._changes[at - 1] if at else date.min

    @cached_property
    def lineage(self) -> Lineage:
        return Lineage.of(self._edges)

    def redrawing(self, form: FormTemplate, *, reported_on: date, shown_on: date) -> Redrawing:
        """The reports on a form of one day, in the tree of another."""
        levels = (form.entering_levels, form.summing_levels)
        return self._kept(
            self._redrawings,
            (self.stretch(reported_on), self.stretch(shown_on), *levels),
            make=lambda: Redrawing(
                self.tree(reported_on), self.tree(shown_on), self.lineage, *levels
            ),
        )

    @cached_property
    def _changes(self) -> list[date]:
        days = {each.valid_from for each in self._organizations}
        days |= {each.valid_to for each in self._organizations if each.valid_to is not None}
        return sorted(days | {edge.effective_on for edge in self._edges})

    def _kept(self, known: dict[KeyT, ValueT], key: KeyT, *, make: Callable[[], ValueT]) -> ValueT:
        """What is asked for most lives in few stretches; the oldest gives way."""
        if key not in known:
            while len(known) >= self._most_kept:
                known.pop(next(iter(known)))
            known[key] = make()
        return known[key]
