"""Search keys and the Vietnamese order of names."""

import unicodedata
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.names import search_key, sort_key

LETTERS = "aáàảãạăắằâấầbcdđeéèêếghiíklmnoóòôốơớpqrstuúưứvxyý"
words = st.text(alphabet=LETTERS + LETTERS.upper() + " -'0123456789", max_size=30)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        pytest.param("Hoà Bình", "hoa binh", id="old tone placement"),
        pytest.param("Hòa Bình", "hoa binh", id="new tone placement"),
        pytest.param("Đồng Phú", "dong phu", id="đ"),
        pytest.param("  Thị trấn\tTân   Phú ", "thi tran tan phu", id="spaces"),
        pytest.param("Phường Thuỷ Xuân", "phuong thuy xuan", id="thuỷ"),
        pytest.param("Đắk R'Lấp", "dak rlap", id="apostrophe"),
        pytest.param("Ia H’Drai", "ia hdrai", id="curly apostrophe"),
        pytest.param("Bà Rịa - Vũng Tàu", "ba ria vung tau", id="hyphen"),
        pytest.param("Phường 4", "phuong 4", id="number"),
        pytest.param("ＨÀ　NỘI", "ha noi", id="full width"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_search_keys_fold_case_marks_and_spaces(text: str, key: str) -> None:
    assert search_key(text) == key


@given(words)
def test_a_search_key_is_plain_letters_and_its_own_key(text: str) -> None:
    key = search_key(text)

    assert key.isascii()
    assert key == key.lower() == " ".join(key.split())
    assert search_key(key) == key


@given(words)
def test_keys_do_not_depend_on_how_marks_are_encoded(text: str) -> None:
    decomposed = unicodedata.normalize("NFD", text)

    assert search_key(decomposed) == search_key(text)
    assert sort_key(decomposed) == sort_key(text)


@given(st.text())
def test_any_text_has_keys_in_which_spaces_and_their_number_do_not_count(text: str) -> None:
    spaced = "  ".join(["", *text.split(), ""])

    assert search_key(spaced) == search_key(text)
    assert sort_key(spaced) == sort_key(text)


@pytest.mark.parametrize(
    "in_order",
    [
        pytest.param("a ă â b c d đ e ê g h i k l m n o ô ơ p q r s t u ư v x y", id="alphabet"),
        pytest.param("e f g i j k v w x y z", id="letters of foreign names"),
        pytest.param("ma mà mả mã má mạ", id="tones"),
        pytest.param("ân ần ẩn ẫn ấn ận", id="tones on a marked letter"),
        pytest.param("an àn ang ăn", id="letters before tones"),
        pytest.param("Ba_Vì Bà_Rịa Bạc_Liêu Bắc_Giang Bến_Tre", id="syllable by syllable"),
        pytest.param("Dĩ_An Đà_Lạt Đồng_Nai Đồng_Phú", id="d before đ"),
        pytest.param("An An_Hòa An_Khánh Anh", id="a shorter name first"),
        pytest.param("Phường_4 Phường_10 Phường_An_Hòa", id="numbers by value"),
        pytest.param("Tân_Phú Tân_Phước Tân_Thành", id="u before ư"),
        pytest.param("Zuôn αβγ", id="letters of other scripts last"),
    ],
)
def test_names_sort_as_in_a_vietnamese_dictionary(in_order: str) -> None:
    names = [each.replace("_", " ") for each in in_order.split()]
    shuffled = Random(0).sample(names, k=len(names))  # noqa: S311 - only shuffles a test's input

    assert sorted(shuffled, key=lambda each: sort_key(each).encode()) == names
    assert len({sort_key(each) for each in names}) == len(names)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        pytest.param("Hoà", "Hòa", id="oa"),
        pytest.param("Thuý", "Thúy", id="uy"),
        pytest.param("HÒA BÌNH", "hoà bình", id="case"),
        pytest.param("Phường 04", "Phường 4", id="leading zero"),
    ],
)
def test_spellings_of_one_name_share_a_sort_key(one: str, other: str) -> None:
    assert sort_key(one) == sort_key(other)


def test_marks_that_vietnamese_does_not_know_are_ignored() -> None:
    assert sort_key("Çelik") == sort_key("Celik")
    assert sort_key("Hòa") != sort_key("Hoa")
