"""Workbooks of forms as they are downloaded."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from services.intake.places import Place
from services.intake.workbooks.opening import open_file
from services.intake.workbooks.raw import RawWorkbook, raw_of
from services.intake.workbooks.wording import Words
from services.intake.workbooks.writing import Filled, write_template
from shared.catalogue.catalogue import Catalogue
from shared.catalogue.packs import content_of_packs, read_packs, shipped_packs
from shared.catalogue.single_files import form_pack_of_text
from shared.catalogue.stored import Stored
from shared.domain.forms import FormTemplate
from shared.domain.identifiers import FormCode, RegimeCode
from shared.labels.labels import Language, load_labels
from tests.factories.organizations import commune, ward

DEADLINE = date(2025, 6, 17)
PROJECTS = """\
kind: form
code: DA-01
slug: da-01
version: 1
name: Dự án chậm tiến độ
assumption: true
valid_from: 2025-01-01
unit: dự án
entering_levels: [commune]
columns:
  assumption: true
  items:
    - {code: "1", label: Số dự án}
    - code: "2"
      label: Đánh giá
      type: choice
      unit: "–"
      choices:
        - {code: on_time, label: Đúng tiến độ}
        - {code: at_risk, label: Có nguy cơ chậm, label_en: At risk}
        - {code: delayed, label: Chậm tiến độ}
    - {code: "3", label: Ngày rà soát, type: date, unit: "–"}
    - {code: "4", label: Ghi chú, type: text, unit: "–", max_length: 200}
rows:
  assumption: true
  items:
    - {code: DA, label: Dự án}
    - {code: TL, label: Thủy lợi, closed_for: {kinds: [ward]}}
    - {code: CHAM, label: Dự án chậm}
cells:
  - {row: DA, column: "2", required: true}
lists:
  - code: DS
    label: Dự án chậm
    assumption: true
    max: 20
    columns:
      - {code: name, label: Tên dự án, required: true, max_length: 200}
      - {code: planned, label: Vốn, type: money, unit: triệu đồng, decimals: 1, required: true}
      - {code: due, label: Hạn hoàn thành, type: date, required: true}
      - code: cause
        label: Nguyên nhân
        type: choice
        choices:
          - {code: land, label: Giải phóng mặt bằng}
          - {code: other, label: "Nguyên nhân khác, ghi rõ"}
    feeds:
      - {row: CHAM, column: "1", operator: count}
sections:
  - {code: I, number: I, heading: Kết quả, required: true, max_length: 3000, assumption: true}
  - {code: II, number: II, heading: Kiến nghị, max_length: 2000, assumption: true}
"""
REGIME = """\
kind: regime
code: DU-AN
name: Báo cáo dự án chậm tiến độ
assumption: true
valid_from: 2025-01-01
forms: [DA-01]
periods: {frequency: quarter, calendar: administrative, assumption: true}
deadlines:
  assumption: true
  roll: next_working_day
  min_gap_working_days: 1
  steps: [{level: commune, day_of_month: 17}]
"""
MANIFEST = "kind: pack\nname: projects\ntitle: Dự án chậm tiến độ\n"
WORDS_OF_PROJECTS: Mapping[str, Any] = {
    "texts": {"DA": {"2": "at_risk", "3": "2025-06-10", "4": "Chờ bàn giao mặt bằng"}},
    "lists": {
        "DS": [
            {"name": "Đường liên xã", "planned": "1200,5", "due": "2025-12-31", "cause": "other"}
        ]
    },
    "sections": {"I": "Đã ban hành kế hoạch.\nĐã kiểm tra 03 lần."},
}


@dataclass(frozen=True, slots=True)
class PlacedWorkbook:
    """A workbook, and what it is for."""

    place: Place
    content: bytes


def opened_file(content: bytes) -> RawWorkbook:
    """As the process that reads files gives it."""
    return raw_of(json.loads(open_file(content, {})))


def project_workbook(words: Mapping[str, Any] | None = None) -> PlacedWorkbook:
    """A form that asks for words of every kind, of a ward, for which a row is closed."""
    pack = form_pack_of_text(PROJECTS, file=Path("da-01.yaml"))
    [form] = Catalogue.of(Stored(documents=tuple(item.model for item in pack.documents))).forms
    unit = ward()
    regime = _known().regime(RegimeCode("VPCP-KSTT"), on=DEADLINE)
    place = Place(unit, regime, form.as_owed_by(unit), regime.periods.parse("2025-Q2"))
    return PlacedWorkbook(place, _written(place, words or {}))


def own_workbook() -> tuple[FormTemplate, bytes]:
    """II.06a of the second quarter of 2025, blank."""
    known = _known()
    regime = known.regime(RegimeCode("VPCP-KSTT"), on=DEADLINE)
    form = known.form(FormCode("II.06a/VPCP/KSTT"), on=DEADLINE)
    place = Place(commune(), regime, form, regime.periods.parse("2025-Q2"))
    return form, _written(place, {})


def _known() -> Catalogue:
    content = content_of_packs(read_packs(shipped_packs("regimes/vpcp-kstt-ii06a")))
    return Catalogue.of(Stored(documents=tuple(item.model for item in content.documents.values())))


def _written(place: Place, words: Mapping[str, Any]) -> bytes:
    said = Words(load_labels(), Language.VI)
    filled = Filled(
        place=place,
        texts={},
        words=words,
        nothing_to_report=False,
        office="UBND xã Tân Lập",
        title=f"{place.form.name} ({place.form.code})",
        facts=said.facts(place, last_day=DEADLINE),
        simulated="",
        english=False,
        at=datetime(2025, 6, 16, tzinfo=UTC),
    )
    return write_template(filled, say=said.say)


def write_project_pack(folder: Path) -> Path:
    """A pack that asks each commune for the form every quarter, in a new folder."""
    pack = folder / "projects"
    pack.mkdir()
    for name, text in (("pack", MANIFEST), ("form", PROJECTS), ("regime", REGIME)):
        (pack / f"{name}.yaml").write_text(text, encoding="utf-8")
    return pack
