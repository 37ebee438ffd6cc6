"""How Bình Phước and the old Đồng Nai became the new one, against the statistics office's table."""

from collections import Counter
from datetime import date

import pytest

from shared.catalogue.catalogue import Catalogue
from shared.catalogue.packs import read_packs, shipped_packs
from shared.catalogue.schemas import LineageModel
from shared.domain.identifiers import OrganizationCode
from shared.domain.lineage import LineageKind
from tests.factories.conversions import official
from tests.factories.packs import TWO_PROVINCES, catalogue_of

LINEAGE = "organizations/dong-nai-lineage-2025"
BEFORE, AFTER = date(2025, 6, 30), date(2025, 7, 1)


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return catalogue_of(read_packs(shipped_packs(*TWO_PROVINCES, LINEAGE)))


def links() -> list[LineageModel]:
    (pack,) = read_packs(shipped_packs(LINEAGE))
    return [item.model for item in pack.lineage]


def code(text: str) -> OrganizationCode:
    return OrganizationCode(text)


@pytest.mark.optional
def test_the_links_are_those_of_the_statistics_office() -> None:
    conversion = official()
    table = {
        (each.source.code, each.target.code, conversion.kind(each))
        for each in conversion.links
        if each.new_province.code == "75"
    }
    ours = {(each.source, each.target, each.kind) for each in links() if len(each.source) == 5}
    assert ours == table
    assert len(table) == 271


def test_two_provinces_became_one_and_every_district_passed_its_work_on() -> None:
    upper = [each for each in links() if len(each.source) < 5]
    assert {each.target for each in upper} == {"75"}
    assert Counter(each.kind for each in upper) == {
        LineageKind.MERGE_FULL: 2,
        LineageKind.MOVE: 22,
    }


def test_every_old_commune_has_a_successor_and_every_new_one_a_source(
    catalogue: Catalogue,
) -> None:
    before, after = catalogue.tree(BEFORE), catalogue.tree(AFTER)
    old = {each.id for each in before.organizations.values()}
    new = {each.id for each in after.organizations.values()}
    assert {edge.source_id for edge in catalogue.lineage} == old
    assert {edge.target_id for edge in catalogue.lineage} == new
    assert (len(old), len(new)) == (294, 96)


def test_the_one_divided_commune_went_into_two_and_codes_did_not_mislead(
    catalogue: Catalogue,
) -> None:
    before, after = catalogue.tree(BEFORE), catalogue.tree(AFTER)

    def sources(target: str) -> set[tuple[str, str]]:
        target_id = after.by_code(code(target)).id
        return {
            (before.get(edge.source_id).name, edge.kind.value)
            for edge in catalogue.lineage
            if edge.target_id == target_id
        }

    assert after.by_code(code("26446")).name == "Xã Xuân Hòa"
    assert before.by_code(code("26446")).name == "Xã Xuân Hưng"
    assert sources("26446") == {
        ("Xã Xuân Hưng", "merge_full"),
        ("Xã Xuân Hòa", "merge_full"),
        ("Xã Xuân Tâm", "merge_part"),
    }
    assert ("Xã Xuân Tâm", "merge_part") in sources("26359")


def test_only_what_the_law_left_unchanged_keeps_its_identity(catalogue: Catalogue) -> None:
    before, after = catalogue.tree(BEFORE), catalogue.tree(AFTER)
    kept = set(before.organizations) & set(after.organizations)
    assert {after.get(each).name for each in kept} == {
        "Phường Tam Phước",
        "Phường Phước Tân",
        "Xã Bù Gia Mập",
        "Xã Đăk Ơ",
        "Xã Đak Lua",
        "Xã Phú Lý",
        "Xã Thanh Sơn",
    }
    shared = {each.code for each in before.organizations.values()} & {
        each.code for each in after.organizations.values()
    }
    assert len(shared) > 90


def test_the_new_province_has_as_many_communes_and_wards_as_its_resolution_says(
    catalogue: Catalogue,
) -> None:
    """Nghị quyết 1662/NQ-UBTVQH15, as the state's news agency summed it up on 27/06/2025."""
    kinds = Counter(each.kind.value for each in catalogue.tree(AFTER).organizations.values())
    assert (kinds["commune"], kinds["ward"]) == (72, 23)


def test_the_new_province_answers_for_both_old_ones(catalogue: Catalogue) -> None:
    province = catalogue.tree(AFTER).by_code(code("75")).id
    before = catalogue.tree(BEFORE)
    levels = Counter(
        before.get(each).level for each in catalogue.predecessors([province], on=AFTER)
    )
    assert levels == {"province": 2, "district": 22}
