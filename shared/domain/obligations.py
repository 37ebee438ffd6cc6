"""Obligations: who owes which report, to whom and until when.

They open as provisional from the tree and chain then known, follow every change of these until the
cut-off, and are fixed there; afterwards only a recorded act (`obligation_acts`) changes one.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from shared.domain.chains import ChainLink, receiver_of
from shared.domain.deadlines import LadderDeadline
from shared.domain.errors import LevelWithoutDeadline, TreeOfAnotherDay
from shared.domain.identifiers import (
    FormCode,
    ObligationId,
    OrganizationId,
    PeriodCode,
    RegimeCode,
)
from shared.domain.organizations import OrganizationVersion, Tree
from shared.domain.periods import Period
from shared.domain.time import end_of_day

FIRST_SEQUENCE = 1


class ObligationState(StrEnum):
    PROVISIONAL = "provisional"
    FIXED = "fixed"
    EXCLUDED = "excluded"


class Standing(StrEnum):
    """How an obligation stands at an instant: late has arrived, overdue has not."""

    NOT_DUE = "not_due"
    DUE = "due"
    SENT_ON_TIME = "sent_on_time"
    SENT_LATE = "sent_late"
    OVERDUE = "overdue"


@dataclass(frozen=True, slots=True)
class Obligation:
    """`deadline` is the instant at which the last day ends; `sequence` rises at every change.

    `id` is None until stored; `receiver_id` is None where nobody is above the reporter.
    `original_deadline` is what the rules give, where an extension put `deadline` in its place; None
    where none did. `holder_id` is who meets it in the organization's place: see
    `shared.domain.holders`. `period_sequence` counts the acts on its period, closing and reopening.
    """

    id: ObligationId | None
    organization_id: OrganizationId
    province_id: OrganizationId
    regime: RegimeCode
    form: FormCode
    period: PeriodCode
    receiver_id: OrganizationId | None
    cutoff_date: date
    deadline: datetime
    state: ObligationState
    sequence: int
    original_deadline: datetime | None = None
    holder_id: OrganizationId | None = None
    period_sequence: int = 0

    @property
    def met_by(self) -> OrganizationId:
        """Who has to report: the organization itself, unless another took over or was named."""
        return self.organization_id if self.holder_id is None else self.holder_id

    @property
    def is_extended(self) -> bool:
        return self.original_deadline is not None

    @property
    def ruled_deadline(self) -> datetime:
        """The deadline that the rules give, extended or not."""
        return self.original_deadline or self.deadline

    def is_on_time(self, first_submitted_at: datetime) -> bool:
        """The verdict by the deadline in force."""
        return first_submitted_at <= self.deadline

    def is_late(self, first_submitted_at: datetime | None) -> bool:
        """Whether it arrived after the deadline in force; what never arrived is not late."""
        return first_submitted_at is not None and not self.is_on_time(first_submitted_at)

    def is_on_time_by_rule(self, first_submitted_at: datetime) -> bool:
        """The verdict that would stand had nothing been extended."""
        return first_submitted_at <= self.ruled_deadline


def derive_obligations(
    *,
    regime: RegimeCode,
    form: FormCode,
    period: Period,
    entering_levels: Collection[str],
    tree: Tree,
    links: Iterable[ChainLink],
    deadlines: Mapping[str, LadderDeadline],
    now: datetime,
) -> tuple[Obligation, ...]:
    """The obligations of one form for one period, by organization id; fixed once it is cut off.

    `tree` must be that of the cut-off date, whose chain and tree decide: raises TreeOfAnotherDay.
    Raises LevelWithoutDeadline if the ladder lacks a level that has to report.
    """
    if tree.on != period.cutoff_date:
        raise TreeOfAnotherDay(on=tree.on, cutoff_date=period.cutoff_date)
    known_links = tuple(links)
    return tuple(
        Obligation(
            id=None,
            organization_id=reporter.id,
            province_id=reporter.province_id,
            regime=regime,
            form=form,
            period=period.code,
            receiver_id=receiver_of(reporter.id, links=known_links, tree=tree),
            cutoff_date=period.cutoff_date,
            deadline=_deadline_of(reporter, deadlines),
            state=state_at(now, cutoff_date=period.cutoff_date),
            sequence=FIRST_SEQUENCE,
        )
        for _, reporter in sorted(tree.organizations.items())
        if reporter.level in entering_levels
    )


def reconcile(
    current: Iterable[Obligation], derived: Iterable[Obligation]
) -> tuple[Obligation, ...]:
    """What to store so that the provisional obligations become those derived anew.

    Both are of one regime, form and period. Returns only new and changed ones, by organization:
    opened (`id` None), changed or fixed, and excluded where nothing is owed any more. One that is
    fixed or excluded already stays as it is, whatever the catalogue says now.
    """
    before = {each.organization_id: each for each in current}
    after = {each.organization_id: each for each in derived}
    changed: list[Obligation] = []
    for organization_id in sorted(before.keys() | after.keys()):
        old, new = before.get(organization_id), after.get(organization_id)
        if old is None and new is not None:
            changed.append(new)
        elif old is not None and old.state is ObligationState.PROVISIONAL:
            changed.extend(_followed(old, new))
    return tuple(changed)


def standing(
    obligation: Obligation,
    *,
    first_submitted_at: datetime | None,
    is_in: bool,
    now: datetime,
) -> Standing:
    """Where the obligation stands at `now`.

    `first_submitted_at` is the first submission since the last withdrawal, so neither a return nor
    a correction makes a report late; `is_in` says that a report stands (not returned, not
    withdrawn). An excluded obligation without a report is never due. Raises ValueError for a report
    that is in but was never submitted.
    """
    if is_in:
        if first_submitted_at is None:
            raise ValueError("a report that is in has an instant of first submission")
        on_time = obligation.is_on_time(first_submitted_at)
        return Standing.SENT_ON_TIME if on_time else Standing.SENT_LATE
    if obligation.state is ObligationState.EXCLUDED or now < end_of_day(obligation.cutoff_date):
        return Standing.NOT_DUE
    return Standing.DUE if now <= obligation.deadline else Standing.OVERDUE


def _deadline_of(
    reporter: OrganizationVersion, deadlines: Mapping[str, LadderDeadline]
) -> datetime:
    if reporter.level not in deadlines:
        raise LevelWithoutDeadline(reporter.level)
    return deadlines[reporter.level].instant


def state_at(now: datetime, *, cutoff_date: date) -> ObligationState:
    """Provisional until the end of the cut-off date, fixed from then on."""
    cut_off = now >= end_of_day(cutoff_date)
    return ObligationState.FIXED if cut_off else ObligationState.PROVISIONAL


def _followed(old: Obligation, new: Obligation | None) -> tuple[Obligation, ...]:
    if new is None:
        return (excluded(old),)
    known = replace(new, id=old.id, sequence=old.sequence, period_sequence=old.period_sequence)
    followed = _keeping_extension(known, old=old)
    if followed == old:
        return ()
    return (replace(followed, sequence=old.sequence + 1),)


def _keeping_extension(new: Obligation, *, old: Obligation) -> Obligation:
    """An extension stands until the rules themselves give as much time."""
    if not old.is_extended or new.deadline >= old.deadline:
        return new
    return replace(new, deadline=old.deadline, original_deadline=new.deadline)


def excluded(obligation: Obligation) -> Obligation:
    """The obligation taken out of what is expected."""
    return replace(obligation, state=ObligationState.EXCLUDED, sequence=obligation.sequence + 1)
