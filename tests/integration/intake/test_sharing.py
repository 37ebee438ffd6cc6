"""A figure that another form of the same organization asked for is not asked twice."""

from datetime import date
from pathlib import Path

from services.intake.obligations.use_cases import keep_obligations
from shared.catalogue.packs import read_packs
from shared.catalogue.store import load_packs
from shared.db.engine import transaction
from tests.support.intake_world import World, announce, submission_of

PACK = """
kind: pack
name: regimes/poverty
title: Hộ nghèo, tháng và quý
"""
REGIME = """
kind: regime
code: {code}
version: 1
name: Chế độ {code}
assumption: true
valid_from: 2024-01-01
periods: {{frequency: {frequency}, calendar: administrative, assumption: true}}
deadlines:
  assumption: true
  roll: next_working_day
  steps:
    - {{level: commune, day_of_month: 18}}
forms: [{code}]
"""
FORM = """
kind: form
code: {code}
slug: {slug}
version: 1
name: Biểu {code}
assumption: true
valid_from: 2024-01-01
unit: hộ
entering_levels: [commune]
columns:
  assumption: true
  items:
    - {{code: "{column}", label: Hộ nghèo, indicator: HO_NGHEO, time_operator: last}}
rows:
  assumption: true
  items:
    - {{code: D1, label: Toàn xã}}
"""


def poverty_pack(folder: Path) -> Path:
    """A monthly and a quarterly regime whose forms ask for the same."""
    pack = folder / "regimes/poverty"
    pack.mkdir(parents=True)
    (pack / "pack.yaml").write_text(PACK, encoding="utf-8")
    for code, frequency, column in (("THANG", "month", "7"), ("QUY", "quarter", "1")):
        names = {"code": code, "slug": code.lower(), "frequency": frequency, "column": column}
        (pack / f"regime-{code}.yaml").write_text(REGIME.format(**names), encoding="utf-8")
        (pack / f"form-{code}.yaml").write_text(FORM.format(**names), encoding="utf-8")
    return pack


async def test_a_quarter_starts_from_what_its_months_have_reported(
    world: World, tmp_path: Path
) -> None:
    async with transaction(world.owner) as connection:
        packs = read_packs([poverty_pack(tmp_path)])
        number = await load_packs(connection, packs, clock=world.clock, announce=announce)
    await world.intake.catalogue.current(minimum=number)
    await keep_obligations(world.intake, since=date(2025, 3, 1))
    sender = await world.as_sender(world.next_commune())
    for period, households in (("2025-04", 12), ("2025-05", 11), ("2025-06", 9)):
        answer = await sender.send(
            submission_of(
                sender.organization,
                form="THANG",
                period=period,
                figures={"D1": {"7": households}},
            )
        )
        assert answer.status_code == 201, answer.text

    duties = (await sender.call("GET", "/api/v1/obligations?period=2025-Q2")).json()["items"]
    paths = [duty["links"]["draft"] for duty in duties if duty["form"] == "QUY"]
    draft = (await sender.call("GET", paths[0])).json()

    months = ["2025-04", "2025-05", "2025-06"]
    shared = {"row": "D1", "column": "1", "figure": "9", "form": "THANG", "periods": months}
    assert draft["prefilled"] == [shared]
