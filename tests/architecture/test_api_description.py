"""The description of the API leaves nothing to be guessed, whichever operation one looks at."""

from collections.abc import Iterator
from typing import Any

import pytest

from services.aggregator import app as aggregator_app
from services.intake import app as intake_app
from services.notifier import app as notifier_app
from shared.web.openapi import TAGS
from tests.architecture.route_table import ALL, Route
from tests.support.web import web_app

API = [pytest.param(each, id=str(each)) for each in ALL if each.path.startswith("/api/v1/")]
XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
FILES = {"multipart/form-data", "application/pdf", "image/png", "image/jpeg", XLSX, DOCX}
"""Bytes have no example."""

Operation = dict[str, Any]


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    return web_app(
        *intake_app.routers(in_demo=True),
        *aggregator_app.routers(),
        *notifier_app.routers(in_demo=True),
        template_folders=[each.TEMPLATES for each in (intake_app, aggregator_app, notifier_app)],
    ).openapi()


def _operation(document: dict[str, Any], route: Route) -> Operation:
    found: Operation = document["paths"][route.path][route.method.lower()]
    return found


def _contents(operation: Operation) -> Iterator[tuple[str, Operation]]:
    """What is sent and what is answered when all is well, by media type."""
    yield from operation.get("requestBody", {}).get("content", {}).items()
    for status, response in operation["responses"].items():
        if status < "300":
            yield from response.get("content", {}).items()


@pytest.mark.parametrize("route", API)
def test_an_operation_says_what_it_is(document: dict[str, Any], route: Route) -> None:
    operation = _operation(document, route)

    assert operation["tags"]
    assert set(operation["tags"]) <= set(TAGS)
    assert len(operation["description"]) > len(operation["summary"]) > 0
    # FastAPI's own summary is the name of the function, Each Word Capitalized.
    assert operation["summary"] != operation["summary"].title()


@pytest.mark.parametrize("route", API)
def test_all_that_is_sent_and_answered_has_a_schema_and_an_example(
    document: dict[str, Any], route: Route
) -> None:
    for media_type, content in _contents(_operation(document, route)):
        assert content["schema"], media_type
        assert "example" in content or media_type in FILES, media_type


@pytest.mark.parametrize("route", API)
def test_a_success_has_a_body_or_says_that_there_is_none(
    document: dict[str, Any], route: Route
) -> None:
    responses = _operation(document, route)["responses"]
    good = {status: each for status, each in responses.items() if status < "300"}

    assert good
    assert all(each.get("content") or status == "204" for status, each in good.items())


@pytest.mark.parametrize("route", API)
def test_every_parameter_that_must_be_given_has_an_example(
    document: dict[str, Any], route: Route
) -> None:
    parameters = _operation(document, route).get("parameters", ())
    required = [each for each in parameters if each.get("required")]

    assert [each["name"] for each in required if "example" not in each] == []


@pytest.mark.parametrize("route", API)
def test_every_refusal_is_a_problem_whose_codes_are_named(
    document: dict[str, Any], route: Route
) -> None:
    responses = _operation(document, route)["responses"]
    refusals = {status: each for status, each in responses.items() if status >= "400"}

    assert {"400", "401", "403", "404", "429", "500", "503"} <= set(refusals)
    for status, each in refusals.items():
        described = _resolved(document, each)
        content = described["content"]["application/problem+json"]
        assert content["schema"] == {"$ref": "#/components/schemas/Problem"}
        assert str(content["example"]["status"]) == status
        assert f"`{content['example']['code']}`" in described["description"]


@pytest.mark.parametrize("route", [each for each in API if each.values[0].method == "GET"])
def test_every_list_comes_in_pages(document: dict[str, Any], route: Route) -> None:
    """Exports are files: they are sent piece by piece, whole."""
    operation = _operation(document, route)
    contents = dict(_contents(operation)).get("application/json", {})
    schema = _resolved(document, contents["schema"]) if "$ref" in str(contents) else {}
    if "items" not in schema.get("properties", {}) or "exports" in operation["tags"]:
        return

    assert schema["properties"]["next"]
    assert "limit" in {each["name"] for each in operation["parameters"]}


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in _references(document):
        assert _resolved(document, {"$ref": reference}), reference


def test_every_tag_is_used_and_told_once(document: dict[str, Any]) -> None:
    assert [each["name"] for each in document["tags"]] == list(TAGS)


def test_no_two_models_have_one_name(document: dict[str, Any]) -> None:
    """FastAPI tells them apart by the names of their modules, which are nobody's business."""
    assert [name for name in document["components"]["schemas"] if "__" in name] == []


def _resolved(document: dict[str, Any], part: dict[str, Any]) -> dict[str, Any]:
    found = document
    for name in part["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return found


def _references(part: Any) -> Iterator[str]:
    if isinstance(part, dict):
        if isinstance(part.get("$ref"), str):
            yield part["$ref"]
        for each in part.values():
            yield from _references(each)
    elif isinstance(part, list):
        for each in part:
            yield from _references(each)
