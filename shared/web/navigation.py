"""The main menu, and where to go after signing in."""

from dataclasses import dataclass
from urllib.parse import urlencode, urlsplit

from fastapi import Request

from shared.web.principals import Principal, Role

HOME = "/"
SIGN_IN = "/sign-in"


@dataclass(frozen=True, slots=True)
class NavigationItem:
    """`roles` empty: for every account. `demo_only`: a page that exists in the demo only.

    `beside` are the pages that its tabs lead to.
    """

    path: str
    label: str
    roles: frozenset[Role] = frozenset()
    demo_only: bool = False
    beside: tuple[str, ...] = ()

    def is_current(self, path: str) -> bool:
        return any(
            path == each or (each != HOME and path.startswith(f"{each}/"))
            for each in (self.path, *self.beside)
        )


_DOING = frozenset({Role.PREPARER, Role.SIGNER, Role.REVIEWER})
_SUPERVISING = frozenset({Role.REVIEWER, Role.LEADER, Role.ANALYST, Role.ADMINISTRATOR})
NAVIGATION = (
    NavigationItem(HOME, "navigation.home", _DOING),
    NavigationItem("/review", "navigation.review", frozenset({Role.REVIEWER})),
    NavigationItem("/dashboard", "navigation.dashboard", _SUPERVISING),
    NavigationItem("/completeness", "navigation.completeness", _SUPERVISING),
    NavigationItem("/reminders", "navigation.reminders", _SUPERVISING),
    NavigationItem(
        "/periods", "navigation.periods", beside=("/requests", "/calendar", "/regimes", "/forms")
    ),
    NavigationItem("/accounts", "navigation.accounts", frozenset({Role.ADMINISTRATOR})),
    NavigationItem("/audit", "navigation.audit", frozenset({Role.ADMINISTRATOR})),
    NavigationItem("/mailbox", "navigation.mailbox", demo_only=True),
)


def navigation_for(principal: Principal, *, demo: bool) -> tuple[NavigationItem, ...]:
    """The items this account can use, in order."""
    return tuple(
        item
        for item in NAVIGATION
        if (demo or not item.demo_only) and (not item.roles or principal.has_any(*item.roles))
    )


def safe_next(given: str | None) -> str:
    """`given` if it is a path on this site, else the home page: no open redirects.

    Browsers read `//host`, `/\\host` and paths with control characters as other sites.
    """
    if not given or not given.isprintable() or not given.startswith("/"):
        return HOME
    if given.startswith("//") or "\\" in given or any(urlsplit(given)[:2]):
        return HOME
    return given


def sign_in_url(request: Request) -> str:
    """The sign-in page; it leads back to what was asked for, if that can be asked for again."""
    if request.method not in {"GET", "HEAD"}:
        return SIGN_IN
    wanted = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    return SIGN_IN if wanted == HOME else f"{SIGN_IN}?{urlencode({'next': wanted})}"
