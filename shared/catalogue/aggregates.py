"""Who has to sign off what the reports below add up to, and until when.

It follows from the tree, the form and the ladder of the cut-off date. These duties are no
obligations to report: they count in no coverage (docs/decisions/0003-aggregates.md).
"""

from dataclasses import dataclass
from datetime import datetime

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.regimes import Regime
from shared.domain.aggregates import aggregate_deadline, owes_aggregate
from shared.domain.errors import UnknownPeriodCode
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode, OrganizationId, PeriodCode, RegimeCode
from shared.domain.organizations import OrganizationVersion
from shared.domain.periods import Period


@dataclass(frozen=True, slots=True)
class AggregateDuty:
    """One organization's aggregate of one form and period; `deadline` is an exclusive instant."""

    organization: OrganizationVersion
    regime: Regime
    form: FormTemplate
    period: Period
    deadline: datetime


def aggregate_duties(
    known: Catalogue,
    *,
    regime: RegimeCode,
    form: FormCode,
    period: PeriodCode,
    province_id: OrganizationId,
) -> tuple[AggregateDuty, ...]:
    """The duties within a province, in the order of the tree; none for what is not asked then."""
    asked = _asked(known, regime=regime, form=form, period=period)
    if asked is None:
        return ()
    version, template, wanted = asked
    tree, deadlines = known.tree(wanted.cutoff_date), known.deadlines(version, wanted)
    duties: list[AggregateDuty] = []
    for each in tree.organizations.values():
        owes = each.province_id == province_id and owes_aggregate(
            each.id, summing_levels=template.summing_levels, tree=tree
        )
        deadline = aggregate_deadline(each.id, deadlines=deadlines, tree=tree) if owes else None
        if deadline is not None:
            duties.append(AggregateDuty(each, version, template, wanted, deadline))
    return tuple(duties)


def _asked(
    known: Catalogue, *, regime: RegimeCode, form: FormCode, period: PeriodCode
) -> tuple[Regime, FormTemplate, Period] | None:
    for version in known.regimes:
        if version.code != regime or form not in version.forms:
            continue
        try:
            wanted = version.period(period)
        except UnknownPeriodCode:
            # Another version of the regime asks by other periods.
            continue
        template = next(
            (f for f in known.forms if f.code == form and f.is_in_force(wanted.cutoff_date)), None
        )
        if template is not None and version.is_in_force(wanted.cutoff_date):
            return version, template, wanted
    return None
