"""The routes of accounts, for the application of intake."""

from fastapi import APIRouter

from services.intake.accounts import demo, endpoints, management_pages, pages, reset_pages
from services.intake.audit import endpoints as audit_endpoints
from services.intake.audit import pages as audit_pages


def account_routers(*, in_demo: bool) -> tuple[APIRouter, ...]:
    """They need `app.state.accounts`, an Accounts; those of administrators and of the demo also
    `app.state.intake`.
    """
    always = (
        endpoints.router,
        pages.router,
        reset_pages.router,
        management_pages.router,
        audit_endpoints.router,
        audit_pages.router,
    )
    return (*always, demo.router) if in_demo else always
