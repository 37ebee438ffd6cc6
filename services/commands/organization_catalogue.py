"""The catalogue as commands about accounts need it: with organizations in force."""

from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from services.commands.faults import CommandFault
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.repository import read_stored


class NoOrganizations(CommandFault):
    """An account belongs to an organization, and there is none in force."""

    code = "no_organizations"

    def __init__(self, on: date) -> None:
        super().__init__(
            f"Danh mục chưa có đơn vị nào có hiệu lực ngày {on:%d/%m/%Y}. Hãy nạp danh mục trước: "
            "tonghop catalogue load GÓI, hoặc tonghop organizations import TỆP."
        )


async def catalogue_in_force(connection: AsyncConnection, *, on: date) -> Catalogue:
    """The stored catalogue; raises NoOrganizations when none is in force on that day."""
    known = Catalogue.of(await read_stored(connection))
    if not known.tree(on).organizations:
        raise NoOrganizations(on)
    return known
