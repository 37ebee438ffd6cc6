"""What a report is compared with: the figures that its own go on from, over reforms too.

Column 6 of II.06a (carried over) is column 11 of the report before (still in progress). Of a unit
that others merged into, that is the sum of theirs; where one of them was divided, or a district
handed down what was its own, nobody knows the share, and only the sums higher up are compared.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from services.intake.places import Place
from services.intake.reports.rows import figures_of
from shared.catalogue.catalogue import Catalogue
from shared.domain.figures import Figures
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import OrganizationId, PeriodCode
from shared.domain.periods import Period
from shared.domain.rollups import added_figures


@dataclass(frozen=True, slots=True)
class Before:
    """An earlier period of the same form. `units` are those whose figures go on here, each as a
    whole; none of them where no such sum can be made.
    """

    form: FormTemplate
    period: PeriodCode
    units: tuple[OrganizationId, ...]

    def figures(self, reported: Sequence[str] | None) -> Figures | None:
        """Their figures together, from the jsonb of what stands; None unless all have reported."""
        return self.together([figures_of(each) for each in reported or ()])

    def together(self, reported: Sequence[Figures]) -> Figures | None:
        if not reported or len(reported) != len(self.units):
            return None
        return reported[0] if len(reported) == 1 else added_figures(self.form, reported)


@dataclass(frozen=True, slots=True)
class Compared:
    """What a report's rules speak of beside itself."""

    previous: Before
    last_year: Before


def compared(known: Catalogue, place: Place) -> Compared:
    """What the report at a place goes on from, by the lineage between the cut-offs."""
    return known.once(_compared, place) or _compared(known, place)


def _compared(known: Catalogue, place: Place) -> Compared:
    return Compared(
        previous=_before(known, place, period=place.period.previous()),
        last_year=_before(known, place, period=place.period.same_period_last_year()),
    )


def _before(known: Catalogue, place: Place, *, period: Period) -> Before:
    on, before = place.period.cutoff_date, period.cutoff_date
    own, history = place.organization.id, known.history
    if history.stretch(on) == history.stretch(before):
        return Before(place.form, period.code, (own,))
    redrawing = history.redrawing(place.form, reported_on=before, shown_on=on)
    return Before(place.form, period.code, tuple(sorted(redrawing.sources(own) or ())))
