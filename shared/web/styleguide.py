"""The page that shows every component once, in the demo only, for those who build pages."""

from datetime import date
from decimal import Decimal

from fastapi import APIRouter, Request, Response

from shared.web.access import Anyone
from shared.web.pages import PagesDep

router = APIRouter(include_in_schema=False)

STATES = (
    "not_started",
    "draft",
    "awaiting_signature",
    "submitted",
    "returned",
    "approved",
    "closed",
    "withdrawn",
    "overdue",
    "late",
    "due_soon",
    "nothing_to_report",
    "excluded",
)
FIGURES = {
    "received": Decimal(184206),
    "series": [152, 149, 163, 171, 168, 184],
    "change": Decimal("6.1"),
    "rate": Decimal("97.4"),
    "target": Decimal(98),
    "online": Decimal("81.2"),
    "points": Decimal("4.0"),
    "sent": Decimal("92.6"),
}


@router.get("/styleguide")
async def styleguide(request: Request, pages: PagesDep, _: Anyone) -> Response:
    return pages.render(
        request, "web/styleguide.html", states=STATES, figures=FIGURES, rows=_rows()
    )


def _rows() -> list[dict[str, object]]:
    units = (
        ("UBND xã Tân Lập", Decimal(1234), Decimal("98.25"), 1, "draft"),
        ("UBND xã Đồng Tâm", Decimal(867), Decimal("96.1"), -3, "not_started"),
        ("UBND phường Tân Phú", None, None, 0, "returned"),
        ("UBND thị trấn Tân Khai", Decimal(2051), Decimal("99.4"), 2, "approved"),
    )
    return [
        {
            "name": name,
            "received": received,
            "rate": rate,
            "deadline": date(2025, 6, 17),
            "days": days,
            "state": state,
            "overdue": days < 0,
        }
        for name, received, rate, days, state in units
    ]
