"""docs/catalogue.md tells of every field and every fault that the code knows."""

import re
from pathlib import Path

from pydantic import BaseModel

from shared.catalogue import field_schemas, schemas
from shared.catalogue.packs import SHIPPED_PACKS, find_packs

ROOT = Path(__file__).resolve().parents[3]
DOCUMENT = (ROOT / "docs/catalogue.md").read_text(encoding="utf-8")
FAULT_CODE = re.compile(r'(?:\.fault|_fault|PackFault)\(\s*"([a-z_]+)"')
EXPLAINED_CODE = re.compile(r'": \("([a-z_]+)", _')


def test_every_field_of_a_pack_is_explained() -> None:
    models = [
        each
        for each in (*vars(schemas).values(), *vars(field_schemas).values())
        if isinstance(each, type) and issubclass(each, BaseModel)
    ]
    fields = {name for model in models for name in model.model_fields}
    assert {name for name in fields if f"`{name}" not in DOCUMENT} == set()


def test_every_fault_is_explained() -> None:
    code = "\n".join(
        file.read_text(encoding="utf-8") for file in (ROOT / "shared/catalogue").glob("*.py")
    )
    faults = {*FAULT_CODE.findall(code), *EXPLAINED_CODE.findall(code)}
    assert len(faults) > 30
    assert {fault for fault in faults if f"`{fault}`" not in DOCUMENT} == set()


def test_every_shipped_pack_is_listed() -> None:
    names = {folder.relative_to(SHIPPED_PACKS).as_posix() for folder in find_packs()}
    assert {name for name in names if f"`{name}`" not in DOCUMENT} == set()
