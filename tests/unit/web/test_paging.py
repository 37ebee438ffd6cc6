"""A list in pages: together they are the list, and the last one says so."""

from hypothesis import given
from hypothesis import strategies as st

from shared.web.paging import page_of


@given(st.lists(st.integers(), max_size=30), st.integers(min_value=1, max_value=9))
def test_the_pages_are_the_list(items: list[int], limit: int) -> None:
    seen: list[int] = []
    offset: int | None = 0
    while offset is not None:
        page = page_of(items, offset=offset, limit=limit)
        assert len(page.items) <= limit
        seen += page.items
        offset = page.next

    assert seen == items


def test_beyond_the_end_there_is_nothing_and_no_next_page() -> None:
    assert page_of([1, 2], offset=7, limit=2).as_json() == {"items": [], "next": None}
