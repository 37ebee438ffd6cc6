"""The web application of intake: its routes, its pages and its background task."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.intake.drafts.endpoints import router as drafts_router
from services.intake.forms.endpoints import router as forms_router
from services.intake.obligations.endpoints import router as obligations_router
from services.intake.reports.endpoints import router as reports_router
from services.intake.review.endpoints import router as review_router
from services.intake.service import Intake
from services.intake.submissions.endpoints import router as submissions_router
from shared.web.application import Lifespan, ReadinessCheck, WebSettings, create_web_app
from shared.web.authentication import Authenticator

TEMPLATES = Path(__file__).parent / "templates"
STATIC_FOLDERS: tuple[Path, ...] = ()


def routers() -> tuple[APIRouter, ...]:
    """Every route of intake, for its own application and for all in one."""
    return (
        obligations_router,
        forms_router,
        drafts_router,
        submissions_router,
        reports_router,
        review_router,
    )


def create_app(
    intake: Intake,
    *,
    settings: WebSettings,
    authenticate: Authenticator,
    lifespans: Sequence[Lifespan] = (),
    readiness: dict[str, ReadinessCheck] | None = None,
) -> FastAPI:
    """The application on a service that `services.intake.service.build` made."""
    return create_web_app(
        title="tonghop: intake",
        settings=settings,
        authenticate=authenticate,
        routers=routers(),
        state={"intake": intake},
        lifespans=lifespans,
        template_folders=[TEMPLATES],
        static_folders=STATIC_FOLDERS,
        clock=intake.clock,
        readiness=readiness,
    )
