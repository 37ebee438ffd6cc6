"""A draft as the YAML of a pack, each guess with a comment."""

import json
import re
from collections.abc import Iterator
from datetime import date

from services.intake.layouts.drafts import Draft, DraftColumn, DraftRow, Guess
from shared.domain.names import search_key

BARE = frozenset({"true", "false", "percent", "decimal", "money", "text", "none"})
LONGEST_COMMENT = 90


def yaml_of(draft: Draft, *, today: date) -> str:
    """The text of the file; `today` dates the assumption from when on the form holds."""
    return "\n".join([*_top(draft, today), *_columns(draft), *_rows(draft), "", "checks: []", ""])


def _top(draft: Draft, today: date) -> Iterator[str]:
    where = f"{draft.file}, trang “{draft.sheet}”" if draft.sheet else draft.file
    yield f"# Bản nháp lập từ {_plain(where)}."
    yield "# Chỗ nào ghi “đoán” là suy ra từ bảng; hãy soát, sửa, ghi source rồi bỏ assumption."
    yield "kind: form"
    yield _line("code", draft.code)
    yield _line("slug", Guess(_slug(draft.code.value), "theo mã"))
    yield "version: 1"
    yield _line("name", draft.name)
    yield "assumption: true"
    yield f"note: {_text(f'Lập từ bảng Excel {where}; chưa soát.')}"
    yield f"valid_from: {date(today.year, 1, 1).isoformat()}  # đoán: đầu năm nay"
    yield _line("unit", draft.unit)
    yield "blank_is_zero: false  # đoán: chỉ đặt true nếu biểu quy định ô trống là không có"
    yield "entering_levels: [commune]  # đoán: cấp nhập số liệu"
    yield "summing_levels: [commune, district, province]  # đoán: cấp tổng hợp"


def _columns(draft: Draft) -> Iterator[str]:
    yield from ("", "columns:", "  assumption: true", "  items:")
    for column in draft.columns:
        yield from _part(column)


def _rows(draft: Draft) -> Iterator[str]:
    yield from ("", "rows:", "  assumption: true", "  items:")
    for row in draft.rows:
        yield from _part(row)


def _part(part: DraftColumn | DraftRow) -> Iterator[str]:
    yield f"    - code: {_text(part.code)}"
    if part.number:
        yield f"      number: {_text(part.number)}"
    yield f"      label: {_text(part.label)}"
    for name, guess in part.fields:
        yield f"      {_line(name, guess)}"


def _line(name: str, guess: Guess) -> str:
    value = guess.value if guess.value in BARE or name == "decimals" else _text(guess.value)
    return f"{name}: {value}" + (f"  # đoán: {_plain(guess.why)}" if guess.why else "")


def _text(value: str) -> str:
    """Quoted as JSON does, which YAML reads as it is."""
    return json.dumps(value, ensure_ascii=False)


def _plain(text: str) -> str:
    """On one line, so that nothing in a comment ends it."""
    return "".join(each if each.isprintable() else " " for each in text)[:LONGEST_COMMENT]


def _slug(code: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", search_key(code)).strip("-")
    return slug[:60].strip("-") or "bieu"
