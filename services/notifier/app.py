"""The web application of the notifier: the ledger of reminders, and the demonstration's mailbox."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter, FastAPI

from services.notifier.mailbox.pages import router as mailbox_pages
from services.notifier.reminders.endpoints import router as reminders_api
from services.notifier.reminders.pages import router as reminders_pages
from services.notifier.service import Notifier
from services.notifier.urging.endpoints import router as urging_api
from services.notifier.urging.pages import router as urging_pages
from shared.web.application import Lifespan, ReadinessCheck, WebSettings, create_web_app
from shared.web.authentication import Authenticator

TEMPLATES = Path(__file__).parent / "templates"
STATIC = Path(__file__).parent / "static"


def routers(*, in_demo: bool) -> tuple[APIRouter, ...]:
    """Every route of the notifier; those of the mailbox exist in the demonstration only."""
    in_use = (reminders_api, reminders_pages, urging_api, urging_pages)
    return (*in_use, mailbox_pages) if in_demo else in_use


def create_app(
    notifier: Notifier,
    *,
    settings: WebSettings,
    authenticate: Authenticator,
    lifespans: Sequence[Lifespan] = (),
    readiness: dict[str, ReadinessCheck] | None = None,
) -> FastAPI:
    """The application on a service that `services.notifier.service.build` made."""
    return create_web_app(
        title="tonghop: notifier",
        settings=settings,
        authenticate=authenticate,
        routers=routers(in_demo=settings.demo),
        state={"notifier": notifier},
        lifespans=lifespans,
        template_folders=[TEMPLATES],
        static_folders=[STATIC],
        clock=notifier.clock,
        readiness=readiness,
    )
