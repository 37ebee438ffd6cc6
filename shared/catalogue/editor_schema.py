"""The files of packs as one JSON Schema, for editors that complete and check while people type.

It is made from the models that read packs, so it cannot differ from them. What it cannot say (that
codes exist, that formulas hold together) is told by `tonghop catalogue check`.
"""

from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from shared.catalogue.packs import CONTENT_FILES, INHERITED
from shared.catalogue.schema_parts import Sourced
from shared.catalogue.schemas import PackFile

DIALECT = "https://json-schema.org/draft/2020-12/schema"
FILES: dict[str, type[BaseModel]] = {"pack": PackFile, **CONTENT_FILES}

JsonSchema = dict[str, Any]


def editor_schema() -> JsonSchema:
    """Which keys a file may hold is decided by its `kind`."""
    keys, whole = models_json_schema([(model, "validation") for model in FILES.values()])
    definitions: dict[str, JsonSchema] = whole["$defs"]
    references = {kind: keys[model, "validation"] for kind, model in FILES.items()}
    for kind in INHERITED:
        _leave_to_the_file(definitions, references[kind], kind=kind)
    for definition in definitions.values():
        if Sourced.model_fields.keys() <= definition.get("properties", {}).keys():
            definition["anyOf"] = [
                {"required": ["source"]},
                {"required": ["assumption"], "properties": {"assumption": {"const": True}}},
            ]
    return {
        "$schema": DIALECT,
        "$id": "urn:tonghop:schema:pack-file",
        "title": "A file of a pack of tonghop's catalogue",
        "type": "object",
        "required": ["kind"],
        "properties": {"kind": {"enum": list(FILES)}},
        "allOf": [_of_kind(kind, reference) for kind, reference in references.items()],
        "$defs": definitions,
    }


def _of_kind(kind: str, reference: Any) -> JsonSchema:
    """One condition a kind, so that an editor tells the faults of that kind only."""
    is_of_kind = {"required": ["kind"], "properties": {"kind": {"const": kind}}}
    return {"if": is_of_kind, "then": reference}


def _leave_to_the_file(definitions: dict[str, JsonSchema], reference: Any, *, kind: str) -> None:
    """What entries may take from the file that lists them, they need not say themselves."""
    listed, inherited = INHERITED[kind]
    file = definitions[_name(reference)]
    entry = definitions[_name(file["properties"][listed]["items"])]
    entry["required"] = [name for name in entry["required"] if name not in inherited]


def _name(reference: Any) -> str:
    return str(reference["$ref"]).rsplit("/", 1)[-1]
