"""What the audit can tell of, as codes; people read `audit.action.<code>`."""

from services.intake.accounts.records import Action
from shared.domain.drafts import DraftAct
from shared.domain.obligation_acts import ObligationAct
from shared.domain.reports import Act

ACTIONS = (
    *(str(action) for action in Action),
    *(f"report_{act}" for act in Act),
    *(f"draft_{act}" for act in DraftAct),
    *(f"obligation_{act}" for act in ObligationAct),
    "aggregate_sign_off",
    "dead_letter.retry",
    "dead_letter.resolve",
    "database_restored",
)

DETAILS = (
    "address",
    "dead_letter",
    "expires_at",
    "generation",
    "last_day",
    "last_position",
    "name",
    "reason",
    "subject",
    "version",
)
"""The details that the page shows, in words of `audit.detail.<name>`; the API gives all."""
