"""Many rows as parameters of one statement: an array for each column.

The columns are named once. The statement reads the rows from `source`; the arrays that it is run
with come from `parameters`, in the same order.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Arrays:
    """`types` are PostgreSQL's types of the columns, in order; `first` is the number of the first
    parameter.
    """

    types: Mapping[str, str]
    first: int = 1

    @property
    def names(self) -> str:
        """The columns, as a statement lists them."""
        return ", ".join(self.types)

    @property
    def source(self) -> str:
        """A table `given`, for FROM: the columns, and `ordinal`, the row's place from 1."""
        parameters = ", ".join(
            f"${number}::{type_}[]"
            for number, type_ in enumerate(self.types.values(), start=self.first)
        )
        return f"unnest({parameters}) WITH ORDINALITY AS given ({self.names}, ordinal)"

    @property
    def next(self) -> int:
        """The number of the first parameter that is not one of these."""
        return self.first + len(self.types)

    def parameters(self, rows: Iterable[Mapping[str, object]]) -> list[Sequence[object]]:
        """The arrays. Raises KeyError for a row that lacks a column."""
        kept = list(rows)
        return [[row[name] for row in kept] for name in self.types]
