"""Who asks, and as of when: what every read of the aggregator begins with."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated

from fastapi import Depends, Query

from services.aggregator.history.moments import Moment, moment_of
from services.aggregator.reading.geography import (
    AS_REPORTED,
    Geography,
    GeographyQuery,
    read_geography,
)
from services.aggregator.reading.questions import Question
from services.aggregator.releases.loading import find_release, load_frozen
from services.aggregator.releases.repository import Release
from services.aggregator.service import Aggregator
from services.aggregator.tracks import Track
from shared.catalogue.catalogue import Catalogue
from shared.domain.time import vietnam_date
from shared.web.as_of import AsOfQuery
from shared.web.identifiers import LARGEST_ID
from shared.web.principals import Principal
from shared.web.problems import ProblemFault, ValidationFailed
from shared.web.scope import Scope

ReleaseQuery = Annotated[
    int | None,
    Query(
        ge=1,
        le=LARGEST_ID,
        description="The id of a release: its figures, official whatever `track` says.",
    ),
]


@dataclass(frozen=True, slots=True)
class When:
    """The parameters of an address: as of when, by at most one of two, and in which tree."""

    as_of: AsOfQuery = None
    release: ReleaseQuery = None
    geography: GeographyQuery = None


WhenDep = Annotated[When, Depends()]


@dataclass(frozen=True, slots=True)
class Viewpoint:
    """`scope` is what the caller may see today, whenever the figures are of.

    `now` is the instant by which duties are judged: that of the moment.
    """

    moment: Moment
    scope: Scope
    now: datetime
    geography: Geography = AS_REPORTED

    @property
    def catalogue(self) -> Catalogue:
        return self.moment.catalogue

    @property
    def today(self) -> date:
        return vietnam_date(self.now)

    @property
    def marks(self) -> tuple[object, ...]:
        """What an answer depends on, beside its address and its position."""
        return self.catalogue.number, self.geography.day

    def parameters(self) -> dict[str, str]:
        """The same viewpoint, as an address names it."""
        return {**self.moment.parameters(), **self.geography.parameters()}

    def parameters_in_full(self) -> dict[str, str]:
        """The same for the API, which implies nothing."""
        return {**self.moment.parameters(), "geography": self.geography.name}

    def track(self, asked: Track) -> Track:
        """A release has approved figures only."""
        return asked if self.moment.frozen is None else Track.OFFICIAL

    def require(self, question: Question) -> None:
        """Raises ValidationFailed where the release is not of what is asked about."""
        frozen = self.moment.frozen
        if frozen is not None and not _is_of(frozen.release, question):
            raise _release_of_another(frozen.release)


async def viewpoint(
    aggregator: Aggregator, principal: Principal, when: When, *, local: bool = False
) -> Viewpoint:
    """The caller's viewpoint; `local`: an instant without a zone is the time of Vietnam.

    Raises:
        ValidationFailed: the moment is unreadable, in the future, or before the log began; or the
            tree is none.
        NotFound: there is no such release in the caller's provinces.
    """
    known = await aggregator.catalogue.current()
    scope = aggregator.scope(principal, known=known)
    if when.release is None:
        moment = await moment_of(aggregator, when.as_of, local=local)
    else:
        _require_one(when)
        release = await find_release(aggregator, when.release, scope=scope, known=known)
        moment = await released_moment(aggregator, release)
    now = moment.now(aggregator.clock)
    geography = read_geography(when.geography, today=vietnam_date(now))
    return Viewpoint(moment, scope, now, geography)


async def released_moment(aggregator: Aggregator, release: Release) -> Moment:
    """The moment of a release."""
    catalogue, frozen = await load_frozen(aggregator, release)
    return Moment(catalogue, release.place, frozen=frozen)


def _require_one(when: When) -> None:
    if when.as_of is not None:
        detail = "Bản chốt đã có thời điểm của nó. Hãy bỏ một trong hai tham số as_of và release."
        fault = ProblemFault(code="as_of_with_release", detail=detail, parameter="as_of")
        raise ValidationFailed(errors=[fault])


def _is_of(release: Release, question: Question) -> bool:
    sheaves = {topic.sheaf for topic in question.topics}
    return release.sheaf in sheaves and question.organization.province_id == release.province_id


def _release_of_another(release: Release) -> ValidationFailed:
    form, period = release.sheaf
    detail = (
        f"Bản chốt {release.number} là của biểu mẫu {form}, kỳ {period}, cho một tỉnh. Hãy chọn "
        "đúng biểu mẫu, kỳ và đơn vị của bản chốt, hoặc chọn bản chốt khác."
    )
    fault = ProblemFault(code="release_of_another", detail=detail, parameter="release")
    return ValidationFailed(errors=[fault])
