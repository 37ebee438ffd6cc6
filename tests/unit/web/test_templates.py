"""Rules that every template keeps. Templates of mails may hold styles: mail programs need them.

So may a template of a file that no server gives: it has to hold all it needs.
"""

import re

import pytest

from shared.web.pages import make_environment
from tests.support.templates import FOLDERS, TEMPLATES, template_id

FILES = {"catalogue/preview.html"}
PAGES = [
    path
    for path in TEMPLATES
    if "mails" not in path.parts and "/".join(path.parts[-2:]) not in FILES
]
INLINE_STYLE = re.compile(r"<style\b|\sstyle\s*=", re.IGNORECASE)
INLINE_SCRIPT = re.compile(
    r"""<script(?![^>]*\s(?:src=|type="application/json"))|\son[a-z]+\s*=\s*["']""",
    re.IGNORECASE,
)
ELSEWHERE = re.compile(r"(?:src|href|action)\s*=\s*[\"'](?:https?:)?//", re.IGNORECASE)


@pytest.mark.parametrize("path", TEMPLATES, ids=template_id)
def test_every_template_can_be_loaded(path):
    environment = make_environment(FOLDERS)
    folder = next(each for each in FOLDERS if path.is_relative_to(each))
    assert environment.get_template(str(path.relative_to(folder))).filename == str(path)


@pytest.mark.parametrize("path", PAGES, ids=template_id)
@pytest.mark.parametrize(
    "forbidden",
    [
        pytest.param(INLINE_STYLE, id="style"),
        pytest.param(INLINE_SCRIPT, id="script"),
        pytest.param(ELSEWHERE, id="other sites"),
        pytest.param(re.compile(r"\|\s*safe\b"), id="unescaped"),
    ],
)
def test_pages_hold_nothing_that_the_content_policy_forbids(path, forbidden):
    assert forbidden.search(path.read_text("utf-8")) is None


@pytest.mark.parametrize("path", PAGES, ids=template_id)
def test_forms_that_change_something_hold_the_csrf_token_or_are_open(path):
    text = path.read_text("utf-8")
    open_to_all = {
        "/sign-in",
        "/demo/sign-in",
        "/language",
        "/forgot-password",
        "/reset-password",
    }
    for form in re.findall(r"<form\b.*?</form>", text, re.DOTALL):
        action = re.search(r'action="([^"]*)"', form)
        if 'method="post"' in form and (action is None or action[1] not in open_to_all):
            assert "csrf_field()" in form or "csrf_token" in form, form[:100]
