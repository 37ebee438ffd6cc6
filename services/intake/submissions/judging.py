"""Whether a submission may be stored: the figures, the rules, and the report's own life."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from services.intake.submissions import faults as say
from services.intake.submissions.repository import Context
from services.intake.submissions.schemas import SubmissionBody
from shared.domain.content_reading import read_content
from shared.domain.contents import NOTHING, Content, fed_faults, with_fed_figures
from shared.domain.documents import BLANK, Document
from shared.domain.faults import Fault
from shared.domain.figures import Figures
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.obligations import Obligation
from shared.domain.periods import starts_year
from shared.domain.reports import (
    CorrectionNeedsReason,
    Report,
    first_submission,
    require_proxy,
    submit,
)
from shared.domain.sheets import check, validate
from shared.web.problems import ProblemFault


@dataclass(frozen=True, slots=True)
class Judged:
    """A submission that may be stored; `report` is what the report becomes."""

    obligation: Obligation
    report: Report
    form: FormTemplate
    figures: Figures
    document: Document
    content: Content = NOTHING


def judge(
    body: SubmissionBody,
    *,
    form: FormTemplate,
    obligation: Obligation,
    context: Context,
    at: datetime,
    proxy: bool = False,
) -> Judged:
    """What is to be stored; `proxy` says that the receiver enters it for the sender.

    Raises:
        ValidationFailed, CrossCheckFailed: with every fault, in the order of the input.
        ReasonRequired, ProxyNotNeeded: a proxy entry that the report does not allow.
        PeriodClosed: the period is closed, and no reason is given.
    """
    if proxy:
        require_proxy(context.report, reason=body.reason)
    figures, content, figure_faults = _figures(
        form, body, previous=context.previous, last_year=context.same_period_last_year
    )
    document = document_named(body)
    paper = say.of_document(document, at=at, attachment_known=context.attachment_known)
    faults = [*figure_faults, *paper, *say.of_files(content, kept=context.kept_files)]
    try:
        report = _next_report(context, obligation=obligation, at=at, reason=body.reason)
    except CorrectionNeedsReason as error:
        raise say.refusal([*faults, say.reason_required(str(error))]) from None
    if faults:
        raise say.refusal(faults)
    return Judged(
        obligation=obligation,
        report=report,
        form=form,
        figures=figures,
        document=document,
        content=content,
    )


def files_named(content: object) -> frozenset[str]:
    """The supporting files that a body names, as far as it names any."""
    files = content.get("files") if isinstance(content, dict) else None
    lists = files.values() if isinstance(files, dict) else ()
    members = (each for found in lists if isinstance(found, list) for each in found)
    named = (each.get("sha256") for each in members if isinstance(each, dict))
    return frozenset(each for each in named if isinstance(each, str))


def document_named(body: SubmissionBody) -> Document:
    """What the body says of the signed paper."""
    return BLANK if body.document is None else body.document.document()


def judge_figures(form: FormTemplate | None, body: SubmissionBody) -> list[ProblemFault]:
    """The faults of the figures alone, when it is not known what report they belong to."""
    if form is None:
        return []
    _, _, faults = _figures(form, body, previous=None, last_year=None)
    return faults


def read_figures(
    form: FormTemplate,
    body: SubmissionBody,
    *,
    previous: Figures | None,
    last_year: Figures | None,
) -> tuple[Figures, tuple[Fault, ...]]:
    """The figures and every fault, hard and soft, those that are explained included."""
    figures, _, faults = read_report(form, body, previous=previous, last_year=last_year)
    return figures, faults


def read_report(
    form: FormTemplate,
    body: SubmissionBody,
    *,
    previous: Figures | None,
    last_year: Figures | None,
) -> tuple[Figures, Content, tuple[Fault, ...]]:
    """The same, with what is said besides the figures."""
    explanations, _ = say.explanations_by_row(form, body.explanations)
    same_year = previous is not None and not starts_year(body.period)
    if body.nothing_to_report:
        faults = check(
            form,
            _all_zero(form),
            previous=previous,
            same_period_last_year=last_year,
            same_year=same_year,
            explanations=explanations,
        )
        return {}, NOTHING, faults
    content, wrong = read_content(form, body.content)
    wrong = (*fed_faults(form, body.figures, content), *wrong)
    validation = validate(
        form,
        with_fed_figures(form, body.figures, content),
        previous=previous,
        same_period_last_year=last_year,
        same_year=same_year,
        explanations=explanations,
    )
    return validation.figures, content, (*validation.faults, *wrong)


def _figures(
    form: FormTemplate, body: SubmissionBody, *, previous: Figures | None, last_year: Figures | None
) -> tuple[Figures, Content, list[ProblemFault]]:
    figures, content, found = read_report(form, body, previous=previous, last_year=last_year)
    _, unknown = say.explanations_by_row(form, body.explanations)
    says_more = _has_figures(body.figures) or _has_figures(body.content or {})
    contradiction = [say.figures_with_nothing()] if body.nothing_to_report and says_more else []
    return figures, content, [*say.of_figures(found), *contradiction, *unknown]


def _has_figures(raw: object) -> bool:
    """Anything that is not an empty sheet."""
    if not isinstance(raw, dict):
        return raw is not None
    return any(cells != {} and cells is not None for cells in raw.values())


def _all_zero(form: FormTemplate) -> Figures:
    """What "nothing to report" states: zero, not missing."""
    zero = Decimal(0)
    figures: dict[RowCode, dict[ColumnCode, Decimal]] = {}
    for cell in form.input_cells:
        figures.setdefault(cell.row, {})[cell.column] = zero
    return figures


def _next_report(
    context: Context, *, obligation: Obligation, at: datetime, reason: str | None
) -> Report:
    closed = context.period_closed
    if context.report is not None:
        return submit(context.report, at=at, reason=reason, period_closed=closed)
    return first_submission(
        organization_id=obligation.organization_id,
        regime=obligation.regime,
        form=obligation.form,
        period=obligation.period,
        at=at,
        reason=reason,
        period_closed=closed,
    )
