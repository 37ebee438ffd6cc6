"""The routes of accounts, for the application of intake."""

from fastapi import APIRouter

from services.intake.accounts import demo, endpoints, pages


def account_routers(*, in_demo: bool) -> tuple[APIRouter, ...]:
    """They need `app.state.accounts`, an Accounts; those of the demo also `app.state.intake`."""
    open_to_all = (endpoints.router, pages.router)
    return (*open_to_all, demo.router) if in_demo else open_to_all
