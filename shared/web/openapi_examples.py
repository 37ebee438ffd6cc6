"""Examples of the API, as a running system took and gave them.

A feature keeps them in `examples.json` beside its endpoints, one entry for each operation:
`"PUT /api/v1/drafts/{obligation_id}": {"path": …, "query": …, "headers": …, "body": …, "answers":
{"200": {"application/json": …}}}`. A test records them anew and holds them to what is answered
(tests/acceptance/test_examples.py).
"""

import inspect
import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from shared.web.json import JSON_MEDIA_TYPE

FILE_NAME = "examples.json"
PLACES = {"path": "path", "query": "query", "header": "headers"}
"""Where a parameter is (OpenAPI) → the member of an example that has it."""

Example = Mapping[str, Any]


def examples_of(endpoint: Callable[..., Any]) -> Mapping[str, Example]:
    """The examples that lie beside an endpoint's module, by operation."""
    path = examples_path(endpoint)
    if not path.is_file():
        return {}
    found: Mapping[str, Example] = json.loads(path.read_text(encoding="utf-8"))
    return found


def examples_path(endpoint: Callable[..., Any]) -> Path:
    """The file beside an endpoint's module; it need not be there."""
    return Path(inspect.getfile(inspect.unwrap(endpoint))).with_name(FILE_NAME)


def add_example(operation: dict[str, Any], example: Example) -> None:
    """Writes the example into the description of its operation."""
    for parameter in operation.get("parameters", ()):
        values = {name.lower(): value for name, value in _sent(example, parameter["in"])}
        if parameter["name"].lower() in values:
            parameter["example"] = values[parameter["name"].lower()]
    if "body" in example:
        operation["requestBody"]["content"][JSON_MEDIA_TYPE]["example"] = example["body"]
    for status, contents in example["answers"].items():
        for media_type, answer in contents.items():
            operation["responses"][status]["content"][media_type]["example"] = answer


def _sent(example: Example, place: str) -> Iterator[tuple[str, Any]]:
    yield from example.get(PLACES.get(place, place), {}).items()
