"""What the API shows of a unit, in the words of the recomputation."""

from typing import Any

from shared.domain.organizations import OrganizationVersion
from tests.acceptance.recomputation import Account, Sums, sums_of
from tests.support.province import FORM, PERIOD, Caller

TRACKS = ("live", "official")


async def rollup(caller: Caller, unit: OrganizationVersion, *, track: str = "live") -> Any:
    return await caller.get(
        "/api/v1/rollups", form=FORM, period=PERIOD, organization=unit.code, track=track
    )


def shown(answer: Any) -> Sums:
    cells = {(each["row"], each["column"]): each for each in answer["cells"]}
    typed = {cell: each for cell, each in cells.items() if not each["derived"]}
    return Sums(
        cells={cell: each["total"] for cell, each in cells.items()},
        counts={cell: each["count"] for cell, each in typed.items()},
        minima={cell: each["minimum"] for cell, each in typed.items()},
        maxima={cell: each["maximum"] for cell, each in typed.items()},
        coverage=answer["coverage"],
    )


async def assert_sums(caller: Caller, unit: OrganizationVersion, accounts: list[Account]) -> None:
    """The unit shows what its communes' bodies add up to, and how many of them are in."""
    for track in TRACKS:
        expected = sums_of(accounts, track=track)
        assert shown(await rollup(caller, unit, track=track)) == expected, unit.name
        progress = await caller.get(
            "/api/v1/completeness", form=FORM, period=PERIOD, organization=unit.code, track=track
        )
        assert expected.coverage.items() <= progress.items(), unit.name
        assert progress["late"] == expected.coverage["reported"] - expected.coverage["on_time"]
