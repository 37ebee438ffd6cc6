"""What the audit can tell of, as codes; people read `audit.action.<code>`."""

from services.intake.accounts.records import Action
from shared.domain.reports import Act

ACTIONS = (
    *(str(action) for action in Action),
    *(f"report_{act}" for act in Act),
    "dead_letter.retry",
    "dead_letter.resolve",
    "database_restored",
)
