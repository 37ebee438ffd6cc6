"""A route for what is called most: the rule judges the request, the endpoint does the rest.

FastAPI solves an endpoint's parameters anew for each request, which takes a quarter of the
processor time of a submission (docs/decisions/0001-submit-speed.md). An endpoint here takes the
request and the caller, and documents its parameters by `openapi_extra`.
"""

from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from shared.web.access import AccessRule

LeanEndpoint = Callable[[Request, Any], Awaitable[Response]]


class LeanRoute(APIRoute):
    """`endpoint(request, principal)`; the principal's annotation holds the access rule."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._answer = self.get_route_handler()

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Raises TypeError: the endpoint asks for more than the request and the caller."""
        calls = [each.call for each in self.dependant.dependencies]
        rule = calls[0] if len(calls) == 1 else None
        if not isinstance(rule, AccessRule):
            raise TypeError(f"{self.path}: a lean route has one dependency, its access rule")
        endpoint: LeanEndpoint = self.endpoint

        async def handle(request: Request) -> Response:
            return await endpoint(request, await rule(request))

        return handle

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Without FastAPI's stacks of what is to be closed: a lean endpoint opens nothing."""
        if scope["method"] in self.methods:
            response = await self._answer(Request(scope, receive, send))
            await response(scope, receive, send)
        else:
            await super().handle(scope, receive, send)
