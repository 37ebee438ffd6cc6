"""Entity tags: when an answer need not be sent again."""

import pytest

from services.aggregator.dependencies import entity_tag, is_current


def test_a_tag_depends_on_every_part_and_on_their_borders() -> None:
    assert entity_tag("a", 1) == entity_tag("a", 1)
    assert len({entity_tag("a", 1), entity_tag("a", 2), entity_tag("b", 1), entity_tag("a1")}) == 4


@pytest.mark.parametrize(
    ("held", "current"),
    [
        pytest.param(None, False, id="nothing held"),
        pytest.param('"abc"', True, id="the same"),
        pytest.param('W/"abc"', True, id="weakened on the way"),
        pytest.param('"x", "abc"', True, id="one of several"),
        pytest.param("*", True, id="anything"),
        pytest.param('"x"', False, id="another"),
        pytest.param("abc", False, id="without quotation marks"),
    ],
)
def test_what_the_caller_holds_is_compared(held: str | None, current: bool) -> None:  # noqa: FBT001
    assert is_current(held, '"abc"') is current
