"""The ways to put periods together that a page offers."""

from dataclasses import dataclass, replace

from services.aggregator.combining.intervals import Cumulative, interval_at
from services.aggregator.combining.questions import Together
from services.aggregator.reading.choices import Choice
from shared.domain.intervals import Longer


@dataclass(frozen=True, slots=True)
class Way:
    """`name` is that of a label; `chosen`: the page shows it."""

    name: str
    address: str
    chosen: bool


def ways_of(choice: Choice, path: str, *, together: Together) -> tuple[Way, ...]:
    """Period by period first, then whatever the periods of the form make up; none if nothing."""
    question, today = choice.question, choice.view.today
    longer = [
        Together(combine=each)
        for each in Longer
        if interval_at(question.catalogue, question.topic, by=each, today=today) is not None
    ]
    if not longer:
        return ()
    offered = [Together(), *longer, Together(cumulative=Cumulative.YEAR)]
    return tuple(_way(choice, path, each, chosen=each == together) for each in offered)


def _way(choice: Choice, path: str, together: Together, *, chosen: bool) -> Way:
    there = replace(choice, kept=together.parameters())
    name = "cumulative" if together.cumulative else together.combine or "single"
    return Way(name, there.address(path), chosen)
