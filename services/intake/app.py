"""The web application of intake: its routes, its pages and its background task."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.intake.accounts.routes import account_routers
from services.intake.accounts.service import Accounts
from services.intake.aggregates.endpoints import router as aggregates_router
from services.intake.aggregates.pages import router as aggregate_pages_router
from services.intake.catalogue.endpoints import router as catalogue_router
from services.intake.catalogue.pages import router as catalogue_pages_router
from services.intake.closings.endpoints import router as periods_router
from services.intake.closings.pages import router as period_pages_router
from services.intake.documents.endpoints import router as attachments_router
from services.intake.documents.pages import router as documents_router
from services.intake.drafts.endpoints import router as drafts_router
from services.intake.drafts.pages import router as entry_router
from services.intake.duties.endpoints import router as duties_router
from services.intake.duties.pages import router as duty_pages_router
from services.intake.forms.endpoints import router as forms_router
from services.intake.forms.pages import router as form_pages_router
from services.intake.forms.scripts import router as scripts_router
from services.intake.history.endpoints import router as history_router
from services.intake.imports.endpoints import router as imports_router
from services.intake.obligations.endpoints import router as obligations_router
from services.intake.obligations.pages import router as home_router
from services.intake.printing.endpoints import router as printing_router
from services.intake.regimes.endpoints import router as regimes_router
from services.intake.regimes.pages import router as regime_pages_router
from services.intake.reports.endpoints import router as reports_router
from services.intake.reports.pages import router as report_router
from services.intake.requests.endpoints import router as requests_router
from services.intake.requests.pages import router as request_pages_router
from services.intake.review.endpoints import router as review_router
from services.intake.review.many import router as review_many_router
from services.intake.review.pages import router as review_pages_router
from services.intake.service import Intake
from services.intake.signing.endpoints import router as signing_router
from services.intake.signing.pages import router as signing_pages_router
from services.intake.submissions.endpoints import router as submissions_router
from services.intake.submissions.pages import router as sending_router
from services.intake.workbooks.endpoints import router as workbooks_router
from services.intake.workbooks.pages import router as workbook_pages_router
from shared.web.application import Lifespan, ReadinessCheck, WebSettings, create_web_app
from shared.web.authentication import Authenticator

TEMPLATES = Path(__file__).parent / "templates"


def routers(*, in_demo: bool) -> tuple[APIRouter, ...]:
    """Every route of intake, for its own application and for all in one.

    They need `app.state.intake`, an Intake, and `app.state.accounts`, an Accounts.
    """
    # Routes are tried in this order, so the one that matters at the deadline hour comes first.
    return (
        submissions_router,
        *account_routers(in_demo=in_demo),
        imports_router,
        duties_router,
        periods_router,
        requests_router,
        regimes_router,
        history_router,
        obligations_router,
        forms_router,
        scripts_router,
        drafts_router,
        signing_router,
        attachments_router,
        workbooks_router,
        aggregates_router,
        reports_router,
        printing_router,
        review_router,
        catalogue_router,
        home_router,
        duty_pages_router,
        period_pages_router,
        regime_pages_router,
        form_pages_router,
        request_pages_router,
        entry_router,
        sending_router,
        signing_pages_router,
        documents_router,
        workbook_pages_router,
        aggregate_pages_router,
        report_router,
        review_many_router,
        review_pages_router,
        catalogue_pages_router,
    )


def create_app(
    intake: Intake,
    accounts: Accounts,
    *,
    settings: WebSettings,
    authenticate: Authenticator,
    lifespans: Sequence[Lifespan] = (),
    readiness: dict[str, ReadinessCheck] | None = None,
) -> FastAPI:
    """The application on what `service.build` and `open_accounts` made."""
    return create_web_app(
        title="tonghop: intake",
        settings=settings,
        authenticate=authenticate,
        routers=routers(in_demo=settings.demo),
        state={"intake": intake, "accounts": accounts},
        lifespans=lifespans,
        template_folders=[TEMPLATES],
        clock=intake.clock,
        readiness=readiness,
    )
