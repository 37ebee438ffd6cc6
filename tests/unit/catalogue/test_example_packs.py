"""One example of each kind of regime: every line explained, and the duties that come of it."""

import re
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.checking import catalogue_faults
from shared.catalogue.packs import content_of_packs, find_packs, read_packs, shipped_packs
from shared.catalogue.regimes import Regime, RegimeType
from shared.domain.identifiers import RegimeCode
from shared.domain.obligations import Obligation, derive_obligations
from shared.domain.periods import Frequency, Period, parse_period
from shared.domain.requests import ReportRequest, requested_obligations
from shared.domain.time import vietnam_date
from tests.factories.packs import TWO_PROVINCES, catalogue_of

ROOT = Path(__file__).resolve().parents[3]
EXAMPLES = sorted(ROOT.glob("docs/examples/packs/*"))
EXPLAINED = re.compile(r"^\s*#|\s# \S")
NOW = datetime(2025, 7, 2, tzinfo=UTC)
COMMUNES, REPORTERS = 95, {"commune"}

DUE = {
    "VD-TUAN": ("2025-W29", date(2025, 7, 11), date(2025, 7, 17), date(2025, 7, 18)),
    "VD-THANG": ("2025-08", date(2025, 7, 15), date(2025, 8, 14), date(2025, 8, 18)),
    # The 5th of October 2025 is a Sunday.
    "VD-QUY": ("2025-Q3", date(2025, 7, 1), date(2025, 9, 30), date(2025, 10, 6)),
    "VD-6THANG": ("2025-H2", date(2025, 6, 15), date(2025, 12, 14), date(2025, 12, 17)),
    "VD-9THANG": ("2025-9M", date(2024, 12, 15), date(2025, 9, 14), date(2025, 9, 17)),
    # A Saturday that is worked instead of the 2nd of January.
    "VD-NAM": ("2025", date(2025, 1, 1), date(2025, 12, 31), date(2026, 1, 10)),
    "VD-10THANG": (
        "2025-01-01--2025-10-31", date(2025, 1, 1), date(2025, 10, 31), date(2025, 11, 7),
    ),
    "VD-CHUYEN-DE": (
        "2025-09-01--2025-09-30", date(2025, 9, 1), date(2025, 9, 30), date(2025, 10, 3),
    ),
    "VPCP-HOP": ("2025", date(2024, 12, 15), date(2025, 12, 14), date(2025, 12, 17)),
    "VPCP-KSTT": ("2025-Q3", date(2025, 6, 15), date(2025, 9, 14), date(2025, 9, 17)),
    "KTXH-THANG": ("2025-08", date(2025, 7, 15), date(2025, 8, 14), date(2025, 8, 18)),
}  # fmt: skip
"""A period of each, its days, and until when communes report: worked out by hand."""


@pytest.fixture(scope="module")
def known() -> Catalogue:
    """The new Đồng Nai with its regimes, and all the examples beside them."""
    regimes = [each for each in find_packs() if each.parent.name == "regimes"]
    shipped = shipped_packs(*TWO_PROVINCES, "calendars/vietnam")
    return catalogue_of(read_packs([*shipped, *regimes, *EXAMPLES]))


def regime_of(known: Catalogue, code: str, *, on: date) -> Regime:
    return known.regime(RegimeCode(code), on=on)


def duties(known: Catalogue, regime: Regime, period: Period) -> tuple[Obligation, ...]:
    form = known.form(regime.forms[0], on=period.cutoff_date)
    return derive_obligations(
        regime=regime.code,
        form=form.code,
        period=period,
        entering_levels=form.entering_levels & REPORTERS,
        tree=known.tree(period.cutoff_date),
        links=known.links.get(regime.code, ()),
        deadlines=known.deadlines(regime, period),
        now=NOW,
    )


@pytest.mark.parametrize("pack", EXAMPLES, ids=lambda pack: pack.name)
def test_an_example_is_sound_and_each_of_its_lines_is_explained(pack: Path) -> None:
    assert catalogue_faults(content_of_packs(read_packs([pack]))) == []
    for file in sorted(pack.glob("*.yaml")):
        lines = file.read_text(encoding="utf-8").splitlines()
        told = [line for line in lines if line and not line.startswith("  Kỳ")]
        bare = [line for line in told if not EXPLAINED.search(line)]
        # The text of `notes` is explained where it begins.
        assert len(bare) <= (1 if file.name == "pack.yaml" else 0), bare


def test_every_kind_of_regime_has_an_example(known: Catalogue) -> None:
    examples = [each for each in known.regimes if each.code.startswith("VD-")]

    assert {each.frequency for each in examples} == set(Frequency)
    assert {each.type for each in examples} == set(RegimeType)
    assert {each.on_request is not None for each in examples} == {True, False}
    assert len(examples) == len(EXAMPLES)


@pytest.mark.parametrize("code", DUE)
def test_every_commune_owes_what_the_regime_asks_until_its_deadline(
    known: Catalogue, code: str
) -> None:
    period_code, first, last, deadline = DUE[code]
    regime = regime_of(known, code, on=last)
    period = regime.period(period_code)
    found = duties(known, regime, period)

    assert (period.window.first, period.window.last) == (first, last)
    assert len(found) == COMMUNES
    assert {vietnam_date(each.deadline - each.deadline.resolution) for each in found} == {deadline}


def test_what_is_asked_ad_hoc_is_owed_by_whoever_is_asked(known: Catalogue) -> None:
    regime = regime_of(known, "VD-DOT-XUAT", on=date(2025, 8, 1))
    period = parse_period("2025-07-20--2025-08-01", calendar=regime.calendar, kind=regime.periods)
    tree = known.tree(period.cutoff_date)
    province, *communes = (tree.get(each) for each in tree.organizations)
    request = ReportRequest(
        regime=regime.code,
        form=regime.forms[0],
        period=period,
        last_day=date(2025, 8, 5),
        asked_by=province.id,
    )
    found = requested_obligations(request, communes[:3], now=NOW)

    assert regime.periods.between(date(2025, 7, 1), date(2025, 12, 31)) == ()
    assert Counter(each.receiver_id for each in found) == {province.id: 3}
