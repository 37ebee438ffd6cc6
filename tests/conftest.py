"""Fixtures build the world; factories that build objects lie beside the tests that use them."""

pytest_plugins = [
    "pytester",
    "tests.fixtures.availability",
    "tests.fixtures.chromium",
    "tests.fixtures.kafka",
    "tests.fixtures.logs",
    "tests.fixtures.postgres",
]
