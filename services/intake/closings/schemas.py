"""Periods as JSON."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, StringConstraints

from services.intake.closings.repository import RecordedPeriodAct, StoredPeriod
from services.intake.closings.use_cases import PeriodStory
from services.intake.reports.schemas import Reason
from shared.catalogue.catalogue import Catalogue
from shared.domain.closings import PeriodAct, PeriodState
from shared.web.answers import Answer, NamedOrganization

Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class PeriodBody(BaseModel):
    """Which period, and why. `province` is needed only where the caller sees several."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    regime: Code
    period: Code
    province: Code | None = None
    reason: Reason | None = None


class PeriodActModel(Answer):
    """Something done with a period: by people, or by the rule of the regime."""

    sequence: int
    verb: PeriodAct
    actor_name: str
    at: datetime
    reason: str | None


class PeriodModel(Answer):
    """A period of a regime in a province, counted over what the caller may read, or over all of
    the province for whoever may close it.

    `approved` are those of which the last version sent is official. `last_deadline` is the last of
    those in force, extensions included. `sequence` is what If-Match of an act must name.
    """

    regime: str
    period: str
    province: NamedOrganization
    cutoff_date: date
    last_deadline: datetime | None
    expected: int
    excluded: int
    sent: int
    approved: int
    state: PeriodState
    sequence: int
    last_act: PeriodActModel | None


class PeriodsModel(Answer):
    """Newest first; `next` is the `offset` of the rest, null at the end."""

    items: list[PeriodModel]
    next: int | None


class PeriodStoryModel(PeriodModel):
    """A period with everything that was done with it, oldest first."""

    acts: list[PeriodActModel]


def period_json(stored: StoredPeriod, known: Catalogue) -> dict[str, Any]:
    """As `PeriodModel` describes it."""
    period, fulfilment = stored.period, stored.fulfilment
    province = known.tree(stored.cutoff_date).get(period.province_id)
    return {
        "regime": period.regime,
        "period": period.period,
        "province": {"code": province.code, "name": province.name},
        "cutoff_date": stored.cutoff_date,
        "last_deadline": fulfilment.last_deadline,
        "expected": fulfilment.expected,
        "excluded": stored.excluded,
        "sent": fulfilment.sent,
        "approved": fulfilment.approved,
        "state": period.state.value,
        "sequence": period.sequence,
        "last_act": None if stored.last is None else _act_json(stored.last),
    }


def story_json(story: PeriodStory, known: Catalogue) -> dict[str, Any]:
    """As `PeriodStoryModel` describes it."""
    return period_json(story.stored, known) | {"acts": [_act_json(each) for each in story.acts]}


def _act_json(act: RecordedPeriodAct) -> dict[str, Any]:
    return {
        "sequence": act.sequence,
        "verb": act.verb.value,
        "actor_name": act.actor_name,
        "at": act.at,
        "reason": act.reason,
    }
