"""What the features of intake share. `build` is the only place where it is put together."""

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from shared.catalogue.catalogue import CatalogueReader
from shared.children import Children
from shared.clock import Clock
from shared.web.principals import Principal
from shared.web.scope import Scope, scope_of

LARGEST_ATTACHMENT_BYTES = 10_485_760
"""Unless the settings say otherwise."""


@dataclass(frozen=True, slots=True)
class Intake:
    """`engine` acts as the role tonghop_intake. `hint` tells the relay that an event waits.

    `attachment_limit_bytes` is the size of the largest signed file that is kept. `children` read
    and write files in processes of their own. `font_directory` may hold Times New Roman.
    """

    engine: AsyncEngine
    catalogue: CatalogueReader
    clock: Clock
    hint: Callable[[], None]
    attachment_limit_bytes: int = LARGEST_ATTACHMENT_BYTES
    children: Children = field(default_factory=Children)
    font_directory: Path | None = None


def build(
    *,
    engine: AsyncEngine,
    catalogue: CatalogueReader,
    clock: Clock,
    hint: Callable[[], None],
    attachment_limit_bytes: int = LARGEST_ATTACHMENT_BYTES,
    font_directory: Path | None = None,
) -> Intake:
    """The service on its adapters. Nothing is opened here."""
    return Intake(
        engine=engine,
        catalogue=catalogue,
        clock=clock,
        hint=hint,
        attachment_limit_bytes=attachment_limit_bytes,
        font_directory=font_directory,
    )


async def current_scope(intake: Intake, principal: Principal) -> Scope:
    """What the caller may see today, by the catalogue as it is now."""
    known = await intake.catalogue.current()
    return scope_of(principal, known, on=intake.clock.today())
