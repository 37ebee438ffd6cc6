"""A form as a workbook: taken away, filled in, uploaded, and given back with its faults marked."""

import pytest
from sqlalchemy import text

from services.intake.workbooks.identity import IDENTITY_SHEET
from services.intake.workbooks.layout import FAULTS_SHEET, FIGURES_SHEET
from services.intake.workbooks.styles import INPUT_FILL
from shared.db.engine import transaction
from shared.domain.forms import FormTemplate
from tests.support.intake_world import PERIOD, Caller, World
from tests.support.uploading import (
    FILLED,
    draft_of,
    form_of,
    obligation_of,
    template_of,
    upload,
)
from tests.support.workbooks import bytes_of, opened, saved_by_excel


@pytest.fixture
def form(world: World) -> FormTemplate:
    return form_of(world)


@pytest.fixture
async def obligation(sender: Caller) -> int:
    return await obligation_of(sender)


async def test_an_excel_template_goes_out_and_comes_back_in_as_the_draft(
    sender: Caller, obligation: int, form: FormTemplate
) -> None:
    content = saved_by_excel(await template_of(sender, obligation), form, FILLED)

    response = await upload(sender, obligation, content)

    assert response.status_code == 200, response.text
    assert (response.json()["cells"], response.json()["faults"]) == (8, [])
    draft = await draft_of(sender, obligation)
    assert draft["version"] == response.json()["draft_version"] == 1
    assert draft["figures"] == {
        "LV01": {
            "4": "30",
            "5": "10",
            "6": "2",
            "8": "20",
            "9": "15",
            "10": "1",
            "12": "5",
            "13": "1",
        }
    }


@pytest.mark.parametrize(
    "figures",
    [
        pytest.param({}, id="blank"),
        pytest.param({"LV01": {"4": "30", "5": "10"}, "LV20": {"13": "7"}}, id="typed"),
    ],
)
async def test_a_template_that_nobody_touched_comes_back_without_a_fault_of_its_own(
    sender: Caller, obligation: int, figures: dict[str, dict[str, str]]
) -> None:
    body = {"figures": figures}
    await sender.call("PUT", f"/api/v1/drafts/{obligation}", body=body, if_match='"0"')

    response = await upload(sender, obligation, await template_of(sender, obligation), version=1)

    assert response.status_code == 200, response.text
    assert response.json()["figures"] == figures


async def test_a_workbook_holds_the_draft_and_nothing_can_be_typed_elsewhere(
    sender: Caller, obligation: int
) -> None:
    body = {"figures": {"LV01": {"4": "1.234.567", "5": "mười"}}}
    await sender.call("PUT", f"/api/v1/drafts/{obligation}", body=body, if_match='"0"')

    workbook = opened(await template_of(sender, obligation))
    sheet = workbook[FIGURES_SHEET]

    assert (sheet["D8"].value, sheet["E8"].value) == (1_234_567, "mười")
    assert sheet["C8"].value == "=D8+E8+F8"
    assert (sheet["D8"].protection.locked, sheet["C8"].protection.locked) == (False, True)
    assert sheet.protection.sheet
    assert workbook[IDENTITY_SHEET].sheet_state == "veryHidden"
    assert (sheet.page_setup.orientation, sheet.freeze_panes) == ("landscape", "C8")
    assert sheet["A4"].value == "Số liệu mô phỏng, không phải số liệu thật"


async def test_text_in_a_cell_of_whole_numbers_has_one_reading(
    sender: Caller, obligation: int, form: FormTemplate
) -> None:
    content = saved_by_excel(await template_of(sender, obligation), form, {"D8": "1.234"})

    response = await upload(sender, obligation, content, dry=True)

    assert response.json()["figures"] == {"LV01": {"4": "1234"}}


async def test_rules_that_are_not_met_are_told_by_cell_and_the_draft_is_kept(
    sender: Caller, obligation: int, form: FormTemplate
) -> None:
    content = saved_by_excel(await template_of(sender, obligation), form, {**FILLED, "M8": 2})

    response = await upload(sender, obligation, content)

    assert response.status_code == 200
    [fault] = response.json()["faults"]
    assert (fault["sheet"], fault["cell"], fault["row_label"]) == (FIGURES_SHEET, "C8", "Hộ tịch")
    assert "lệch 1" in fault["detail"]
    assert (await draft_of(sender, obligation))["version"] == 1
    reports = await sender.call("GET", f"/api/v1/obligations?period={PERIOD}")
    assert reports.json()["items"][0].get("report") is None


async def test_the_same_file_comes_back_with_its_faults_marked(
    sender: Caller, obligation: int, form: FormTemplate
) -> None:
    content = saved_by_excel(await template_of(sender, obligation), form, {"D8": "mười", "E8": 7})
    await upload(sender, obligation, content)
    address = f"/api/v1/obligations/{obligation}/workbook/marked"

    response = await sender.call("GET", address)

    workbook = opened(response.content)
    sheet = workbook[FIGURES_SHEET]
    assert (sheet["D8"].value, sheet["E8"].value) == ("mười", 7)
    assert "không phải là số" in sheet["D8"].comment.text
    assert sheet["E8"].comment is None
    assert sheet["D8"].fill.fgColor.rgb != sheet["E8"].fill.fgColor.rgb
    assert sheet.protection.sheet
    [line] = list(workbook[FAULTS_SHEET].iter_rows(min_row=3, values_only=True))
    assert line[:4] == (1, FIGURES_SHEET, "D8", "Hộ tịch")


async def test_marks_are_gone_from_the_file_that_was_mended(
    sender: Caller, obligation: int, form: FormTemplate
) -> None:
    template = await template_of(sender, obligation)
    await upload(sender, obligation, saved_by_excel(template, form, {"D8": "mười", "E8": "x"}))
    address = f"/api/v1/obligations/{obligation}/workbook/marked"
    marked = opened((await sender.call("GET", address)).content)
    sheet = marked[FIGURES_SHEET]
    sheet["D8"] = 10
    for row in sheet.iter_rows(min_row=8):
        for cell in row:
            cell.value = None if cell.data_type == "f" else cell.value

    again = await upload(sender, obligation, bytes_of(marked))

    assert [each["cell"] for each in again.json()["errors"]] == ["E8"]
    twice = opened((await sender.call("GET", address)).content)
    assert twice.sheetnames.count(FAULTS_SHEET) == 1
    assert twice[FIGURES_SHEET]["D8"].comment is None
    assert twice[FIGURES_SHEET]["D8"].fill.fgColor.rgb.endswith(INPUT_FILL[1:])


async def test_nothing_to_report_can_be_said_in_the_workbook(
    sender: Caller, obligation: int, form: FormTemplate
) -> None:
    content = saved_by_excel(await template_of(sender, obligation), form, {"C5": "Có"})

    response = await upload(sender, obligation, content)

    assert (response.status_code, response.json()["nothing_to_report"]) == (200, True)
    assert (await draft_of(sender, obligation))["nothing_to_report"] is True


async def test_a_file_never_overwrites_what_somebody_typed_meanwhile(
    sender: Caller, obligation: int, form: FormTemplate
) -> None:
    content = saved_by_excel(await template_of(sender, obligation), form, FILLED)
    body = {"figures": {"LV02": {"4": "9"}}}
    await sender.call("PUT", f"/api/v1/drafts/{obligation}", body=body, if_match='"0"')

    stale = await upload(sender, obligation, content, version=0)
    unnamed = await upload(sender, obligation, content, version=None)

    assert (stale.status_code, unnamed.status_code) == (412, 428)
    assert (await draft_of(sender, obligation))["figures"] == body["figures"]


async def test_a_draft_that_awaits_signature_takes_no_file(
    world: World, sender: Caller, obligation: int, form: FormTemplate
) -> None:
    content = saved_by_excel(await template_of(sender, obligation), form, FILLED)
    await upload(sender, obligation, content)
    preparer = Caller(
        world, sender.organization, await world.token(sender.organization, "preparer")
    )
    path = f"/api/v1/drafts/{obligation}/send-for-signature"
    sent = await preparer.call("POST", path, body={}, if_match='"1"')
    assert sent.status_code == 200, sent.text

    refused = await upload(sender, obligation, content, version=2)

    assert (refused.status_code, refused.json()["code"]) == (409, "awaiting_signature")


async def test_files_of_a_day_ago_are_forgotten(
    world: World, sender: Caller, obligation: int, form: FormTemplate
) -> None:
    content = saved_by_excel(await template_of(sender, obligation), form, {"D8": "mười"})
    await upload(sender, obligation, content)
    async with transaction(world.owner) as connection:
        statement = "UPDATE intake.workbook SET uploaded_at = uploaded_at - interval '25 hours'"
        await connection.execute(text(statement))
    other = await world.as_sender(world.next_commune())
    number = await obligation_of(other)

    await upload(other, number, b"x\ty\n", dry=True)

    kept = await world.rows("SELECT obligation_id FROM intake.workbook")
    assert [row["obligation_id"] for row in kept] == [number]
