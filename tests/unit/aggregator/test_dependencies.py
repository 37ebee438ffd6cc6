"""Entity tags of what an answer depends on."""

from services.aggregator.dependencies import entity_tag


def test_a_tag_depends_on_every_part_and_on_their_borders() -> None:
    assert entity_tag("a", 1) == entity_tag("a", 1)
    assert len({entity_tag("a", 1), entity_tag("a", 2), entity_tag("b", 1), entity_tag("a1")}) == 4
