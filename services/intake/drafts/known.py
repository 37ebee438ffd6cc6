"""What is known of a report before anybody types: figures that were sent, and what is usual."""

from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from services.intake.comparing import Before, compared
from services.intake.connections import Connection
from services.intake.drafts.use_cases import Desk
from services.intake.reports.repository import read_compared
from services.intake.reports.rows import figures_of
from services.intake.service import Intake
from shared.catalogue.catalogue import Catalogue
from shared.db.engine import driver, snapshot
from shared.domain.figures import Figures
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode, RegimeCode
from shared.domain.obligations import Obligation
from shared.domain.periods import Period, starts_year
from shared.domain.prefills import (
    OtherForm,
    OtherReport,
    Past,
    Prefills,
    concepts,
    prefilled_by_formula,
    prefilled_from_others,
)
from shared.domain.usual_ranges import LOOKED_BACK, UsualRanges, usual_ranges

READ_HISTORY = """
SELECT e.figures FROM log.report p
JOIN log.obligation o ON o.id = p.obligation_id
JOIN log.report_version e
  ON e.report_id = p.id AND e.version = coalesce(p.live_version, p.official_version)
WHERE (p.organization_id, p.regime, p.form) = ($1, $2, $3) AND o.cutoff_date < $4
ORDER BY o.cutoff_date DESC LIMIT $5
"""

READ_OTHERS = """
SELECT p.form, p.regime, p.period, e.figures FROM log.report p
JOIN log.obligation o ON o.id = p.obligation_id
JOIN log.report_version e
  ON e.report_id = p.id AND e.version = coalesce(p.live_version, p.official_version)
WHERE p.organization_id = $1 AND p.form = ANY($2::text[]) AND o.cutoff_date BETWEEN $3 AND $4
ORDER BY p.form, p.regime, o.cutoff_date
"""


@dataclass(frozen=True, slots=True)
class Known:
    """Cells that are filled in from what was sent, and the usual range of cells."""

    prefills: Prefills = field(default_factory=dict)
    ranges: UsualRanges = field(default_factory=dict)


async def read_known(intake: Intake, desk: Desk) -> Known:
    """What is known of the report on a desk, in one snapshot."""
    catalogue = await intake.catalogue.current()
    obligation, place = desk.duty.obligation, desk.place
    beside = compared(catalogue, place)
    async with snapshot(intake.engine) as connection:
        native = await driver(connection)
        previous = await _past(native, obligation, beside.previous)
        last_year = await _past(native, obligation, beside.last_year)
        others = await _others(native, obligation, period=place.period, catalogue=catalogue)
        history = await _history(native, obligation)
    same_year = previous is not None and not starts_year(place.period.code)
    shared = prefilled_from_others(place.form, window=place.period.window, others=others)
    own = prefilled_by_formula(
        place.form, previous=previous, last_year=last_year, same_year=same_year
    )
    return Known({**shared, **own}, usual_ranges(place.form, history))


async def _past(connection: Connection, obligation: Obligation, before: Before) -> Past | None:
    figures = await read_compared(connection, obligation, before=before)
    return None if figures is None else Past(before.period, figures)


async def _history(connection: Connection, obligation: Obligation) -> list[Figures]:
    rows = await connection.fetch(
        READ_HISTORY,
        obligation.organization_id,
        obligation.regime,
        obligation.form,
        obligation.cutoff_date,
        LOOKED_BACK,
    )
    return [figures_of(row["figures"]) for row in rows]


async def _others(
    connection: Connection, obligation: Obligation, *, period: Period, catalogue: Catalogue
) -> list[OtherForm]:
    forms = _sharing(catalogue, obligation)
    if not forms:
        return []
    window = period.window
    rows = await connection.fetch(
        READ_OTHERS, obligation.organization_id, list(forms), window.first, window.last
    )
    return [
        OtherForm(forms[code], tuple(_report(row, catalogue, obligation) for row in found))
        for (code, _), found in groupby(rows, key=lambda row: (row["form"], row["regime"]))
    ]


def _sharing(catalogue: Catalogue, obligation: Obligation) -> dict[FormCode, FormTemplate]:
    """The other forms in force that ask for a concept of this one."""
    on = obligation.cutoff_date
    asked = set(concepts(catalogue.form(obligation.form, on=on)))
    return {
        form.code: form
        for form in catalogue.forms
        if asked
        and form.code != obligation.form
        and form.is_in_force(on)
        and not asked.isdisjoint(concepts(form))
    }


def _report(row: Any, catalogue: Catalogue, obligation: Obligation) -> OtherReport:
    regime = catalogue.regime(RegimeCode(row["regime"]), on=obligation.cutoff_date)
    window = regime.periods.parse(row["period"]).window
    return OtherReport(row["period"], window, figures_of(row["figures"]))
