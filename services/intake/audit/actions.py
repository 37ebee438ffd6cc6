"""What the audit can tell of, as codes; people read `audit.action.<code>`."""

from services.intake.accounts.records import Action
from shared.domain.closings import PeriodAct
from shared.domain.drafts import DraftAct
from shared.domain.obligation_acts import ObligationAct
from shared.domain.reports import Act

ACTIONS = (
    *(str(action) for action in Action),
    *(f"report_{act}" for act in Act if act not in {Act.CLOSE, Act.REOPEN}),
    *(f"draft_{act}" for act in DraftAct),
    *(f"obligation_{act}" for act in ObligationAct),
    *(f"period_{act}" for act in PeriodAct),
    "aggregate_sign_off",
    "report_request",
    "release_publish",
    "reminder_urge",
    "dead_letter.retry",
    "dead_letter.resolve",
    "database_restored",
)

DETAILS = (
    "address",
    "dead_letter",
    "expires_at",
    "file_name",
    "generation",
    "last_day",
    "last_position",
    "name",
    "number",
    "period",
    "reason",
    "regime",
    "subject",
    "summary",
    "version",
)
"""The details that the page shows, in words of `audit.detail.<name>`; the API gives all."""
