"""What may follow the beginning of a label that a template composes, `t("state." ~ state)`."""

from collections.abc import Iterable, Mapping

from services.aggregator.changes.walk import CauseKind
from services.aggregator.tracks import Track
from services.intake.audit.actions import ACTIONS, DETAILS
from services.intake.printing.papers import FileFormat
from services.notifier.reminders.repository import ReminderState
from shared.catalogue.regimes import RegimeType
from shared.domain.closings import PeriodAct
from shared.domain.deadlines import LadderWarning
from shared.domain.drafts import DraftAct, DraftState
from shared.domain.form_parts import Severity
from shared.domain.measures import Unavailable
from shared.domain.obligation_acts import ObligationAct
from shared.domain.operators import TimeOperator, TreeOperator, ValueKind
from shared.domain.periods import Frequency
from shared.domain.reminders import ReminderStage
from shared.domain.reports import Act, ReportState
from shared.labels.labels import Language
from shared.web.principals import Role

LEVELS = ("province", "district", "commune", "department")

COMPOSED: Mapping[str, Iterable[str]] = {
    "account.demo.level.": LEVELS,
    "aggregator.tracks.": Track,
    "audit.action.": ACTIONS,
    "audit.detail.": DETAILS,
    "catalogue.calendar.warning.": LadderWarning,
    "catalogue.frequency.": Frequency,
    "catalogue.level.": LEVELS,
    "catalogue.type.": RegimeType,
    "changes.cause.": (CauseKind.CATALOGUE, CauseKind.RECOMPUTED),
    "duties.act.": ObligationAct,
    "duties.act_help.": ObligationAct,
    "duties.confirm.": ObligationAct,
    "duties.entry.duty.": (*ObligationAct, "opened", "changed", "fixed", "excluded"),
    "duties.entry.report.": (*Act, *PeriodAct),
    "duties.periods.": (*PeriodAct, *(f"{each}_help" for each in PeriodAct)),
    "duties.verdict.": ("on_time", "late", "by_extension"),
    "forms.parts.": ("form", "rows", "columns", "check"),
    "forms.severity.": Severity,
    "intake.act.": Act,
    "intake.grid.": ("fault", "warning"),
    "intake.entry.show_": ("compared", "previous", "last_year"),
    "intake.review.done_": ("approved", "returned"),
    "intake.review.phrase_": ("1", "2", "3", "4"),
    "intake.signing.act.": DraftAct,
    "language.": Language,
    "measures.kind.": ValueKind,
    "measures.operator.": TimeOperator,
    "measures.reason.": Unavailable,
    "measures.tree.": TreeOperator,
    "measures.ways.": ("single", "cumulative", "quarter", "half_year", "nine_months", "year"),
    "print.": FileFormat,
    "reminders.outcomes.": ("started", "sent", "refused", "unreachable", "unknown"),
    "reminders.stages.": (*ReminderStage, "requested", "urge"),
    "reminders.state_help.": ReminderState,
    "reminders.states.": ReminderState,
    "role.": Role,
    "state.": (*ReportState, *DraftState),
    "workbook.page.": ("missing", "conflict"),
}
