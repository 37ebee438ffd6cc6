"""A route for what is called most: the endpoint gets the request and its gate, nothing else.

FastAPI solves an endpoint's parameters anew for each request, which takes a quarter of the
processor time of a submission (docs/decisions/0001-submit-speed.md). An endpoint here documents its
parameters by `openapi_extra`.
"""

from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from typing import Any

from fastapi import Request, Response
from fastapi.routing import APIRoute
from starlette.types import Receive, Scope, Send

from shared.web.access import AccessRule
from shared.web.authentication import Credential, read_credential
from shared.web.principals import Principal


@dataclass(frozen=True, slots=True)
class Gate:
    """The access rule of a lean route, closed until its endpoint opens it.

    So the question whose token it is can be put to the database together with another. An endpoint
    opens the gate before it tells anything, be it a fault.
    """

    request: Request
    rule: AccessRule
    credential: Credential | None

    async def open(self) -> Principal:
        """The caller, asked for alone. Raises as `AccessRule`."""
        return _known(await self.rule(self.request))

    async def admit(self, principal: Principal | None) -> Principal:
        """The caller, when the database has told whose the token is. Raises as `AccessRule`."""
        return _known(await self.rule.admit(self.request, self.credential, principal=principal))


LeanEndpoint = Callable[[Request, Gate], Awaitable[Response]]


class LeanRoute(APIRoute):
    """`endpoint(request, gate)`; the annotation of the gate holds the access rule."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._answer = self.get_route_handler()

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Raises TypeError: the endpoint asks for more, or everyone may call it."""
        calls = [each.call for each in self.dependant.dependencies]
        rule = calls[0] if len(calls) == 1 else None
        if not isinstance(rule, AccessRule) or rule.open_to_all:
            raise TypeError(f"{self.path}: a lean route has one dependency, its access rule")
        endpoint: LeanEndpoint = self.endpoint

        async def handle(request: Request) -> Response:
            return await endpoint(request, Gate(request, rule, read_credential(request)))

        return handle

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Without FastAPI's stacks of what is to be closed: a lean endpoint opens nothing."""
        if scope["method"] in (self.methods or ()):
            response = await self._answer(Request(scope, receive, send))
            await response(scope, receive, send)
        else:
            await super().handle(scope, receive, send)


def _known(principal: Principal | None) -> Principal:
    if principal is None:
        raise TypeError("a rule that is not open to all admits nobody unknown")
    return principal
