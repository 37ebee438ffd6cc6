"""The life of a report: what every act allows, refuses and changes."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from shared.domain.errors import DomainError, ReasonRequired
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode, RegimeCode
from shared.domain.reports import (
    STATE_AFTER,
    Act,
    AlreadyApproved,
    CorrectionNeedsReason,
    NothingToReview,
    NothingToWithdraw,
    PeriodClosed,
    ProxyNotNeeded,
    Report,
    ReportState,
    approve,
    close,
    first_submission,
    reopen,
    require_proxy,
    return_to_sender,
    submit,
    withdraw,
)

MONDAY = datetime(2025, 6, 16, 1, tzinfo=UTC)
TUESDAY = MONDAY + timedelta(days=1)
WHY = "Nhập nhầm cột 9"


def submitted() -> Report:
    return first_submission(
        organization_id=OrganizationId(7),
        regime=RegimeCode("VPCP-KSTT"),
        form=FormCode("II.06a/VPCP/KSTT"),
        period=PeriodCode("2025-Q2"),
        at=MONDAY,
    )


def approved() -> Report:
    return approve(submitted())


def closed() -> Report:
    return close(approved())


def corrected() -> Report:
    """Approved in version 1, with version 2 awaiting approval."""
    return submit(approved(), at=TUESDAY, reason=WHY)


def track(report: Report) -> tuple[ReportState, int | None, int | None]:
    return report.state, report.live, report.official


def test_the_first_submission_is_live_and_not_official() -> None:
    report = submitted()

    assert track(report) == (ReportState.SUBMITTED, 1, None)
    assert (report.sequence, report.last_version) == (1, 1)
    assert report.first_submitted_at == MONDAY
    assert report.is_in


def test_approval_makes_the_live_version_official() -> None:
    assert track(approved()) == (ReportState.APPROVED, 1, 1)


def test_sending_again_before_approval_replaces_the_live_version() -> None:
    report = submit(submitted(), at=TUESDAY)

    assert track(report) == (ReportState.SUBMITTED, 2, None)
    assert report.first_submitted_at == MONDAY


def test_a_return_takes_the_report_out_of_live() -> None:
    report = return_to_sender(submitted(), reason=WHY)

    assert track(report) == (ReportState.RETURNED, None, None)
    assert not report.is_in
    assert report.first_submitted_at == MONDAY


def test_a_return_does_not_make_a_report_late() -> None:
    report = submit(return_to_sender(submitted(), reason=WHY), at=TUESDAY)

    assert report.first_submitted_at == MONDAY


def test_an_approved_report_that_is_returned_leaves_the_official_sum() -> None:
    report = return_to_sender(approved(), reason=WHY)

    assert track(report) == (ReportState.RETURNED, None, None)
    assert track(approve(submit(report, at=TUESDAY))) == (ReportState.APPROVED, 2, 2)


def test_a_correction_awaiting_approval_changes_live_only() -> None:
    assert track(corrected()) == (ReportState.SUBMITTED, 2, 1)
    assert track(approve(corrected())) == (ReportState.APPROVED, 2, 2)


def test_a_returned_correction_leaves_the_approved_version_official() -> None:
    report = return_to_sender(corrected(), reason=WHY)

    assert track(report) == (ReportState.RETURNED, None, 1)
    assert report.is_in


def test_a_withdrawn_correction_leaves_the_approved_report_on_time() -> None:
    report = withdraw(corrected(), reason=WHY)

    assert track(report) == (ReportState.WITHDRAWN, None, 1)
    assert report.first_submitted_at == MONDAY


def test_a_withdrawn_report_counts_from_its_next_submission() -> None:
    withdrawn = withdraw(submitted(), reason=WHY)

    assert track(withdrawn) == (ReportState.WITHDRAWN, None, None)
    assert withdrawn.first_submitted_at is None
    assert submit(withdrawn, at=TUESDAY).first_submitted_at == TUESDAY


@pytest.mark.parametrize(
    ("standing", "refusal"),
    [
        pytest.param(approved, CorrectionNeedsReason, id="approved"),
        pytest.param(closed, PeriodClosed, id="closed"),
    ],
)
def test_a_correction_needs_a_reason(
    standing: Callable[[], Report], refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        submit(standing(), at=TUESDAY, reason="  ")

    assert track(submit(standing(), at=TUESDAY, reason=WHY)) == (ReportState.SUBMITTED, 2, 1)


def test_closing_leaves_what_counts_as_it_is() -> None:
    assert track(close(corrected())) == (ReportState.CLOSED, 2, 1)
    assert close(corrected()).sequence == corrected().sequence + 1
    with pytest.raises(PeriodClosed):
        close(closed())


@pytest.mark.parametrize(
    ("report", "last", "state"),
    [
        (submitted(), Act.SUBMIT, ReportState.SUBMITTED),
        (return_to_sender(submitted(), reason=WHY), Act.RETURN, ReportState.RETURNED),
        (withdraw(submitted(), reason=WHY), Act.WITHDRAW, ReportState.WITHDRAWN),
        (approved(), Act.APPROVE, ReportState.APPROVED),
    ],
)
def test_opening_again_gives_back_what_closing_found(
    report: Report, last: Act, state: ReportState
) -> None:
    opened = reopen(close(report), last=last)

    assert opened == replace(report, state=state, sequence=report.sequence + 2)


def test_a_correction_after_closing_is_closed_by_its_approval() -> None:
    correction = submit(closed(), at=TUESDAY, reason=WHY, period_closed=True)

    assert track(approve(correction, period_closed=True)) == (ReportState.CLOSED, 2, 2)


def test_a_first_version_after_closing_needs_a_reason() -> None:
    late = {
        "organization_id": OrganizationId(7),
        "regime": RegimeCode("VPCP-KSTT"),
        "form": FormCode("II.06a/VPCP/KSTT"),
        "period": PeriodCode("2025-Q2"),
        "at": TUESDAY,
        "period_closed": True,
    }

    with pytest.raises(PeriodClosed, match="mở khóa"):
        first_submission(**late)
    assert track(first_submission(**late, reason=WHY)) == (ReportState.SUBMITTED, 1, None)


def test_what_was_returned_before_closing_is_sent_again_with_a_reason_only() -> None:
    returned = return_to_sender(submitted(), reason=WHY)

    with pytest.raises(PeriodClosed):
        submit(returned, at=TUESDAY, period_closed=True)


RETURNED = return_to_sender(submitted(), reason=WHY)
WITHDRAWN = withdraw(submitted(), reason=WHY)


def with_reason(act: Callable[..., Report]) -> Callable[[Report], Report]:
    return lambda report: act(report, reason=WHY)


@pytest.mark.parametrize(
    ("act", "report", "refusal"),
    [
        (approve, approved(), AlreadyApproved),
        (approve, closed(), PeriodClosed),
        (approve, RETURNED, NothingToReview),
        (approve, WITHDRAWN, NothingToReview),
        (with_reason(return_to_sender), closed(), PeriodClosed),
        (with_reason(return_to_sender), RETURNED, NothingToReview),
        (with_reason(return_to_sender), WITHDRAWN, NothingToReview),
        (with_reason(withdraw), approved(), AlreadyApproved),
        (with_reason(withdraw), closed(), PeriodClosed),
        (with_reason(withdraw), RETURNED, NothingToWithdraw),
        (with_reason(withdraw), WITHDRAWN, NothingToWithdraw),
    ],
)
def test_an_act_that_the_state_does_not_allow_is_refused(
    act: Callable[[Report], Report], report: Report, refusal: type[DomainError]
) -> None:
    with pytest.raises(refusal):
        act(report)


@pytest.mark.parametrize("act", [withdraw, return_to_sender])
@pytest.mark.parametrize("reason", [None, "", " \n"])
def test_taking_back_needs_a_reason(act: Callable[..., Report], reason: str | None) -> None:
    with pytest.raises(ReasonRequired):
        act(submitted(), reason=reason)


def test_an_instant_without_zone_is_refused() -> None:
    naive = MONDAY.replace(tzinfo=None)

    with pytest.raises(ValueError, match="naive"):
        submit(submitted(), at=naive)


reasons = st.sampled_from([None, "", WHY])


VERBS = {
    submit: Act.SUBMIT,
    withdraw: Act.WITHDRAW,
    return_to_sender: Act.RETURN,
    approve: Act.APPROVE,
}


class ReportLife(RuleBasedStateMachine):
    """Any sequence of acts, allowed or not, keeps a report in order."""

    @initialize()
    def begin(self) -> None:
        self.now = MONDAY
        self.report = submitted()
        self.approved_versions: set[int] = set()
        self.acts = 1
        self.period_closed = False
        self.last = Act.SUBMIT

    def attempt(self, act: Callable[..., Report], **arguments: Any) -> None:
        before = self.report
        try:
            self.report = act(self.report, **arguments)
        except DomainError:
            return
        self.acts += 1
        self.last = VERBS[act]
        assert self.report.sequence == before.sequence + 1
        assert self.report.last_version - before.last_version == (1 if act is submit else 0)

    @rule(reason=reasons)
    def submits(self, reason: str | None) -> None:
        self.now += timedelta(minutes=1)
        self.attempt(submit, at=self.now, reason=reason, period_closed=self.period_closed)

    @rule(reason=reasons)
    def withdraws(self, reason: str | None) -> None:
        self.attempt(withdraw, reason=reason)

    @rule(reason=reasons)
    def returns(self, reason: str | None) -> None:
        self.attempt(return_to_sender, reason=reason)

    @rule()
    def approves(self) -> None:
        before = self.acts
        self.attempt(approve, period_closed=self.period_closed)
        if self.acts > before:
            self.approved_versions.add(self.report.last_version)

    @rule()
    def closes(self) -> None:
        if not self.period_closed:
            self.report, self.period_closed = close(self.report), True
            self.acts += 1

    @rule()
    def opens_again(self) -> None:
        if self.period_closed:
            self.period_closed = False
            if self.report.state is ReportState.CLOSED:
                self.report = reopen(self.report, last=self.last)
                self.acts += 1

    @invariant()
    def what_is_closed_stands_as_its_last_act_left_it(self) -> None:
        state = self.report.state
        assert state in {STATE_AFTER[self.last], ReportState.CLOSED}
        assert state is not ReportState.CLOSED or self.period_closed

    @invariant()
    def the_sequence_counts_the_acts(self) -> None:
        assert self.report.sequence == self.acts

    @invariant()
    def live_is_the_last_version_or_none(self) -> None:
        out = self.last in {Act.RETURN, Act.WITHDRAW}

        assert self.report.live == (None if out else self.report.last_version)

    @invariant()
    def official_was_approved(self) -> None:
        assert self.report.official in self.approved_versions | {None}

    @invariant()
    def an_approved_report_is_official_in_its_last_version(self) -> None:
        if self.report.state is ReportState.APPROVED:
            assert self.report.official == self.report.live == self.report.last_version

    @invariant()
    def a_report_that_is_in_has_been_sent(self) -> None:
        assert not self.report.is_in or self.report.first_submitted_at is not None
        assert (self.report.first_submitted_at or MONDAY) <= self.now


ReportLife.TestCase.settings = settings(max_examples=60, stateful_step_count=25, deadline=None)
TestReportLife = ReportLife.TestCase


def test_the_receiver_enters_only_while_nothing_of_the_sender_stands() -> None:
    require_proxy(None, reason=WHY)
    require_proxy(return_to_sender(submitted(), reason=WHY), reason=WHY)
    require_proxy(withdraw(submitted(), reason=WHY), reason=WHY)
    for standing in (submitted(), approved(), closed()):
        with pytest.raises(ProxyNotNeeded):
            require_proxy(standing, reason=WHY)


def test_a_proxy_entry_needs_a_reason() -> None:
    with pytest.raises(ReasonRequired):
        require_proxy(None, reason=" ")
