"""Rows as arrays of one statement."""

import pytest

from shared.db.arrays import Arrays
from shared.db.engine import driver, transaction

PEOPLE = Arrays({"name": "text", "age": "integer"}, first=2)
ROWS = [{"name": "Lan", "age": 31}, {"age": None, "name": "Bình"}]


async def test_a_statement_reads_the_rows_as_they_were_given(engine) -> None:
    statement = f"SELECT $1::text AS greeting, {PEOPLE.names}, ordinal FROM {PEOPLE.source}"
    async with transaction(engine) as connection:
        found = await (await driver(connection)).fetch(statement, "Chào", *PEOPLE.parameters(ROWS))
    assert [tuple(row) for row in found] == [("Chào", "Lan", 31, 1), ("Chào", "Bình", None, 2)]


def test_no_rows_are_empty_arrays() -> None:
    assert PEOPLE.parameters([]) == [[], []]


def test_the_next_parameter_comes_after_them() -> None:
    assert PEOPLE.next == 4


def test_a_row_without_a_column_is_refused() -> None:
    with pytest.raises(KeyError, match="age"):
        PEOPLE.parameters([{"name": "Lan"}])
