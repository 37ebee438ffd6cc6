"""Every act and every change of rights lands in the audit, whichever way it was done."""

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack
from typing import Any

import pytest
import typer.main
from sqlalchemy.ext.asyncio import AsyncEngine

from services.cli import app
from services.intake.audit.actions import ACTIONS
from shared.settings import Settings
from tests.acceptance.api_story import tell
from tests.acceptance.duty_acts import act_on_duties
from tests.acceptance.page_acts import PageActs, do_everything
from tests.architecture.audit_table import (
    AUDITED,
    COMMANDS,
    NOT_AUDITED,
    OTHER_COMMANDS,
    READING_COMMANDS,
)
from tests.architecture.route_table import ALL
from tests.support.system import running_system

SAFE = {"GET"}
UNSAFE = {str(route) for route in ALL if route.method not in SAFE}
Gained = Mapping[str, set[str]]


@pytest.fixture(scope="module")
async def gained(module_engine: AsyncEngine, module_database_url: str) -> AsyncIterator[Gained]:
    """What the audit gained by each call, when everything was done once."""
    settings = Settings(demo=True, requests_per_minute_of_account=0)
    async with (
        running_system(module_engine, module_database_url, settings=settings) as system,
        AsyncExitStack() as stack,
    ):
        acts, province = PageActs(system, stack), system.province
        await do_everything(acts)
        story = await tell(system)
        last = province.districts[-1]
        await act_on_duties(acts, district=last, province=province.province)
        yield {**story.audited, **acts.audited}


def test_every_call_that_changes_something_is_in_the_table() -> None:
    assert {*AUDITED, *NOT_AUDITED} == UNSAFE
    assert set(AUDITED) & set(NOT_AUDITED) == set()
    assert set(AUDITED.values()) <= set(ACTIONS)


@pytest.mark.parametrize(("call", "action"), AUDITED.items(), ids=str)
def test_what_was_done_is_in_the_audit(gained: Gained, call: str, action: str) -> None:
    assert action in gained[call]


@pytest.mark.parametrize("call", sorted(set(NOT_AUDITED) - {"POST /demo/clock"}))
def test_what_is_no_act_leaves_no_line(gained: Gained, call: str) -> None:
    """The demonstration routes its clock itself."""
    assert gained[call] == set()


def test_every_command_is_in_the_table() -> None:
    root = typer.main.get_command(app)
    named = {*COMMANDS, *READING_COMMANDS, *OTHER_COMMANDS}

    assert {name for name in _commands(root) if not name.startswith(("bench", "events"))} == named
    assert set(COMMANDS.values()) <= set(ACTIONS)


def _commands(group: Any, *, before: str = "") -> set[str]:
    found: set[str] = set()
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            found |= _commands(command, before=f"{before}{name} ")
        else:
            found.add(f"{before}{name}")
    return found
