"""How long one report takes to be read and checked: II.06a, 20 fields of work by 11 columns.

No server: figures as they come out of a request's JSON, every formula, every cross-check, the
period before beside it. Reports and their rows differ.
"""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from services.bench.errors import BenchError
from services.bench.outcomes import Bar, Figure, Outcome, median, percentile
from services.bench.submit import Progress
from shared.catalogue.form_building import build_form
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.schemas import FormFile
from shared.domain.forms import FormTemplate
from shared.domain.sheets import Validation, validate

PACK = "regimes/vpcp-kstt-ii06a"
MOST_MILLISECONDS = 1.5
SHOWN_AT_ONCE = 100

RawFigures = Mapping[str, Mapping[str, int]]


class UnsoundReport(BenchError):
    """A report of the measurement was not what the form asks for."""

    code = "unsound_report"

    def __init__(self, validation: Validation) -> None:
        super().__init__(f"The reports measured must be sound: {validation.faults[:1]}.")


@dataclass(frozen=True, slots=True)
class ValidationPlan:
    """So many reports, after `warm_up` that do not count."""

    reports: int = 2_000
    warm_up: int = 100


def measure_validation(plan: ValidationPlan, *, progress: Progress) -> Outcome:
    """Raises UnsoundReport if a report was refused: a refusal is not the work that is measured."""
    form = _form()
    milliseconds = list(_times(form, plan, progress=progress))
    middle = median(milliseconds)
    cells = f"{len(form.input_rows)} × {len(form.columns)} cells, {len(form.checks)} cross-checks"
    return Outcome(
        benchmark="validate",
        conditions=f"{form.code}: {cells}; {plan.reports} reports",
        figures=(
            Figure("p50", middle, "ms a report"),
            Figure("p99", percentile(milliseconds, 99), "ms a report"),
            Figure("mean", sum(milliseconds) / len(milliseconds), "ms a report"),
        ),
        bars=(Bar("p50, ms a report", middle, most=MOST_MILLISECONDS),),
    )


def _form() -> FormTemplate:
    packs = read_packs(shipped_packs(PACK))
    models = [item.model for pack in packs for item in pack.documents]
    return next(build_form(model) for model in models if isinstance(model, FormFile))


def _times(form: FormTemplate, plan: ValidationPlan, *, progress: Progress) -> Iterator[float]:
    before = validate(form, _report(form, 0)).figures
    for number in range(-plan.warm_up, plan.reports):
        raw = _report(form, number)
        start = time.perf_counter()
        validation = validate(form, raw, previous=before)
        seconds = time.perf_counter() - start
        if validation.faults:
            raise UnsoundReport(validation)
        if number >= 0:
            yield seconds * 1000
        if number >= 0 and ((number + 1) % SHOWN_AT_ONCE == 0 or number + 1 == plan.reports):
            progress(number + 1, plan.reports)


def _report(form: FormTemplate, number: int) -> RawFigures:
    """Every typed cell filled; it balances, and takes over what every other leaves open."""
    return {row.code: _row(number + place) for place, row in enumerate(form.input_rows)}


def _row(number: int) -> Mapping[str, int]:
    received = 30 + number % 97
    resolved = {"8": received - 10, "9": 15, "10": 5}
    return {"4": received, "5": 10, "6": 6, **resolved, "12": 5, "13": 1}
