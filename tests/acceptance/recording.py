"""Asks the API and remembers what was asked and answered, short enough to be read."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx

from shared.web.json import JSON_MEDIA_TYPE
from tests.acceptance.auditing import audit_lines
from tests.support.system import System

MOST_ITEMS = 2
MOST_LINES = 6
LARGEST_OBJECT = 19
"""What has more members and is no model is a map from codes, of which two show the rest."""


@dataclass
class Story:
    """Asks, insists on a good answer, and remembers the first one of each kind."""

    system: System
    examples: dict[str, dict[str, Any]] = field(default_factory=dict)
    audited: dict[str, set[str]] = field(default_factory=dict)
    """The lines that the audit gained, by what was asked."""

    async def ask(
        self,
        who: httpx.AsyncClient,
        operation: str,
        *,
        query: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
        body: Any = None,
        files: Any = None,
        **path: Any,
    ) -> Any:
        """The JSON, or the text, of the answer."""
        method, _, template = operation.partition(" ")
        sent = {"params": query, "headers": headers, "files": files}
        if body is not None:
            sent["json"] = body
        before = await audit_lines(self.system.owner)
        answer = await who.request(method, template.format_map(path), **sent)
        assert answer.status_code < 300, f"{operation}: {answer.status_code} {answer.text}"
        gained = await audit_lines(self.system.owner) - before
        self.audited.setdefault(operation, set()).update(line.action for line in gained)
        request = {"path": path, "query": query, "headers": headers, "body": body}
        self._keep(operation, request, answer, text=answer.text)
        return json.loads(answer.text) if _media_type(answer) == JSON_MEDIA_TYPE else answer.text

    async def listen(
        self, who: httpx.AsyncClient, operation: str, *, query: Mapping[str, Any], until: str
    ) -> None:
        """Reads an answer without end as far as the first block in which `until` is."""
        text, path = "", operation.partition(" ")[2]
        async with who.stream("GET", path, params=query) as answer:
            assert answer.status_code == 200
            async for line in answer.aiter_lines():
                text += f"{line}\n"
                if until in text and not line:
                    break
        self._keep(operation, {"query": query}, answer, text=text)

    def _keep(
        self, operation: str, request: Mapping[str, Any], answer: httpx.Response, *, text: str
    ) -> None:
        kept = {name: each for name, each in request.items() if each or name == "body"}
        if kept.get("body") is None:
            kept.pop("body", None)
        example = self.examples.setdefault(operation, {**kept, "answers": {}})
        contents = example["answers"].setdefault(str(answer.status_code), {})
        media_type = _media_type(answer)
        if media_type == JSON_MEDIA_TYPE:
            contents.setdefault(media_type, shortened(json.loads(text)))
        elif media_type.startswith("text/"):
            contents.setdefault(media_type, "".join(text.splitlines(keepends=True)[:MOST_LINES]))


def _media_type(answer: httpx.Response) -> str:
    media_type: str = answer.headers.get("content-type", "").partition(";")[0]
    return media_type


def shortened(value: Any) -> Any:
    """The first items of lists, and of maps from codes."""
    if isinstance(value, list):
        return [shortened(each) for each in value[:MOST_ITEMS]]
    if isinstance(value, dict):
        members = list(value.items())
        is_model = len(members) <= LARGEST_OBJECT or all(map(str.islower, value))
        shown = members if is_model else members[:MOST_ITEMS]
        return {name: shortened(each) for name, each in shown}
    return value
