"""What somebody picked on a page to act on: fields that each hold `ID:SEQUENCE`."""

from collections.abc import Sequence

from shared.labels.labels import Labels, Language
from shared.web.forms import whole_number


class PickRefused(Exception):
    """Nothing is done, because nothing, too much or something unreadable was picked.

    `reason` is a label below `intake.picked`, `most` how many may be picked at once.
    """

    def __init__(self, reason: str, *, most: int) -> None:
        super().__init__(f"{reason}, {most} at most")
        self.reason, self.most = reason, most

    def message(self, labels: Labels, language: Language) -> str:
        return labels.text(f"intake.picked.{self.reason}", language, most=self.most)


def read_picked(texts: Sequence[object], *, most: int) -> dict[int, int]:
    """The sequence that was seen of each, by id. Raises PickRefused."""
    if not texts:
        raise PickRefused("nothing", most=most)
    if len(texts) > most:
        raise PickRefused("too_many", most=most)
    picked: dict[int, int] = {}
    for text in texts:
        number, _, sequence = str(text).partition(":")
        found, seen = whole_number(number), whole_number(sequence)
        if found is None or seen is None or found in picked:
            raise PickRefused("unreadable", most=most)
        picked[found] = seen
    return picked
