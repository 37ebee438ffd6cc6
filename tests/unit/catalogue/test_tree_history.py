"""One tree for each stretch in which nothing changes, and one way from a stretch to another."""

from datetime import date, timedelta

import pytest

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.history import TreeHistory
from shared.catalogue.packs import read_packs, shipped_packs
from shared.domain.organizations import Tree
from tests.factories.packs import DEMO_PACK_NAMES, TWO_PROVINCES, catalogue_of

REFORM = date(2025, 7, 1)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    names = (*TWO_PROVINCES, "organizations/dong-nai-lineage-2025", *DEMO_PACK_NAMES[1:])
    return catalogue_of(read_packs(shipped_packs(*names)))


@pytest.mark.parametrize("days", [-400, -1, 0, 1, 400])
def test_every_day_has_the_tree_that_it_would_have_alone(catalogue: Catalogue, days: int) -> None:
    on = REFORM + timedelta(days=days)
    assert catalogue.tree(on) == Tree.at(catalogue.organizations, on)


def test_days_between_two_changes_share_their_tree(catalogue: Catalogue) -> None:
    march, april = catalogue.tree(date(2025, 3, 14)), catalogue.tree(date(2025, 4, 14))
    assert march.organizations is april.organizations
    assert catalogue.history.stretch(date(2025, 3, 14)) == date(2024, 1, 1)
    assert catalogue.history.stretch(REFORM) == REFORM
    assert catalogue.history.stretch(date(2020, 1, 1)) == date.min


def test_reports_of_one_stretch_are_redrawn_once(catalogue: Catalogue) -> None:
    form = catalogue.forms[0]
    days = (date(2025, 3, 14), date(2025, 6, 14))
    first, second = (
        catalogue.history.redrawing(form, reported_on=day, shown_on=REFORM) for day in days
    )
    assert first is second


def test_only_so_many_trees_are_kept(catalogue: Catalogue) -> None:
    history = TreeHistory(catalogue.organizations, catalogue.lineage, most_kept=1)
    first = history.tree(REFORM)
    assert history.tree(REFORM) is first
    assert history.tree(REFORM - timedelta(days=1)).on == REFORM - timedelta(days=1)
    assert history.tree(REFORM) == first
    assert history.tree(REFORM) is not first
