"""The web application of the aggregator: its routes and its pages."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.aggregator.changes.endpoints import router as changes_router
from services.aggregator.changes.pages import router as changes_pages
from services.aggregator.completeness.endpoints import router as completeness_router
from services.aggregator.completeness.pages import router as completeness_pages
from services.aggregator.dashboard.pages import router as dashboard_pages
from services.aggregator.exports.endpoints import router as exports_router
from services.aggregator.exports.htttbc_endpoints import router as htttbc_router
from services.aggregator.indicators.endpoints import router as indicators_router
from services.aggregator.releases.endpoints import router as releases_router
from services.aggregator.rollups.endpoints import router as rollups_router
from services.aggregator.rollups.pages import router as cells_pages
from services.aggregator.series.endpoints import router as series_router
from services.aggregator.series.pages import router as indicator_pages
from services.aggregator.service import Aggregator
from services.aggregator.stream.endpoints import router as stream_router
from shared.web.application import Lifespan, ReadinessCheck, WebSettings, create_web_app
from shared.web.authentication import Authenticator

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


def routers() -> tuple[APIRouter, ...]:
    """Every route of the aggregator, for its own application and for all in one."""
    return (
        indicators_router,
        series_router,
        exports_router,
        htttbc_router,
        rollups_router,
        completeness_router,
        changes_router,
        releases_router,
        stream_router,
        dashboard_pages,
        cells_pages,
        indicator_pages,
        changes_pages,
        completeness_pages,
    )


def create_app(
    aggregator: Aggregator,
    *,
    settings: WebSettings,
    authenticate: Authenticator,
    lifespans: Sequence[Lifespan] = (),
    readiness: dict[str, ReadinessCheck] | None = None,
) -> FastAPI:
    """The application on a service that `services.aggregator.service.build` made."""
    return create_web_app(
        title="tonghop: aggregator",
        settings=settings,
        authenticate=authenticate,
        routers=routers(),
        state={"aggregator": aggregator},
        lifespans=lifespans,
        template_folders=[TEMPLATES],
        static_folders=[STATIC],
        clock=aggregator.clock,
        readiness=readiness,
    )
