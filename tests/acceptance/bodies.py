"""Reports of II.06a/VPCP/KSTT as communes write them, made up from a seed, exact to the byte."""

import json
from collections.abc import Mapping, Sequence
from random import Random

from tests.support.province import FORM, PERIOD

FIELDS = tuple(f"LV{number:02d}" for number in range(1, 21))
TYPED = ("4", "5", "6", "8", "9", "10", "12", "13")
TOTALS: Mapping[str, tuple[str, ...]] = {
    "3": ("4", "5", "6"),
    "7": ("8", "9", "10"),
    "11": ("12", "13"),
}
LARGEST = 2_000_000_000_000_000
"""Cells of this size and their sums do not fit the 53 bits of a float."""

Row = dict[str, object]


def report(random: Random, *, organization: str, **members: object) -> bytes:
    """A report without a fault: some fields of work, some with their totals typed as well."""
    fields = random.sample(FIELDS, random.randint(1, len(FIELDS)))
    figures = {field: _row(random) for field in fields}
    return body(organization=organization, figures=figures, **members)


def nothing_to_report(*, organization: str) -> bytes:
    return body(organization=organization, nothing_to_report=True)


def slow_commune(*, organization: str) -> bytes:
    """Nine of ten files past the limit: let through because it says why."""
    row = {"4": 10, "5": 0, "6": 0, "8": 1, "9": 0, "10": 9, "12": 0, "13": 0}
    return body(
        organization=organization,
        figures={"LV01": row},
        explanations={"II06A.LOW_ON_TIME_RATE": "Mất điện kéo dài do bão."},
    )


def body(**members: object) -> bytes:
    """The bytes that are sent."""
    named = {"form": FORM, "period": PERIOD, **members}
    return json.dumps(named, ensure_ascii=False).encode()


def _row(random: Random) -> Row:
    received = _split(random, random.choice((0, 7, 300, LARGEST)), parts=3)
    resolved, on_time, within, past = _split(random, sum(received), parts=4)
    late = resolved // random.randint(10, 1000)
    dealt_with = (resolved - late, on_time, late, within, past)
    counts = dict(zip(TYPED, (*received, *dealt_with), strict=True))
    row: Row = dict(counts)
    if random.random() < 0.3:
        row |= {total: sum(counts[part] for part in parts) for total, parts in TOTALS.items()}
    if random.random() < 0.5:
        row = {column: str(figure) for column, figure in row.items()}
    return row


def _split(random: Random, whole: int, *, parts: int) -> list[int]:
    """Counts that add up to `whole`."""
    cuts = sorted(random.randint(0, whole) for _ in range(parts - 1))
    return [after - before for before, after in zip([0, *cuts], [*cuts, whole], strict=True)]


def request(*, form: str, addressees: Sequence[str]) -> dict[str, object]:
    """What the province asks for once."""
    return {
        "regime": "VPCP-KSTT-DX",
        "form": form,
        "first": "2025-05-01",
        "last": "2025-05-31",
        "last_day": "2025-06-20",
        "title": "Rà soát hồ sơ quá hạn",
        "purpose": "Chuẩn bị họp Chủ tịch UBND tỉnh ngày 24/6.",
        "addressees": list(addressees),
    }
