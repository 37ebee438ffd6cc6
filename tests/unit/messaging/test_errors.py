"""Which failures of the database pass by themselves."""

import asyncpg
import pytest

from shared.messaging.errors import TRANSIENT, is_transient


@pytest.mark.parametrize(
    ("error", "passes"),
    [
        pytest.param(
            asyncpg.InternalClientError(
                "cannot switch to state 12; another operation (2) is in progress"
            ),
            True,
            id="the server ended the connection between two statements",
        ),
        pytest.param(asyncpg.InternalClientError("unknown state"), False, id="a defect"),
        pytest.param(asyncpg.InterfaceError("connection is closed"), True, id="closed"),
    ],
)
def test_a_broken_connection_passes_and_a_defect_does_not(
    error: Exception, *, passes: bool
) -> None:
    assert isinstance(error, TRANSIENT)
    assert is_transient(error) is passes
