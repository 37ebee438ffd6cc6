"""What the pages of the aggregator have in common."""

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any

from fastapi import Depends

from services.aggregator.reading.choices import Asked, Choice
from services.aggregator.reading.figures import AsOf
from services.aggregator.tracks import Track
from shared.domain.figures import rounded
from shared.domain.geography import Estimate
from shared.domain.time import in_vietnam

AskedDep = Annotated[Asked, Depends()]


def common_context(choice: Choice, *, as_of: AsOf) -> dict[str, Any]:
    """The names that every template of the aggregator knows."""
    question, now = choice.question, in_vietnam(choice.view.now)
    return {
        "choice": choice,
        "organization": question.organization,
        "organization_name": question.organization.name,
        "period": question.period,
        "form": question.topic.shape.form,
        "track": question.track,
        "tracks": tuple(Track),
        "as_of": as_of,
        "as_of_text": _as_of_text(as_of),
        "moment_text": _to_the_second(now),
        "geography": question.geography,
        "made_of": question.made_of(question.topic, question.organization.id),
        "reported_unit": question.topic.shape.tree.get,
        "share_inside": share_inside,
        "moment_field": f"{now:%Y-%m-%dT%H:%M}",
    }


def share_inside(estimate: Estimate) -> Decimal:
    """Percent of a divided unit that lies in the organization."""
    return rounded(estimate.weight * 100, 1)


def _as_of_text(as_of: AsOf) -> str | None:
    """To the second, for people compare it with what they have just sent; None: nothing yet."""
    if as_of.recorded_at is None:
        return None
    return _to_the_second(in_vietnam(as_of.recorded_at))


def _to_the_second(instant: datetime) -> str:
    return f"{instant:%H:%M:%S, %d/%m/%Y}"
