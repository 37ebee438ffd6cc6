"""The worlds that the demonstration can show: what is loaded, who lives there, when it starts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Protocol

from sqlalchemy.ext.asyncio import AsyncEngine

from services.demo.history import DEMO_START, FIRST_QUARTER_OPENS
from services.demo.people import PEOPLE_OF_THE_QUARTER, PEOPLE_OF_THE_YEAR, Person
from services.demo.progress import Progress
from services.demo.seeding import PACKS, seed
from services.demo.year.packs import PACKS_OF_THE_YEAR
from services.demo.year.seeding import seed_year
from services.demo.year.timeline import STORY_BEGINS, YEAR_START
from shared.domain.identifiers import AccountId


class WorldName(StrEnum):
    QUARTER = "quarter"
    YEAR = "year"


class Seed(Protocol):
    """Fills a database that holds the catalogue and the people."""

    async def __call__(
        self, engine: AsyncEngine, *, actor_id: AccountId, progress: Progress
    ) -> None: ...


@dataclass(frozen=True, slots=True)
class World:
    """`begins` dates the catalogue, `starts` is where the clock sets out.

    `province` is the code of the one that answers for all; `sender` the address of its mails.
    """

    name: WorldName
    title: str
    packs: Sequence[str]
    begins: datetime
    starts: datetime
    people: Sequence[Person]
    province: str
    sender: str
    seed: Seed


_PLAYED = frozenset(
    person.organization for person in PEOPLE_OF_THE_YEAR if person.level == "commune"
)

WORLDS = {
    WorldName.QUARTER: World(
        name=WorldName.QUARTER,
        title="Bình Phước, the second quarter of 2025",
        packs=PACKS,
        begins=FIRST_QUARTER_OPENS,
        starts=DEMO_START,
        people=PEOPLE_OF_THE_QUARTER,
        province="70",
        sender="tonghop@binhphuoc.example",
        seed=seed,
    ),
    WorldName.YEAR: World(
        name=WorldName.YEAR,
        title="Bình Phước and Đồng Nai from 2024 to September 2025, over the reform of 01/07/2025",
        packs=PACKS_OF_THE_YEAR,
        begins=STORY_BEGINS,
        starts=YEAR_START,
        people=PEOPLE_OF_THE_YEAR,
        province="75",
        sender="tonghop@dongnai.example",
        seed=partial(seed_year, played=_PLAYED),
    ),
}
