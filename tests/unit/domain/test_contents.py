"""What a report says besides its figures: cells of words, lists that the unit extends, sections."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.cells import CellRef, ColumnType, Scope
from shared.domain.content_reading import MAX_FAULTS, InvalidText, read_content, read_text
from shared.domain.contents import (
    NOTHING,
    changed_words,
    content_of,
    fed_faults,
    fed_figures,
    with_fed_figures,
)
from shared.domain.identifiers import ColumnCode, RowCode
from shared.domain.sheets import complete
from tests.factories.forms import column, form, row
from tests.factories.narratives import AMOUNT, CAUSES, COUNT, list_column, narrative, projects
from tests.factories.organizations import ward
from tests.factories.reading import figures_and_faults


def faults_of(raw: object, **changed: Any) -> list[tuple[str, str]]:
    _, faults = read_content(narrative(**changed), raw)
    assert all(fault.detail and fault.blocks for fault in faults)
    return [(fault.pointer, fault.code) for fault in faults]


WHOLE: Mapping[str, Any] = {
    "texts": {"D1": {"note": "đúng", "day": "2025-06-30", "kind": "land"}},
    "lists": {"DA": [{"name": "Cầu", "amount": "12.5", "due": "2025-06-01", "cause": "money"}]},
    "sections": {"I": "Đã xong.\nTốt.", "II": "Không"},
    "files": {"II": [{"name": "ảnh.png", "sha256": "0" * 64}]},
}


def test_content_is_kept_as_plain_text_and_reads_back_the_same() -> None:
    content, faults = read_content(narrative(), WHOLE)
    assert faults == ()
    assert content.as_json() == WHOLE
    assert content_of(content.as_json()) == content
    assert content.text(CellRef(RowCode("D1"), ColumnCode("kind"))) == "land"
    assert content_of(None) is NOTHING
    assert NOTHING.is_blank
    assert NOTHING.as_json() == {}


def test_dates_and_choices_are_taken_as_people_write_them() -> None:
    cells = {"note": "  đúng ", "day": "30/6/2025", "kind": "giải phóng mặt bằng"}
    entry = {"name": "Cầu", "amount": "12,5", "due": "01/06/2025", "cause": "Thiếu vốn"}
    typed = {
        "texts": {"D1": cells},
        "lists": {"DA": [{}, entry]},
        "sections": {"I": "Đã xong.\r\nTốt.", "II": "Không"},
        "files": {"II": [{"name": "ảnh\x00.png", "sha256": "0" * 64}] * 2},
    }
    content, faults = read_content(narrative(), typed)
    assert (content.as_json(), faults) == (WHOLE, ())


@pytest.mark.parametrize(
    ("raw", "pointer", "code"),
    [
        pytest.param(
            {"texts": {"D1": {"note": "dài hơn mười"}}},
            "/content/texts/D1/note",
            "text_too_long",
            id="long",
        ),
        pytest.param(
            {"texts": {"D1": {"note": 5}}}, "/content/texts/D1/note", "not_text", id="figure"
        ),
        pytest.param(
            {"texts": {"D1": {"note": "a\x00"}}},
            "/content/texts/D1/note",
            "unprintable_text",
            id="control",
        ),
        pytest.param(
            {"texts": {"D1": {"note": "\ud800"}}},
            "/content/texts/D1/note",
            "unprintable_text",
            id="half",
        ),
        pytest.param(
            {"texts": {"D1": {"day": "31/02/2025"}}},
            "/content/texts/D1/day",
            "not_a_date",
            id="no-day",
        ),
        pytest.param(
            {"texts": {"D1": {"day": "2025"}}}, "/content/texts/D1/day", "not_a_date", id="year"
        ),
        pytest.param(
            {"texts": {"D1": {"day": "1/2/3"}}},
            "/content/texts/D1/day",
            "not_a_date",
            id="short-year",
        ),
        pytest.param(
            {"texts": {"D1": {"day": "0999-01-01"}}},
            "/content/texts/D1/day",
            "not_a_date",
            id="past",
        ),
        pytest.param(
            {"texts": {"D1": {"kind": "mưa"}}},
            "/content/texts/D1/kind",
            "unknown_choice",
            id="choice",
        ),
        pytest.param(
            {"texts": {"D1": {"1": "a"}}}, "/content/texts/D1/1", "unknown_cell", id="figure-cell"
        ),
        pytest.param({"texts": {"D1": 5}}, "/content/texts/D1", "not_an_object", id="row"),
        pytest.param(
            {"texts": {"X": {"note": "a"}}}, "/content/texts/X/note", "unknown_cell", id="no-row"
        ),
        pytest.param({"lists": {"X": []}}, "/content/lists/X", "unknown_list", id="no-list"),
        pytest.param({"lists": {"DA": {}}}, "/content/lists/DA", "not_a_list", id="no-array"),
        pytest.param({"lists": {"DA": ["x"]}}, "/content/lists/DA/0", "not_an_object", id="entry"),
        pytest.param(
            {"lists": {"DA": [{}, {"due": "2025-01-01"}]}},
            "/content/lists/DA/1/name",
            "missing_entry",
            id="required",
        ),
        pytest.param(
            {"lists": {"DA": [{"name": "a", "amount": "1.234"}]}},
            "/content/lists/DA/0/amount",
            "ambiguous_text",
            id="amount",
        ),
        pytest.param(
            {"lists": {"DA": [{"name": "a", "x": 1}]}},
            "/content/lists/DA/0/x",
            "unknown_column",
            id="no-column",
        ),
        pytest.param(
            {"lists": {"DA": [{"name": "a"}] * 4}},
            "/content/lists/DA",
            "too_many_entries",
            id="many",
        ),
        pytest.param(
            {"sections": {"III": "a"}}, "/content/sections/III", "unknown_section", id="no-section"
        ),
        pytest.param(
            {"sections": {"I": "a" * 31}}, "/content/sections/I", "text_too_long", id="section"
        ),
        pytest.param({"x": {}}, "/content/x", "unknown_content", id="member"),
        pytest.param(
            {"files": {"I": []}}, "/content/files/I", "unknown_section", id="no-files-here"
        ),
        pytest.param({"files": {"II": {}}}, "/content/files/II", "not_a_list", id="no-files"),
        pytest.param({"files": {"II": ["x"]}}, "/content/files/II/0", "not_a_file", id="file"),
        pytest.param(
            {"files": {"II": [{"sha256": "A" * 64}]}},
            "/content/files/II/0",
            "not_a_file",
            id="no-hash",
        ),
        pytest.param(
            {"files": {"II": [{"sha256": "0" * 64}] * 3}},
            "/content/files/II",
            "too_many_entries",
            id="many-files",
        ),
        pytest.param("chữ", "/content", "not_an_object", id="no-object"),
    ],
)
def test_every_fault_is_named_with_its_place(raw: object, pointer: str, code: str) -> None:
    assert (pointer, code) in faults_of(raw)


def test_a_wrong_choice_names_the_choices() -> None:
    _, faults = read_content(narrative(), {"texts": {"D1": {"kind": "mưa"}}})
    (told,) = [each.detail for each in faults if each.code == "unknown_choice"]
    assert "Giải phóng mặt bằng; Thiếu vốn" in told


def test_what_is_required_and_blank_is_told_all_at_once() -> None:
    assert faults_of(None, lists=(projects(min_entries=1),)) == [
        ("/content/texts/D1/day", "missing_text"),
        ("/content/lists/DA", "too_few_entries"),
        ("/content/sections/I", "missing_section"),
    ]


def test_a_form_of_figures_takes_no_content() -> None:
    assert read_content(form(), None) == (NOTHING, ())
    _, faults = read_content(form(), {"sections": {"I": "a"}})
    assert [fault.code for fault in faults] == ["unknown_section"]
    assert not form().has_content


def test_faults_stay_few_whatever_is_sent() -> None:
    _, faults = read_content(narrative(), {"sections": {str(n): "a" for n in range(10_000)}})
    assert len(faults) == MAX_FAULTS


def test_a_closed_cell_of_words_is_locked() -> None:
    closed = Scope(levels=frozenset({"commune"}))
    note = column("note", type=ColumnType.TEXT, closed=closed)
    owed = form(columns=(column("1"), note)).as_owed_by(ward())
    _, faults = read_content(owed, {"texts": {"D1": {"note": "a"}}})
    assert [(each.pointer, each.code) for each in faults] == [
        ("/content/texts/D1/note", "closed_cell")
    ]


def test_words_are_no_figures() -> None:
    template = narrative()
    assert [cell.column for cell in template.input_cells] == ["1", "2"]
    _, faults = figures_and_faults(template, {"D1": {"1": 1, "2": 2, "note": "a", "day": None}})
    assert [(each.pointer, each.code) for each in faults] == [("/figures/D1/note", "not_a_figure")]
    sheet = complete(template, {RowCode("D1"): {ColumnCode("1"): Decimal(1)}})
    assert sheet.row(RowCode("D1"))[ColumnCode("note")] is None


def test_a_total_row_has_no_words() -> None:
    template = form(
        rows=(row("D1", parent="T"), row("T", sum_of_children=True)),
        columns=(column("1"), column("note", type=ColumnType.TEXT)),
    )
    assert list(template.derivations) == [("T", "1")]
    assert template.word_cells == (("D1", "note"),)


def test_a_row_may_be_of_words_where_the_column_is_of_figures() -> None:
    template = form(
        rows=(row("D1"), row("D2", type=ColumnType.CHOICE, choices=CAUSES)), columns=(column("1"),)
    )
    content, faults = read_content(template, {"texts": {"D2": {"1": "Thiếu vốn"}}})
    assert (content.as_json(), faults) == ({"texts": {"D2": {"1": "money"}}}, ())


def test_a_list_fills_in_cells_of_the_table() -> None:
    template = narrative()
    content, _ = read_content(template, WHOLE)
    assert fed_figures(template, content) == {COUNT: 1, AMOUNT: Decimal("12.5")}
    assert fed_figures(template, NOTHING) == {COUNT: 0, AMOUNT: 0}
    assert with_fed_figures(template, {"X": 1}, content) == {
        "X": 1, "D1": {"1": "1", "2": "12.5"}
    }  # fmt: skip
    assert with_fed_figures(template, {"D1": "x"}, content) == {"D1": "x"}
    assert with_fed_figures(template, [], content) == []
    assert with_fed_figures(form(), {"D1": {}}, content) == {"D1": {}}


amounts = st.decimals(min_value=0, max_value=10**9, places=1)


@given(st.lists(st.lists(st.none() | amounts, max_size=3), max_size=4))
def test_the_sums_of_reports_are_those_of_all_their_entries(
    reports: list[list[Decimal | None]],
) -> None:
    template, sums, every = narrative(), [], []
    for report in reports:
        entries = [{"name": "a", "amount": None if n is None else str(n)} for n in report]
        content, _ = read_content(template, {"lists": {"DA": entries}})
        sums.append(fed_figures(template, content)[AMOUNT])
        every += [n for n in report if n is not None]
    assert sum(sums) == sum(every)


def outcome(raw: str) -> str | InvalidText:
    try:
        return read_text(raw, list_column("name", max_length=20))
    except InvalidText as error:
        return error


@given(st.text(min_size=1, max_size=40).filter(str.strip))
def test_any_text_is_stored_as_it_reads_or_refused_with_a_reason(raw: str) -> None:
    stored = outcome(raw)
    if isinstance(stored, InvalidText):
        assert stored.code in {"text_too_long", "unprintable_text"}
    else:
        assert outcome(stored) == stored
        assert stored.encode("utf-8")


def test_changed_words_are_told_place_by_place() -> None:
    before, _ = read_content(narrative(), WHOLE)
    entries = [{"name": "Cầu"}, {"name": "Đường"}]
    after, _ = read_content(
        narrative(), {**WHOLE, "lists": {"DA": entries}, "sections": {"I": "X"}}
    )

    changes = {each.place: (each.before, each.after) for each in changed_words(before, after)}

    assert changes == {
        ("lists", "DA", "0", "amount"): ("12.5", None),
        ("lists", "DA", "0", "cause"): ("money", None),
        ("lists", "DA", "0", "due"): ("2025-06-01", None),
        ("lists", "DA", "1", "name"): (None, "Đường"),
        ("sections", "I"): ("Đã xong.\nTốt.", "X"),
        ("sections", "II"): ("Không", None),
    }
    assert changed_words(before, before) == ()


def test_a_figure_sent_for_a_cell_that_a_list_fills_in_must_be_the_same() -> None:
    template = narrative()
    content, _ = read_content(template, WHOLE)
    sent = {"D1": {"1": 1, "2": "12,5"}}
    assert fed_faults(template, sent, content) == ()
    assert fed_faults(template, {"D1": None}, content) == ()
    assert fed_faults(template, [], content) == ()
    assert fed_faults(form(), sent, content) == ()
    (fault,) = fed_faults(template, {"D1": {"1": 1, "2": 13}}, content)
    assert (fault.pointer, fault.code) == ("/figures/D1/2", "fed_cell")
    assert "Dự án chậm" in fault.detail
