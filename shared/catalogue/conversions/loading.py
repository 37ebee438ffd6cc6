"""A conversion table into the database: all at once or not at all."""

from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from shared.catalogue.conversions.conversion import Conversion, understand
from shared.catalogue.conversions.descriptor import (
    OFFICIAL,
    ConversionFile,
    corrected,
    read_descriptor,
)
from shared.catalogue.conversions.entries import Entries, entries_of
from shared.catalogue.conversions.table import read_table
from shared.catalogue.repository import lock_for_loading, read_stored
from shared.catalogue.store import Advance, Announce, load_packs, unheard
from shared.clock import Clock


@dataclass(frozen=True, slots=True)
class Loaded:
    """The change that now holds, and what it was made of."""

    number: int
    entries: Entries


def read_official() -> tuple[Conversion, ConversionFile]:
    """The shipped table of 01/07/2025, its known errors corrected. Takes seconds."""
    descriptor = read_descriptor(OFFICIAL)
    table = corrected(read_table(descriptor.table_file or Path()), descriptor)
    return understand(table, effective_on=descriptor.model.effective_on), descriptor.model


async def load_conversion(
    connection: AsyncConnection,
    conversion: Conversion,
    model: ConversionFile,
    *,
    clock: Clock,
    announce: Announce,
    advance: Advance = unheard,
) -> Loaded:
    """Append what is new, in the caller's transaction. Raises PacksRefused with every fault."""
    await lock_for_loading(connection)
    stored = await read_stored(connection)
    entries = entries_of(conversion, model, stored=stored.content())
    number = await load_packs(
        connection, [entries.pack], clock=clock, announce=announce, advance=advance
    )
    return Loaded(number, entries)
