"""`tonghop catalogue draft`: an Excel layout as a first draft of a form's YAML."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from services.commands.faults import CommandFault, faults_told
from services.commands.new_files import require_absent, write_new
from services.intake.layouts.drafting import NotALayout, draft_of
from services.intake.layouts.drafts import Draft
from services.intake.layouts.yaml_text import yaml_of
from services.intake.workbooks.raw import RawWorkbook, raw_of
from services.intake.workbooks.works import OPEN
from shared.catalogue.checking import catalogue_faults
from shared.catalogue.faults import PacksRefused
from shared.catalogue.packs import content_of_packs
from shared.catalogue.single_files import form_pack_of_text
from shared.children import ChildFailed, Children
from shared.clock import SystemClock
from shared.runtime import run

LARGEST_LAYOUT_BYTES = 10_485_760

LayoutFile = Annotated[Path, typer.Argument(help="Bảng mẫu, .xlsx hoặc .csv.")]
SheetName = Annotated[
    str | None,
    typer.Option("--sheet", help="Tên trang. Bỏ trống: trang có bảng lớn nhất."),
]
Out = Annotated[
    Path | None,
    typer.Option("--out", help="Tệp .yaml mới. Bỏ trống: in ra màn hình.", show_default=False),
]


class LayoutRefused(CommandFault):
    """The file was not opened, or holds no layout; nothing was written."""

    code = "layout_refused"

    def __init__(self, file: Path, *reasons: str) -> None:
        listed = "\n".join(reasons)
        super().__init__(f"{file}: chưa lập được bản nháp.\n{listed}")


def draft(layout: LayoutFile, *, sheet: SheetName = None, out: Out = None) -> None:
    """Lập bản nháp YAML của một biểu mẫu từ bảng Excel; báo những gì hiểu được và chưa."""
    with faults_told():
        if out is not None:
            require_absent(out)
        found = _drafted(layout, sheet)
        text = yaml_of(found, today=SystemClock().today())
        if out is None:
            typer.echo(text)
        else:
            write_new(out, text.encode())
        for line in (*_report(found), *_left_to_mend(text, out)):
            typer.echo(line, err=out is None)


def _drafted(layout: Path, sheet: str | None) -> Draft:
    try:
        return draft_of(_opened(layout), file=layout.name, sheet=sheet)
    except NotALayout as error:
        raise LayoutRefused(layout, str(error)) from None


def _opened(layout: Path) -> RawWorkbook:
    """Read in a process of its own, within the bounds of uploads. Raises LayoutRefused."""
    try:
        with layout.open("rb") as opened:
            content = opened.read(LARGEST_LAYOUT_BYTES + 1)
    except OSError as error:
        raise LayoutRefused(layout, f"Không đọc được tệp: {error.strerror}.") from None
    if len(content) > LARGEST_LAYOUT_BYTES:
        limit = LARGEST_LAYOUT_BYTES // 1_048_576
        raise LayoutRefused(layout, f"Tệp lớn hơn {limit} MiB; bảng mẫu không lớn như vậy.")
    try:
        raw = raw_of(json.loads(run(Children().run(OPEN, content, formulas=True))))
    except ChildFailed:
        reason = "Tệp không đọc được trong giới hạn thời gian và bộ nhớ."
        raise LayoutRefused(layout, reason) from None
    if raw.faults:
        raise LayoutRefused(layout, *(f"{each.detail} [{each.code}]" for each in raw.faults))
    return raw


def _report(found: Draft) -> Iterator[str]:
    yield f"Hiểu được, từ trang “{found.sheet}”:" if found.sheet else "Hiểu được:"
    yield f"  biểu {found.code.value}: {found.name.value} (đơn vị tính: {found.unit.value})"
    yield from (f"  {each}" for each in found.understood)
    if found.doubts:
        yield "Chưa hiểu, hoặc phải đoán:"
        yield from (f"  ô {doubt.cell}: {doubt.text}" for doubt in found.doubts)


def _left_to_mend(text: str, out: Path | None) -> Iterator[str]:
    """What `tonghop catalogue check` will say of the draft."""
    file = out or Path("ban-nhap.yaml")
    try:
        faults = catalogue_faults(content_of_packs([form_pack_of_text(text, file=file)]))
    except PacksRefused as refused:
        faults = list(refused.faults)
    if faults:
        yield "Phải sửa trước khi nạp:"
        yield from (f"  {each}" for each in faults)
    elif out is not None:
        yield f"Đã ghi {out}. Xem lại: tonghop catalogue preview {out} --out bieu.html"
