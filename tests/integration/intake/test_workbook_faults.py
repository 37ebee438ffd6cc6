"""Files that are not taken: every fault is named with its place, and nothing is applied."""

from datetime import date
from typing import Any

import pytest

from services.intake.workbooks.identity import IDENTITY_SHEET
from services.intake.workbooks.layout import FIGURES_SHEET
from services.intake.workbooks.unpacking import OLE
from shared.domain.forms import FormTemplate
from tests.support.intake_world import Caller, World
from tests.support.uploading import (
    FILLED,
    draft_of,
    form_of,
    obligation_of,
    template_of,
    upload,
)
from tests.support.workbooks import (
    FIGURES_PART,
    Typed,
    archive_of,
    bomb,
    bytes_of,
    opened,
    saved_by_excel,
    with_macro,
    with_part,
)


@pytest.fixture
def form(world: World) -> FormTemplate:
    return form_of(world)


@pytest.fixture
async def obligation(sender: Caller) -> int:
    return await obligation_of(sender)


def _set(content: bytes, address: str, value: Any, *, sheet: str = FIGURES_SHEET) -> bytes:
    """As a program writes it, which calculates nothing."""
    workbook = opened(content)
    workbook[sheet][address] = value
    return bytes_of(workbook)


def _merged(content: bytes) -> bytes:
    workbook = opened(content)
    workbook[FIGURES_SHEET].merge_cells("D9:E9")
    return bytes_of(workbook)


def _with_hidden_sheet(content: bytes) -> bytes:
    workbook = opened(content)
    workbook.create_sheet("Nháp").sheet_state = "hidden"
    return bytes_of(workbook)


def _without_row(content: bytes) -> bytes:
    workbook = opened(content)
    workbook[FIGURES_SHEET].delete_rows(9)
    return bytes_of(workbook)


def _without_sheet(content: bytes) -> bytes:
    workbook = opened(content)
    del workbook[FIGURES_SHEET]
    return bytes_of(workbook)


SPOILT = f"{FIGURES_SHEET}!D9"

DAMAGE = {
    "formula-not-calculated": (
        lambda content: _set(content, "D9", "=1+2"),
        "formula_not_calculated",
        SPOILT,
    ),
    "merged-cells": (_merged, "merged_cells", SPOILT),
    "hidden-sheet": (_with_hidden_sheet, "hidden_sheet", "Nháp!"),
    "row-deleted": (_without_row, "form_changed", f"{FIGURES_SHEET}!B9"),
    "sheet-deleted": (_without_sheet, "sheet_missing", "!"),
    "outside-the-form": (
        lambda content: _set(content, "P12", 17),
        "outside_form",
        f"{FIGURES_SHEET}!P12",
    ),
    "date": (
        lambda content: _set(content, "D9", date(2025, 2, 1)),
        "date_instead_of_figure",
        SPOILT,
    ),
    "truth": (
        lambda content: _set(content, "D9", value=True),
        "not_a_number",
        SPOILT,
    ),
    "error": (lambda content: _set(content, "D9", "#REF!"), "formula_error", SPOILT),
    "too-many-digits": (
        lambda content: _set(content, "D9", 1234567890123456789),
        "digits_lost",
        SPOILT,
    ),
    "not-a-choice": (
        lambda content: _set(content, "C5", "Chắc là có"),
        "unknown_choice",
        f"{FIGURES_SHEET}!C5",
    ),
    "identity-changed": (
        lambda content: _set(content, "B8", "2025-Q1", sheet=IDENTITY_SHEET),
        "workbook_tampered",
        f"{IDENTITY_SHEET}!",
    ),
    "identity-unknown": (
        lambda content: _set(content, "B1", "other/9", sheet=IDENTITY_SHEET),
        "unknown_workbook",
        f"{IDENTITY_SHEET}!",
    ),
    "macros": (with_macro, "workbook_with_macros", "!"),
    "bomb-by-ratio": (lambda content: bomb(content, megabytes=8), "suspicious_file", "!"),
    "bomb-by-size": (lambda content: bomb(content, megabytes=70), "suspicious_file", "!"),
    "nested": (
        lambda content: with_part(content, "xl/embeddings/book.xlsx", b"PK\x03\x04"),
        "nested_file",
        "!",
    ),
    "entities": (
        lambda content: with_part(content, "xl/styles.xml", b'<!DOCTYPE x [<!ENTITY a "b">]><x/>'),
        "suspicious_file",
        "!",
    ),
    "entities-in-another-encoding": (
        lambda content: with_part(
            content, "xl/styles.xml", '<!DOCTYPE x [<!ENTITY a "b">]><x/>'.encode("utf-16")
        ),
        "suspicious_file",
        "!",
    ),
    "row-without-a-number": (
        lambda content: with_part(content, FIGURES_PART, b'<worksheet><row r="x"/></worksheet>'),
        "damaged_workbook",
        "!",
    ),
    "cut-short": (lambda content: content[:-2_000], "damaged_workbook", "!"),
    "sheet-not-xml": (
        lambda content: with_part(content, "xl/worksheets/sheet1.xml", b"<worksheet><row>"),
        "damaged_workbook",
        "!",
    ),
    "no-workbook-inside": (
        lambda content: with_part(content, "xl/workbook.xml", b"<workbook/>"),
        "damaged_workbook",
        "!",
    ),
    "far-away": (
        lambda content: _set(content, "XFD1048576", 1),
        "sheet_too_large",
        f"{FIGURES_SHEET}!XFD1048576",
    ),
    "old-excel": (lambda _: OLE + bytes(2_000), "old_workbook", "!"),
    "password": (
        lambda _: OLE + "EncryptedPackage".encode("utf-16-le"),
        "encrypted_workbook",
        "!",
    ),
    "web-page": (lambda _: b"<html><table><tr><td>1</td></tr></table>", "wrong_type", "!"),
    "pdf": (lambda _: b"%PDF-1.7 x", "wrong_type", "!"),
    "picture": (lambda _: b"\x89PNG\r\n\x1a\n\x00\x00", "wrong_type", "!"),
    "other-archive": (lambda _: archive_of({"a.txt": b"x"}), "wrong_type", "!"),
    "open-document": (
        lambda _: archive_of({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet"}),
        "wrong_type",
        "!",
    ),
    "blank": (lambda _: b"  \n", "empty_file", "!"),
    "not-utf8": (lambda _: "Hộ tịch;1\n".encode("cp1258", "replace") + b"\xff", "not_utf8", "!"),
    "no-row-of-the-form": (lambda _: b"a\t1\nb\t2\n", "unknown_rows", "!"),
}


@pytest.mark.parametrize("damage", DAMAGE)
async def test_what_is_wrong_with_a_file_is_named_with_its_place_and_nothing_is_applied(
    sender: Caller, obligation: int, damage: str
) -> None:
    spoil, code, place = DAMAGE[damage]
    spoilt = spoil(await template_of(sender, obligation))

    response = await upload(sender, obligation, spoilt)

    assert response.status_code in {415, 422}, response.text
    found = {each["code"]: each for each in reversed(response.json()["errors"])}
    assert code in found, response.text
    assert f"{found[code].get('sheet', '')}!{found[code].get('cell', '')}" == place
    assert len(found[code]["detail"]) > 20
    assert (await draft_of(sender, obligation))["version"] == 0


async def test_a_workbook_of_another_report_is_refused_with_all_that_differs(
    world: World, sender: Caller, obligation: int
) -> None:
    await world.open_previous_quarter()
    other = await world.as_sender(world.next_commune())
    number = await obligation_of(other, period="2025-Q1")

    response = await upload(sender, obligation, await template_of(other, number))

    assert {each["code"] for each in response.json()["errors"]} == {
        "wrong_organization",
        "wrong_period",
    }
    assert other.organization.code in response.text
    assert (await draft_of(sender, obligation))["version"] == 0


async def test_a_locked_cell_that_was_written_over_is_refused_with_both_values(
    sender: Caller, obligation: int, form: FormTemplate
) -> None:
    content = saved_by_excel(await template_of(sender, obligation), form, {**FILLED, "C8": 40})

    response = await upload(sender, obligation, content)

    [fault] = response.json()["errors"]
    assert (fault["code"], fault["cell"]) == ("total_mismatch", "C8")
    assert "40" in fault["detail"]
    assert "42" in fault["detail"]


async def test_every_cell_that_cannot_be_read_is_named_at_once(
    sender: Caller, obligation: int, form: FormTemplate
) -> None:
    wrong: Typed = {"D8": "mười", "E8": 1.5, "F8": -3, "D9": "1.234,5"}
    content = saved_by_excel(await template_of(sender, obligation), form, wrong)

    response = await upload(sender, obligation, content)

    assert response.json()["code"] == "workbook_not_accepted"
    assert [(each["cell"], each["code"]) for each in response.json()["errors"]] == [
        ("D8", "not_a_number"),
        ("E8", "not_an_integer"),
        ("F8", "negative_count"),
        ("D9", "not_an_integer"),
    ]
