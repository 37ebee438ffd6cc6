"""What may be done with a draft that is laid before the signer."""

import pytest

from shared.domain.drafts import (
    AwaitingSignature,
    DraftAct,
    DraftState,
    NotAwaitingSignature,
    after,
    require_open,
)
from shared.domain.errors import ReasonRequired

AWAITING = DraftState.AWAITING_SIGNATURE


def test_a_draft_goes_before_the_signer_once() -> None:
    assert after(DraftState.DRAFT, DraftAct.SEND_FOR_SIGNATURE) is AWAITING
    with pytest.raises(AwaitingSignature):
        after(AWAITING, DraftAct.SEND_FOR_SIGNATURE)


def test_the_preparer_takes_it_back_without_a_reason() -> None:
    assert after(AWAITING, DraftAct.TAKE_BACK) is DraftState.DRAFT


def test_the_signer_hands_it_back_with_a_reason() -> None:
    assert after(AWAITING, DraftAct.HAND_BACK, reason="Xem cột 9") is DraftState.DRAFT
    with pytest.raises(ReasonRequired):
        after(AWAITING, DraftAct.HAND_BACK, reason="  ")


@pytest.mark.parametrize("act", [DraftAct.TAKE_BACK, DraftAct.HAND_BACK])
def test_what_does_not_await_signature_is_not_given_back(act: DraftAct) -> None:
    with pytest.raises(NotAwaitingSignature):
        after(DraftState.DRAFT, act, reason="Xem cột 9")


def test_nobody_types_on_what_lies_before_the_signer() -> None:
    require_open(DraftState.DRAFT)
    with pytest.raises(AwaitingSignature):
        require_open(AWAITING)
