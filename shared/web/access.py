"""Who may call a route. Every route is closed until a rule opens it.

A rule is a dependency, so that it cannot be forgotten: `create_web_app` refuses to start when a
route has none.

    async def review(principal: Annotated[Principal, require(Role.REVIEWER)]) -> …
    async def profile(principal: SignedIn) -> …
    async def health(_: Anyone) -> …

Below `/api/` a bearer token or the session cookie is accepted, and refusals are problems in JSON.
Elsewhere (pages) only the cookie is, and a visitor who has not signed in is sent to do so.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.dependencies.models import Dependant
from fastapi.routing import APIRoute, iter_route_contexts
from starlette.routing import BaseRoute, Mount

from shared.web.authentication import Credential, read_credential
from shared.web.csrf import SAFE_METHODS, require_csrf_token, require_same_origin
from shared.web.principals import Principal, Role
from shared.web.problems import AuthenticationRequired, NotPermitted, PasswordChangeRequired

__all__ = [
    "AccessRule",
    "Anyone",
    "Principal",
    "Role",
    "RouteWithoutRule",
    "SignedIn",
    "public",
    "require",
    "require_rules",
]


class RouteWithoutRule(Exception):
    """A route says neither who may call it nor that everyone may."""

    code = "route_without_rule"

    def __init__(self, routes: Iterable[str]) -> None:
        self.routes = tuple(routes)
        super().__init__(
            "These routes have no access rule: "
            + ", ".join(self.routes)
            + ". Give each a parameter annotated with require(…) or public() of shared.web.access."
        )


@dataclass(frozen=True)
class AccessRule:
    """Judges one request. `roles` empty: any account. `open_to_all`: no account needed."""

    roles: frozenset[Role] = frozenset()
    open_to_all: bool = False
    before_password_change: bool = False

    async def __call__(self, request: Request) -> Principal | None:
        """The caller.

        Raises:
            AuthenticationRequired, PasswordChangeRequired, NotPermitted, CrossSiteRefused,
            TooManyRequests: see shared.web.problems.
        """
        credential = read_credential(request)
        principal: Principal | None = None
        if credential is not None:
            principal = await request.app.state.authenticate(credential.sha256)
        return await self.admit(request, credential, principal=principal)

    async def admit(
        self, request: Request, credential: Credential | None, *, principal: Principal | None
    ) -> Principal | None:
        """The same, when it is known whose credential it is."""
        request.state.principal = principal
        request.app.state.rates.admit(request, principal)
        if not (request.method in SAFE_METHODS or (credential and credential.is_bearer)):
            require_same_origin(request)
            if principal is not None and not self.open_to_all:
                await require_csrf_token(request, principal.csrf_token)
        return principal if self.open_to_all else self._judge(principal)

    def _judge(self, principal: Principal | None) -> Principal:
        if principal is None:
            raise AuthenticationRequired
        if principal.must_change_password and not self.before_password_change:
            raise PasswordChangeRequired
        if self.roles and not principal.has_any(*self.roles):
            raise NotPermitted
        return principal


def require(*roles: Role, before_password_change: bool = False) -> Any:
    """The account must have one of `roles`; without any, every signed-in account may call.

    `before_password_change`: also open to those who must first choose a new password.
    """
    return Depends(AccessRule(frozenset(roles), before_password_change=before_password_change))


def public() -> Any:
    """Open to everyone; gives the principal when there is one, else None."""
    return Depends(AccessRule(open_to_all=True))


SignedIn = Annotated[Principal, require()]
Anyone = Annotated[Principal | None, public()]


def require_rules(routes: Iterable[BaseRoute], *, open_mounts: frozenset[str]) -> None:
    """Refuses routes without a rule; of mounts, only `open_mounts` may be there.

    Raises:
        RouteWithoutRule: names all of them.
    """
    closed = list(_routes_without_rule(list(routes), open_mounts=open_mounts))
    if closed:
        raise RouteWithoutRule(closed)


def _routes_without_rule(routes: list[BaseRoute], *, open_mounts: frozenset[str]) -> Iterator[str]:
    for context in iter_route_contexts(routes):
        route = context.original_route
        if isinstance(route, Mount) and route.path in open_mounts:
            continue
        if not isinstance(route, APIRoute) or not _has_rule(context.dependant):
            yield f"{sorted(context.methods or [])} {context.path}"


def _has_rule(dependant: Dependant) -> bool:
    return isinstance(dependant.call, AccessRule) or any(
        _has_rule(dependency) for dependency in dependant.dependencies
    )
