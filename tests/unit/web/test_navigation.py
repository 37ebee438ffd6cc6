import pytest

from shared.web.addresses import is_loopback, needs_secure_cookies
from shared.web.navigation import NAVIGATION, navigation_for, safe_next
from shared.web.principals import Principal, Role

PREPARER = Principal(1, "a", "A", 1, frozenset({Role.PREPARER}))
LEADER = Principal(2, "b", "B", 1, frozenset({Role.LEADER}))


@pytest.mark.parametrize(
    "given",
    [
        pytest.param(None, id="nothing"),
        pytest.param("", id="empty"),
        pytest.param("https://evil.example/", id="another site"),
        pytest.param("//evil.example", id="another site without a scheme"),
        pytest.param("///evil.example", id="three slashes"),
        pytest.param("/\\evil.example", id="backslash"),
        pytest.param("\\/evil.example", id="backslash first"),
        pytest.param("/\t/evil.example", id="tab"),
        pytest.param("/\n/evil.example", id="line break"),
        pytest.param("javascript:alert(1)", id="script"),
        pytest.param("home", id="relative"),
        pytest.param(" /home", id="space first"),
        pytest.param("/a\x00b", id="NUL"),
    ],
)
def test_only_paths_of_this_site_are_followed(given):
    assert safe_next(given) == "/"


@pytest.mark.parametrize("given", ["/review", "/forms/ii-06a?period=2025-Q2#LV01", "/a//b"])
def test_paths_of_this_site_are_kept(given):
    assert safe_next(given) == given


def test_the_menu_holds_what_the_account_can_use():
    paths = [item.path for item in navigation_for(PREPARER, demo=False)]
    assert paths == ["/", "/periods"]
    watched = [item.path for item in navigation_for(LEADER, demo=False)]
    assert "/dashboard" in watched
    assert "/" not in watched, "the home page is the dashboard of those who only watch"


def test_pages_of_the_demo_are_in_the_menu_of_the_demo_only():
    assert "/mailbox" in [item.path for item in navigation_for(PREPARER, demo=True)]


def test_the_home_page_is_current_only_for_itself():
    home, review = NAVIGATION[0], NAVIGATION[1]
    assert home.is_current("/")
    assert not home.is_current("/review")
    assert review.is_current("/review/17")
    assert not review.is_current("/reviews")


@pytest.mark.parametrize(
    ("base_url", "secure"),
    [
        ("http://127.0.0.1:8000", False),
        ("http://localhost:8000", False),
        ("http://[::1]:8000", False),
        ("http://baocao.example.vn", True),
        ("https://127.0.0.1", True),
        ("http://localhost.evil.example", True),
    ],
)
def test_cookies_go_over_tls_unless_nothing_leaves_the_machine(base_url, secure):
    assert needs_secure_cookies(base_url) is secure


@pytest.mark.parametrize(("host", "own"), [("127.0.0.9", True), ("10.0.0.1", False), ("", False)])
def test_loopback_is_this_machine(host, own):
    assert is_loopback(host) is own
