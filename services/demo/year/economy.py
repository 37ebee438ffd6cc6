"""Public investment and social protection of one part, month by month; money in thousand đồng."""

from dataclasses import dataclass
from random import Random

from services.demo.year.procedures import MonthOfFiles
from services.demo.year.units import Part

SPENT_BY_MONTH = (0.02, 0.05, 0.1, 0.17, 0.25, 0.34, 0.42, 0.5, 0.58, 0.67, 0.78, 0.93)
"""Share of a year's plan that is disbursed by the end of each month, where all goes well."""

PLAN_RAISED = 0.04
"""Share of parts whose plan is raised in the course of a year."""

MILLION = 1_000_000
"""A billion đồng in thousands."""

STEP_OF_PLANS = 0.05
"""Plans are given in billions of đồng, to the twentieth."""

OFFICE_FILES = (700, 4_200)
OFFICE = "department"


@dataclass(frozen=True, slots=True)
class Month:
    """`index` counts from the first month of the history."""

    year: int
    number: int
    index: int


@dataclass(frozen=True, slots=True)
class Investment:
    """Plan and disbursement since the start of the year; projects at the end of the month."""

    plan: int
    spent: int
    projects: int
    behind: int


@dataclass(frozen=True, slots=True)
class Welfare:
    """Households and people at the end of the month, and what was paid in it."""

    poor: int
    near_poor: int
    assisted: int
    paid: int
    cashless: int


def investment(part: Part, month: Month) -> Investment:
    """The cumulative figure never falls within a year, nor passes the plan."""
    random = Random(f"plan {part.key} {month.year}")  # noqa: S311 (made-up figures, not secrets)
    low, high = (25, 260) if part.level == OFFICE else (2, 16)
    planned = round(random.uniform(low, high) / STEP_OF_PLANS) * round(STEP_OF_PLANS * MILLION)
    pace = random.uniform(0.72, 1.04)
    raised, raised_in = random.random() < PLAN_RAISED, random.randrange(4, 10)
    projects = random.randrange(3, 15)
    spent = round(planned * min(1.0, pace * SPENT_BY_MONTH[month.number - 1]))
    if raised and month.number >= raised_in:
        planned += planned // 10
    behind = Random(f"behind {part.key} {month.year} {month.number}")  # noqa: S311
    return Investment(planned, spent, projects, round(projects * behind.uniform(0, 0.22)))


def welfare(part: Part, month: Month) -> Welfare:
    """Slow changes: poverty falls by some six in a hundred a year, cash gives way to accounts."""
    random = Random(f"welfare {part.key}")  # noqa: S311
    poor, near_poor = random.uniform(18, 160), random.uniform(30, 210)
    assisted = random.uniform(140, 640)
    each, cashless = random.uniform(560, 780), random.uniform(0.22, 0.5)
    people = round(assisted * (1 + 0.002 * month.index))
    paid = round(people * each)
    return Welfare(
        poor=round(poor * 0.995**month.index),
        near_poor=round(near_poor * 0.997**month.index),
        assisted=people,
        paid=paid,
        cashless=round(paid * min(0.96, cashless + 0.022 * month.index)),
    )


def office_files(part: Part, month: Month) -> MonthOfFiles:
    """Files of a department, which has no II.06a of communes to agree with."""
    average = Random(f"files {part.key}").uniform(*OFFICE_FILES)  # noqa: S311
    random = Random(f"files {part.key} {month.index}")  # noqa: S311
    received = round(random.gauss(average, average / 8))
    resolved = round(received * random.uniform(0.95, 1.02))
    late = round(resolved * random.uniform(0.0, 0.03))
    online = round(received * random.uniform(0.6, 0.97))
    return MonthOfFiles(received, min(online, received), resolved - late, late)
