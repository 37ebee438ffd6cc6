"""The examples of the API's description are what a running system takes and answers.

`RECORD_EXAMPLES=1 make test PYTEST_ARGS=tests/acceptance/test_examples.py` writes them anew.
"""

import json
import os
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from fastapi.routing import APIRoute
from sqlalchemy.ext.asyncio import AsyncEngine

from services.aggregator import app as aggregator_app
from services.intake import app as intake_app
from services.notifier import app as notifier_app
from shared.settings import Settings
from shared.web.openapi_examples import examples_of, examples_path
from tests.acceptance.api_story import Story, tell
from tests.support.system import running_system

RECORDING = "RECORD_EXAMPLES" in os.environ
ROUTES = {
    f"{method} {route.path}": route
    for router in (
        *intake_app.routers(in_demo=False),
        *aggregator_app.routers(),
        *notifier_app.routers(in_demo=False),
    )
    for route in router.routes
    if isinstance(route, APIRoute) and route.path.startswith("/api/")
    for method in route.methods
}
OPERATIONS = sorted(ROUTES)


@pytest.fixture(scope="module")
async def story(module_engine: AsyncEngine, module_database_url: str) -> AsyncIterator[Story]:
    settings = Settings(demo=True, requests_per_minute_of_account=0)
    async with running_system(module_engine, module_database_url, settings=settings) as system:
        told = await tell(system)
        if RECORDING:
            _record(told.examples)
        yield told


@pytest.fixture(scope="module")
async def document(story: Story) -> dict[str, Any]:
    found: dict[str, Any] = (await story.system.client.get("/api/openapi.json")).json()
    return found


def _record(examples: Mapping[str, Any]) -> None:
    files: dict[Path, dict[str, Any]] = {}
    for operation, example in examples.items():
        path = examples_path(ROUTES[operation].endpoint)
        files.setdefault(path, {})[operation] = example
    for path, kept in files.items():
        text = json.dumps(dict(sorted(kept.items())), ensure_ascii=False, indent=2)
        path.write_text(f"{text}\n", encoding="utf-8")


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_an_example_is_what_is_asked_and_answered(story: Story, operation: str) -> None:
    kept = examples_of(ROUTES[operation].endpoint)[operation]

    assert _shape(kept) == _shape(story.examples[operation])


@pytest.mark.parametrize("operation", OPERATIONS)
async def test_an_example_is_as_its_schema_says(document: dict[str, Any], operation: str) -> None:
    method, _, path = operation.partition(" ")
    described = document["paths"][path][method.lower()]
    contents = [*described.get("requestBody", {}).get("content", {}).items()]
    for status, response in described["responses"].items():
        if status < "300":
            contents += response.get("content", {}).items()

    faults = []
    for media, content in contents:
        if "example" in content and content["schema"].get("format") != "binary":
            schema = {**content["schema"], "components": document["components"]}
            judge = jsonschema.Draft202012Validator(schema)
            for each in _described(media, content["example"]):
                faults += [fault.message for fault in judge.iter_errors(each)]
    assert faults == []


def _described(media: str, example: Any) -> list[Any]:
    """What the schema speaks of: of a stream, each of its events."""
    if media != "text/event-stream":
        return [example]
    blocks = [block.splitlines() for block in example.split("\n\n")]
    events = [dict(line.split(": ", 1) for line in block) for block in blocks]
    return [event for event in events if "data" in event]


def _shape(value: Any) -> Any:
    """Names and kinds of what is there, without the values."""
    if isinstance(value, dict):
        return {name: _shape(each) for name, each in value.items()}
    if isinstance(value, list):
        return [_shape(each) for each in value[:1]]
    if isinstance(value, bool) or value is None:
        return type(value).__name__
    return "number" if isinstance(value, int | float) else "text"
