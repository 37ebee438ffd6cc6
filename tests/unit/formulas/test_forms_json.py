"""A form as the browser and other systems get it."""

import json
from datetime import date

from shared.formulas.forms_json import form_json
from tests.factories.forms import column, cross_check, form, form_ii_06a, row


def test_the_form_says_what_is_derived_and_how() -> None:
    found = form_json(form_ii_06a())

    assert found["slug"] == "ii-06a"
    assert found["valid_from"] == "2020-12-15"
    assert found["valid_to"] == "2026-02-15"
    assert found["columns"][0]["formula_text"] == "[4] + [5] + [6]"
    assert found["columns"][1]["formula"] is None
    assert found["rows"][-1]["sum_of_children"] is True


def test_a_check_lists_the_rows_that_it_is_judged_in() -> None:
    balance = form_json(form_ii_06a(fields_of_work=2))["checks"][0]

    assert balance["rows"] == ["LV01", "LV02"]
    assert balance["expression_text"] == "[3] = [7] + [11]"


def test_a_form_without_end_has_no_last_day() -> None:
    assert form_json(form(valid_to=None))["valid_to"] is None
    assert form_json(form(valid_to=date(2026, 2, 15)))["valid_to"] == "2026-02-15"


def test_english_is_given_where_there_is_english_and_vietnamese_elsewhere() -> None:
    template = form(
        name_en="Trial form",
        rows=(row("D1", label_en="Row 1"), row("D2")),
        columns=(column("1", label_en="Online"), column("2")),
        checks=(cross_check("MORE", "[1] >= [2]", message_en="Column 1 is too small."),),
    )
    english, vietnamese = form_json(template, "en"), form_json(template)

    assert english["name"] == "Trial form"
    assert [each["label"] for each in english["rows"]] == ["Row 1", "Dòng D2"]
    assert [each["label"] for each in english["columns"]] == ["Online", "Cột 2"]
    assert english["checks"][0]["message"] == "Column 1 is too small."
    assert vietnamese["name"] == "Mẫu thử"
    assert vietnamese["checks"][0]["message"] == "MORE sai."


def test_the_form_survives_the_wire() -> None:
    found = form_json(form_ii_06a())

    assert json.loads(json.dumps(found)) == found
