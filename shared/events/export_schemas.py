"""Writes the JSON Schemas of the payloads: `python -m shared.events.export_schemas`."""

import json
from pathlib import Path

from shared.events.payloads import SCHEMAS, Payload

FOLDER = Path(__file__).with_name("schemas")
DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema_text(name: str, *, model: type[Payload]) -> str:
    """One schema as it is kept in the repository: what we produce, so it is closed."""
    schema = {
        "$schema": DIALECT,
        "$id": f"urn:tonghop:schema:{name}",
        **model.model_json_schema(mode="serialization"),
    }
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def schema_path(name: str) -> Path:
    """Where the schema of that name is kept."""
    return FOLDER / f"{name}.json"


def export() -> None:
    """Writes every schema."""
    for name, model in SCHEMAS.items():
        schema_path(name).write_text(schema_text(name, model=model), encoding="utf-8")


if __name__ == "__main__":
    export()
