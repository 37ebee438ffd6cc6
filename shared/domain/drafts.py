"""A draft's life before it is sent: typed, laid before the signer, signed or handed back.

Signing is sending: the draft ends there, and the report's life (`shared.domain.reports`) begins.

DraftError
├── AwaitingSignature
└── NotAwaitingSignature
"""

from enum import StrEnum

from shared.domain.errors import DomainError, ReasonRequired


class DraftState(StrEnum):
    DRAFT = "draft"
    AWAITING_SIGNATURE = "awaiting_signature"


class DraftAct(StrEnum):
    SEND_FOR_SIGNATURE = "send_for_signature"
    TAKE_BACK = "take_back"
    HAND_BACK = "hand_back"


class DraftError(DomainError):
    """An act that the draft's state does not allow."""

    code = "draft_error"


class AwaitingSignature(DraftError):
    code = "awaiting_signature"

    def __init__(self) -> None:
        super().__init__(
            "Báo cáo đang chờ ký duyệt nên không sửa được. Hãy lấy lại để sửa, rồi trình ký lại."
        )


class NotAwaitingSignature(DraftError):
    code = "not_awaiting_signature"

    def __init__(self) -> None:
        super().__init__("Báo cáo không ở trạng thái chờ ký duyệt. Tải lại để xem bản mới nhất.")


def after(state: DraftState, act: DraftAct, *, reason: str | None = None) -> DraftState:
    """The state that an act leads to.

    The preparer sends for signature and takes back; the signer hands back, which needs a reason.
    Raises AwaitingSignature, NotAwaitingSignature or ReasonRequired.
    """
    if act is DraftAct.HAND_BACK and not (reason or "").strip():
        raise ReasonRequired(act)
    if act is DraftAct.SEND_FOR_SIGNATURE:
        require_open(state)
        return DraftState.AWAITING_SIGNATURE
    if state is not DraftState.AWAITING_SIGNATURE:
        raise NotAwaitingSignature
    return DraftState.DRAFT


def require_open(state: DraftState) -> None:
    """What lies before the signer is not typed on. Raises AwaitingSignature."""
    if state is DraftState.AWAITING_SIGNATURE:
        raise AwaitingSignature
