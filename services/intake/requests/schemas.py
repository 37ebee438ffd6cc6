"""Requests as JSON."""

from datetime import date, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.intake.reports.documents import IsoDate
from services.intake.requests.repository import StoredRequest, Wording
from services.intake.requests.use_cases import Asked
from services.intake.wording import organization_of
from shared.catalogue.catalogue import Catalogue
from shared.domain.time import end_of_day
from shared.web.answers import Answer, Links, NamedOrganization

MOST_ADDRESSEES = 2000
LONGEST_TITLE = 200
LONGEST_PURPOSE = 2000

Code = Annotated[str, StringConstraints(min_length=1, max_length=64)]


class RequestBody(BaseModel):
    """What is asked of whom, for which days, until when."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    regime: Annotated[Code, Field(description="A regime that is asked on request.")]
    form: Code
    first: Annotated[IsoDate, Field(description="The first day that the figures cover.")]
    last: Annotated[IsoDate, Field(description="The last day, included: the cut-off.")]
    last_day: Annotated[IsoDate, Field(description="The last day on which one may send.")]
    title: Annotated[
        str, StringConstraints(min_length=1, max_length=LONGEST_TITLE, strip_whitespace=True)
    ]
    purpose: Annotated[
        str, StringConstraints(min_length=1, max_length=LONGEST_PURPOSE, strip_whitespace=True)
    ]
    addressees: Annotated[
        list[Code],
        Field(
            min_length=1,
            max_length=MOST_ADDRESSEES,
            description="Codes of organizations, as of the cut-off.",
        ),
    ]

    def asked(self) -> Asked:
        return Asked(
            regime=self.regime,
            form=self.form,
            first=self.first,
            last=self.last,
            last_day=self.last_day,
            addressees=self.addressees,
            wording=Wording(self.title, self.purpose),
        )


class RequestModel(Answer):
    """What somebody asked for once, and how far it is over what the caller may read."""

    request_id: int
    regime: str
    form: str
    period: str
    cutoff_date: date
    deadline: datetime
    title: str
    purpose: str
    asked_by: NamedOrganization
    asked_by_person: str
    asked_at: datetime
    expected: int
    excluded: int
    sent: int
    approved: int
    links: Links


class RequestsModel(Answer):
    """Newest first; `next` is the `before` of the rest, null at the end."""

    items: list[RequestModel]
    next: int | None


def request_json(request: StoredRequest, known: Catalogue) -> dict[str, Any]:
    """As `RequestModel` describes it."""
    asker = organization_of(known, request.asked_by, on=request.cutoff_date)
    return {
        "request_id": request.id,
        "regime": request.regime,
        "form": request.form,
        "period": request.period,
        "cutoff_date": request.cutoff_date,
        "deadline": end_of_day(request.last_day),
        "title": request.title,
        "purpose": request.purpose,
        "asked_by": {"code": asker.code if asker else "", "name": asker.name if asker else ""},
        "asked_by_person": request.actor_name,
        "asked_at": request.at,
        "expected": request.expected,
        "excluded": request.excluded,
        "sent": request.sent,
        "approved": request.approved,
        "links": {
            "self": f"/api/v1/requests/{request.id}",
            "obligations": f"/api/v1/obligations?form={request.form}&period={request.period}",
            "page": f"/requests/{request.id}",
        },
    }
