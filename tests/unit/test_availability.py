"""What becomes of a test whose surroundings lack something, here and in CI."""

import pytest

ARGUMENTS = (
    *("-p", "tests.fixtures.availability", "-p", "no:asyncio"),
    *("-W", "ignore::pytest.PytestUnknownMarkWarning"),
)
TOLD = "no Java (in CI nothing may be left out)"
SKIPPED = """
import pytest

@pytest.fixture
def broker():
    pytest.skip("no Java")

def test_that_needs_a_broker(broker):
    assert False

@pytest.mark.skipif(True, reason="not root")
def test_that_needs_root():
    assert False
"""
OPTIONAL = SKIPPED.replace("def test_", "@pytest.mark.optional\ndef test_")
EXPECTED_TO_FAIL = """
import pytest

@pytest.mark.xfail
def test_that_fails():
    assert False
"""


@pytest.mark.parametrize(
    ("tests", "ci", "outcomes"),
    [
        pytest.param(SKIPPED, "", {"skipped": 2}, id="on-a-developer-s-machine"),
        pytest.param(SKIPPED, "true", {"errors": 2}, id="in-ci"),
        pytest.param(OPTIONAL, "true", {"skipped": 2}, id="optional-in-ci"),
        pytest.param(EXPECTED_TO_FAIL, "true", {"xfailed": 1}, id="expected-to-fail-in-ci"),
    ],
)
def test_a_skip_is_a_failure_in_ci_unless_the_test_is_optional(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    *,
    tests: str,
    ci: str,
    outcomes: dict[str, int],
) -> None:
    monkeypatch.setenv("CI", ci)
    pytester.makepyfile(tests)
    result = pytester.runpytest_inprocess(*ARGUMENTS)
    result.assert_outcomes(**outcomes)
    assert (TOLD in result.stdout.str()) == ("errors" in outcomes)
