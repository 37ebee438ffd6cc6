"""Finds a request's route by its path, where FastAPI would ask one route after the other.

Asking some hundred routes took half the processor time of a request that does nothing
(docs/decisions/0001-submit-speed.md). What the index does not find goes the ordinary way, which
knows what to answer: another method, another spelling of the path, a mount, nothing.
"""

from collections import defaultdict
from collections.abc import Iterable

from fastapi.routing import APIRoute
from starlette.routing import BaseRoute, Match
from starlette.types import Receive, Scope, Send


class RouteIndex(BaseRoute):
    """Stands before the `routes` that it knows; the first of them that fits is taken."""

    def __init__(self, routes: Iterable[BaseRoute]) -> None:
        self._fixed: dict[tuple[str, str], APIRoute] = {}
        self._with_parameters: dict[tuple[str, int], list[APIRoute]] = defaultdict(list)
        for route in routes:
            if isinstance(route, APIRoute):
                self._add(route)

    def matches(self, scope: Scope) -> tuple[Match, Scope]:
        """FULL with the route that is to handle the request, else NONE."""
        if scope["type"] != "http" or scope.get("root_path"):
            return Match.NONE, {}
        method, path = scope["method"], scope["path"]
        fixed = self._fixed.get((method, path))
        if fixed is not None:
            return Match.FULL, {"endpoint": fixed.endpoint, "path_params": {}, "route": fixed}
        for route in self._with_parameters.get((method, path.count("/")), ()):
            match, found = route.matches(scope)
            if match is Match.FULL:
                return match, found
        return Match.NONE, {}

    async def handle(self, scope: Scope, receive: Receive, send: Send) -> None:
        """By the route that `matches` found."""
        await scope["route"].handle(scope, receive, send)

    def _add(self, route: APIRoute) -> None:
        for method in route.methods or ():
            if route.param_convertors:
                self._with_parameters[method, route.path.count("/")].append(route)
            else:
                self._fixed.setdefault((method, route.path), route)
