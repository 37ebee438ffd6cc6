"""A report: where it stands, every version and act, and taking it back."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from services.intake.dependencies import IntakeDep
from services.intake.grids import Grid, reading_grid
from services.intake.obligations.pages import ENTERING
from services.intake.places import place_of
from services.intake.reports.rows import StoredVersion
from services.intake.reports.schemas import LONGEST_REASON
from services.intake.reports.use_cases import Decision, History, decide, read_history
from services.intake.service import Intake
from services.intake.signing.history import read_signing
from services.intake.wording import form_label, form_title, name_of, office_name
from shared.catalogue.catalogue import Catalogue
from shared.domain.errors import ReasonRequired
from shared.domain.figures import Figures
from shared.domain.identifiers import ReportId
from shared.domain.obligations import Obligation
from shared.domain.reports import Act, ReportState
from shared.labels.labels import Language
from shared.web.access import SignedIn, require
from shared.web.forms import read_form, seen_version
from shared.web.identifiers import LARGEST_ID
from shared.web.languages import language_of
from shared.web.pages import Pages, PagesDep
from shared.web.principals import Principal
from shared.web.problems import NotFound

router = APIRouter(include_in_schema=False)

ReportNumber = Annotated[int, Path(ge=1, le=LARGEST_ID)]
SenderDep = Annotated[Principal, require(*ENTERING)]


@router.get("/reports/{report_id}")
async def report_page(
    request: Request,
    report_id: ReportNumber,
    *,
    pages: PagesDep,
    principal: SignedIn,
    intake: IntakeDep,
    version: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """The last version, or the one asked for, with what changed in it."""
    history = await read_history(intake, principal, ReportId(report_id))
    wanted = history.last if version is None else history.version(version)
    if wanted is None:
        raise NotFound
    return await _page(request, pages, intake, principal=principal, history=history, wanted=wanted)


@router.post("/reports/{report_id}/withdraw")
async def withdraw(
    request: Request,
    report_id: ReportNumber,
    *,
    pages: PagesDep,
    principal: SenderDep,
    intake: IntakeDep,
) -> Response:
    """Takes the report back, with a reason."""
    decision = await decision_of(request, ReportId(report_id), verb=Act.WITHDRAW)
    try:
        await decide(intake, principal, decision)
    except ReasonRequired as error:
        history = await read_history(intake, principal, ReportId(report_id))
        return await _page(
            request,
            pages,
            intake,
            principal=principal,
            history=history,
            wanted=history.last,
            errors=[{"text": str(error), "href": "#reason"}],
        )
    return RedirectResponse(f"/reports/{report_id}", status_code=303)


async def decision_of(request: Request, report_id: ReportId, *, verb: Act) -> Decision:
    """The decision that a form posts; a missing sequence is one that nothing has."""
    form = await read_form(request)
    return Decision(
        report_id=report_id,
        verb=verb,
        expected_sequence=seen_version(form, "sequence"),
        reason=str(form.get("reason", "")).strip()[:LONGEST_REASON] or None,
    )


def version_grid(
    known: Catalogue,
    obligation: Obligation,
    history: History,
    *,
    wanted: StoredVersion,
    language: Language,
    previous: Figures | None = None,
) -> Grid:
    """A version as a sheet, marked where it differs from the one before."""
    organization = known.tree(obligation.cutoff_date).get(obligation.organization_id)
    form = known.form_version(obligation.form, wanted.form_version).as_owed_by(organization)
    older = history.version(wanted.version - 1)
    return reading_grid(
        form,
        wanted.figures,
        language=language,
        previous=previous,
        before=None if older is None else older.figures,
        content=wanted.content,
        content_before=None if older is None else older.content,
    )


async def _page(
    request: Request,
    pages: Pages,
    intake: Intake,
    *,
    principal: Principal,
    history: History,
    wanted: StoredVersion,
    errors: Sequence[Mapping[str, Any]] = (),
) -> Response:
    language, known = language_of(request), await intake.catalogue.current()
    filed = history.filed
    place = place_of(known, filed.obligation)
    grid = version_grid(known, filed.obligation, history, wanted=wanted, language=language)
    own = filed.obligation.met_by == principal.organization_id
    sender = own and principal.has_any(*ENTERING)
    obligation_id = filed.obligation.id
    return pages.render(
        request,
        "intake/report.html",
        status_code=422 if errors else 200,
        filed=filed,
        history=history,
        version=wanted,
        version_links=_version_links(history),
        title=form_title(place.form, language),
        label=form_label(place.form, language),
        organization_name=office_name(place.organization),
        grid=grid,
        has_changes=grid.has_changes,
        late=filed.obligation.is_late(filed.report.first_submitted_at),
        last_reason=history.acts[-1].reason or "",
        entered_by=name_of(known, wanted.proxy_by, on=intake.clock.today()),
        signing=await read_signing(intake, obligation_id) if own and obligation_id else (),
        may_mend=sender,
        may_withdraw=sender and filed.report.state is ReportState.SUBMITTED,
        errors=errors,
        reason="",
    )


def _version_links(history: History) -> list[tuple[int, str, str]]:
    path = f"/reports/{history.filed.report.id}"
    return [
        (each.version, str(each.version), f"{path}?version={each.version}")
        for each in history.versions
    ]
