"""What a workbook says of itself, on a sheet that nobody sees: which report it is for.

It is written with a checksum, so that a part which was changed by hand is noticed; and whatever it
says, it is held against the catalogue and the duty that the file is uploaded for.
"""

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping

from services.intake.places import Place
from services.intake.workbooks.faults import SheetFault, file_fault
from shared.domain.figures import printable

IDENTITY_SHEET = "_tonghop"
SCHEMA = "tonghop-workbook/1"
SHA256 = "sha256"

WORDS = {
    "organization": "đơn vị",
    "regime": "chế độ báo cáo",
    "form": "biểu mẫu",
    "form_version": "phiên bản biểu mẫu",
    "period": "kỳ báo cáo",
}


def identity_of(place: Place) -> dict[str, str]:
    """The members that a workbook of this report carries, the checksum last."""
    members = {
        "schema": SCHEMA,
        "organization": place.organization.code,
        "organization_id": str(place.organization.id),
        "regime": place.regime.code,
        "form": place.form.code,
        "form_version": str(place.form.version),
        "period": place.period.code,
    }
    return {**members, SHA256: _checksum(members)}


def identity_faults(found: Mapping[str, str], *, place: Place) -> list[SheetFault]:
    """What does not fit the report that the file was uploaded for."""
    if found.get("schema") != SCHEMA:
        return [_of_another_program(found.get("schema", ""))]
    given = {name: text for name, text in found.items() if name != SHA256}
    if not hmac.compare_digest(found.get(SHA256, ""), _checksum(given)):
        return [_tampered()]
    return list(_differences(found, identity_of(place)))


def _differences(found: Mapping[str, str], wanted: Mapping[str, str]) -> Iterator[SheetFault]:
    another_unit = found.get("organization_id") != wanted["organization_id"]
    for name, word in WORDS.items():
        differs = found.get(name) != wanted[name] or (name == "organization" and another_unit)
        if differs:
            yield file_fault(
                f"wrong_{name}",
                f"Tệp này là của {word} “{printable(found.get(name, ''))}”, báo cáo này là của "
                f"{word} “{wanted[name]}”. Hãy tải lại biểu mẫu Excel của báo cáo này rồi nhập "
                "vào đó.",
                sheet=IDENTITY_SHEET,
            )


def _of_another_program(schema: str) -> SheetFault:
    return file_fault(
        "unknown_workbook",
        f"Tệp do một phiên bản khác của hệ thống lập ra ({printable(schema) or 'không rõ'}). "
        "Hãy tải lại biểu mẫu Excel rồi nhập vào đó.",
        sheet=IDENTITY_SHEET,
    )


def _tampered() -> SheetFault:
    return file_fault(
        "workbook_tampered",
        "Phần ghi nhận của tệp (đơn vị, biểu mẫu, kỳ) đã bị sửa. Hãy tải lại biểu mẫu Excel rồi "
        "nhập vào đó.",
        sheet=IDENTITY_SHEET,
    )


def _checksum(members: Mapping[str, str]) -> str:
    text = json.dumps(dict(sorted(members.items())), ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
