"""What is asked about a change: which numbers, and between which moments."""

from dataclasses import dataclass

from services.aggregator.changes.measures import (
    CellMeasure,
    IndicatorMeasure,
    Measure,
    has_cell,
)
from services.aggregator.changes.use_cases import Then
from services.aggregator.history.moments import Moment, latest_moment, moment_of
from services.aggregator.reading.questions import Question
from services.aggregator.releases.loading import find_release, load_frozen
from services.aggregator.releases.repository import Release
from services.aggregator.service import Aggregator
from services.aggregator.tracks import Track
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.errors import UnknownIndicator
from shared.domain.figures import printable
from shared.domain.forms import CellRef
from shared.domain.identifiers import ColumnCode, IndicatorCode, RowCode
from shared.messaging.positions import LogPlace
from shared.web.problems import ProblemFault, ValidationFailed
from shared.web.scope import Scope


@dataclass(frozen=True, slots=True)
class Span:
    """From one moment, or a release, to another."""

    since: Moment
    until: Moment
    release: Release | None = None


async def span_of(
    aggregator: Aggregator,
    *,
    since: str | None,
    release: int | None,
    until: str | None,
    scope: Scope,
    local: bool = False,
) -> Span:
    """`since` or `release`, one of the two; `until` is now unless it is given.

    Raises:
        ValidationFailed: a moment cannot be, or they are the wrong way round.
        NotFound: there is no such release in the caller's provinces.
    """
    if (since is None) == (release is None):
        raise _wrong(
            "since_or_release",
            "Hãy nêu một trong hai: since (thời điểm hoặc vị trí) hoặc release (bản chốt).",
            parameter="since",
        )
    found = None
    if release is not None:
        known = await aggregator.catalogue.current()
        found = await find_release(aggregator, release, scope=scope, known=known)
        catalogue, frozen = await load_frozen(aggregator, found)
        first = Moment(catalogue, found.place, frozen=frozen)
    else:
        first = await moment_of(aggregator, since, local=local, parameter="since")
    last = await _last(aggregator, until, local=local)
    if _place(last).position < _place(first).position:
        raise _wrong(
            "since_after_until", "Thời điểm đầu phải trước thời điểm cuối.", parameter="since"
        )
    return Span(first, last, found)


def then_of(moment: Moment, question: Question) -> Then:
    """A moment as an end of the stretch: of a release, what was published of the node."""
    frozen = moment.frozen
    rollup = None if frozen is None else frozen.rollup(question.node, track=question.track)
    return Then(moment.catalogue, _place(moment), frozen=rollup)


def track_of(span: Span, asked: Track) -> Track:
    """A release has approved figures only."""
    return asked if span.release is None else Track.OFFICIAL


def measures_of(
    question: Question, *, indicator: str | None, row: str | None, column: str | None
) -> tuple[Measure, ...]:
    """The indicator or the cell that is named; without either, every indicator of the form.

    Raises:
        UnknownIndicator: there is none of that code for the form and period.
        ValidationFailed: the form has no such cell.
    """
    form, cutoff = question.topic.shape.form, question.period.cutoff_date
    if indicator is not None:
        return (_indicator(question.catalogue, indicator, question=question),)
    if row is None and column is None:
        found = question.catalogue.indicators_of(form.code, on=cutoff)
        return tuple(IndicatorMeasure(each.code) for each in found)
    cell = CellRef(RowCode(row or ""), ColumnCode(column or ""))
    if not has_cell(form, cell):
        detail = (
            f"Biểu mẫu {form.code} không có ô ở dòng “{printable(cell.row)}”, cột "
            f"“{printable(cell.column)}”. Hãy kiểm tra mã dòng và mã cột."
        )
        raise _wrong("unknown_cell", detail, parameter="row")
    return (CellMeasure(cell),)


def _indicator(known: Catalogue, code: str, *, question: Question) -> IndicatorMeasure:
    cutoff = question.period.cutoff_date
    found = known.indicator(IndicatorCode(code), on=cutoff)
    if found.form != question.topic.shape.form.code:
        raise UnknownIndicator(IndicatorCode(code), on=cutoff)
    return IndicatorMeasure(found.code)


async def _last(aggregator: Aggregator, until: str | None, *, local: bool) -> Moment:
    if until is None:
        return await latest_moment(aggregator, parameter="until")
    return await moment_of(aggregator, until, local=local, parameter="until")


def _place(moment: Moment) -> LogPlace:
    if moment.place is None:
        raise LookupError("an end of a stretch of time has a place in the log")
    return moment.place


def _wrong(code: str, detail: str, *, parameter: str) -> ValidationFailed:
    return ValidationFailed(errors=[ProblemFault(code=code, detail=detail, parameter=parameter)])
