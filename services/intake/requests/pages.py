"""/requests: what was asked for once, and asking."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from services.intake.closings.pages import address_of
from services.intake.closings.use_cases import Named
from services.intake.dependencies import IntakeDep
from services.intake.requests.repository import StoredRequest, Wording
from services.intake.requests.schemas import LONGEST_PURPOSE, LONGEST_TITLE, MOST_ADDRESSEES
from services.intake.requests.use_cases import (
    ASKING,
    Askable,
    Asked,
    ask,
    askable,
    may_be_asked,
    read_request,
    read_requests,
)
from services.intake.service import Intake
from services.intake.wording import form_title, name_of, organization_of, regime_name
from shared.catalogue.catalogue import Catalogue
from shared.domain.forms import FormTemplate
from shared.domain.organizations import OrganizationVersion
from shared.labels.labels import Language
from shared.web.access import SignedIn, require
from shared.web.forms import read_form
from shared.web.identifiers import LARGEST_ID
from shared.web.languages import language_of
from shared.web.pages import Pages, PagesDep
from shared.web.principals import Principal
from shared.web.problems import NotPermitted, ProblemFault, ValidationFailed

SHOWN = 100
NO_DAY = date(1900, 1, 1)
FIELDS = ("title", "purpose", "first", "last", "last_day")

router = APIRouter(include_in_schema=False)

Number = Annotated[int, Path(ge=1, le=LARGEST_ID)]
AskerDep = Annotated[Principal, require(*ASKING)]
MaybeCode = Annotated[str | None, Query(max_length=64)]


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request in words."""

    request: StoredRequest
    form: str
    regime: str
    asker: str
    address: str


@dataclass(frozen=True, slots=True)
class Subject:
    """A regime and a form that may be asked for."""

    askable: Askable
    form: FormTemplate

    @property
    def code(self) -> str:
        return f"{self.askable.regime.code}|{self.form.code}"


@router.get("/requests")
async def requests_page(
    request: Request, *, pages: PagesDep, principal: SignedIn, intake: IntakeDep
) -> Response:
    """What was asked, newest first."""
    language, known = language_of(request), await intake.catalogue.current()
    found = await read_requests(intake, principal, limit=SHOWN)
    return pages.render(
        request,
        "intake/requests.html",
        lines=[_line(each, known, language=language) for each in found],
        may_ask=bool(await askable(intake, principal)),
    )


@router.get("/requests/new")
async def new_page(
    request: Request,
    *,
    pages: PagesDep,
    principal: AskerDep,
    intake: IntakeDep,
    subject: Annotated[str | None, Query(max_length=130)] = None,
) -> Response:
    """What may be asked of whom."""
    return await _new_page(request, pages, intake, principal, subject=subject, typed={})


@router.post("/requests/new")
async def ask_page(
    request: Request, *, pages: PagesDep, principal: AskerDep, intake: IntakeDep
) -> Response:
    """Asks, then shows who owes it; with a fault, the form again."""
    form = await read_form(request)
    subject, typed = str(form.get("subject", "")), _typed(form)
    try:
        number = await ask(intake, principal, _asked(request, form, subject=subject))
    except ValidationFailed as error:
        return await _new_page(
            request, pages, intake, principal, subject=subject, typed=typed, faults=error.errors
        )
    return RedirectResponse(f"/requests/{number}", status_code=303)


@router.get("/requests/{request_id}")
async def request_page(
    request: Request,
    request_id: Number,
    *,
    pages: PagesDep,
    principal: SignedIn,
    intake: IntakeDep,
) -> Response:
    """One request with how far its reports are."""
    language, known = language_of(request), await intake.catalogue.current()
    found = await read_request(intake, principal, request_id)
    line = _line(found, known, language=language)
    return pages.render(request, "intake/request.html", line=line, found=found)


def _line(found: StoredRequest, known: Catalogue, *, language: Language) -> RequestLine:
    regime = known.regime(found.regime, on=found.cutoff_date)
    form = known.form(found.form, on=found.cutoff_date)
    return RequestLine(
        request=found,
        form=form_title(form, language),
        regime=regime_name(regime, language),
        asker=name_of(known, found.asked_by, on=found.cutoff_date),
        address=address_of(Named(found.regime, found.period)),
    )


async def _new_page(
    request: Request,
    pages: Pages,
    intake: Intake,
    principal: Principal,
    *,
    subject: str | None,
    typed: Mapping[str, Any],
    faults: Sequence[ProblemFault] = (),
) -> Response:
    subjects = [
        Subject(each, form) for each in await askable(intake, principal) for form in each.forms
    ]
    if not subjects:
        raise NotPermitted
    chosen = next((each for each in subjects if each.code == subject), subjects[0])
    units = await may_be_asked(
        intake, principal, regime=chosen.askable.regime.code, form=chosen.form
    )
    language = language_of(request)
    return pages.render(
        request,
        "intake/request_new.html",
        status_code=422 if faults else 200,
        subjects=[(each.code, _subject_name(each, language)) for each in subjects],
        chosen=chosen.code,
        groups=await _groups(intake, units),
        typed=typed,
        errors=[_error(each) for each in faults],
        at={_field(each): each.detail for each in faults},
        longest_title=LONGEST_TITLE,
        longest_purpose=LONGEST_PURPOSE,
    )


async def _groups(
    intake: Intake, units: Sequence[OrganizationVersion]
) -> list[tuple[str, list[OrganizationVersion]]]:
    """The units under the names of those above them."""
    known, today = await intake.catalogue.current(), intake.clock.today()
    groups: dict[str, list[OrganizationVersion]] = {}
    for each in units:
        above = None
        if each.parent_id is not None:
            above = organization_of(known, each.parent_id, on=today)
        groups.setdefault(above.name if above else "", []).append(each)
    return sorted(groups.items(), key=lambda group: group[0])


def _subject_name(subject: Subject, language: Language) -> str:
    regime = regime_name(subject.askable.regime, language)
    return f"{subject.form.code}: {form_title(subject.form, language)} ({regime})"


def _typed(form: FormData) -> dict[str, Any]:
    typed: dict[str, Any] = {name: str(form.get(name, "")) for name in FIELDS}
    return typed | {"addressees": [str(each) for each in form.getlist("addressee")]}


def _asked(request: Request, form: FormData, *, subject: str) -> Asked:
    """Raises ValidationFailed for what is left empty, or is more than the API takes."""
    typed, (regime, _, code) = _typed(form), subject.partition("|")
    faults = [
        ProblemFault(code="missing_field", detail="Hãy điền mục này.", pointer=f"/{name}")
        for name in FIELDS
        if not typed[name].strip() or (name in FIELDS[2:] and _day(typed[name]) is None)
    ]
    if not typed["addressees"]:
        detail = "Hãy chọn ít nhất một đơn vị."
        faults.append(ProblemFault(code="missing_field", detail=detail, pointer="/addressees"))
    faults += _too_long(request, typed)
    if faults:
        raise ValidationFailed(errors=faults)
    first, last, last_day = (_day(typed[name]) or NO_DAY for name in FIELDS[2:])
    return Asked(
        regime=regime,
        form=code,
        first=first,
        last=last,
        last_day=last_day,
        addressees=typed["addressees"],
        wording=Wording(typed["title"].strip(), typed["purpose"].strip()),
    )


def _too_long(request: Request, typed: Mapping[str, Any]) -> list[ProblemFault]:
    """In the words of the API."""
    labels, language = request.app.state.labels, language_of(request)
    lengths = {
        "title": (len(typed["title"].strip()), LONGEST_TITLE, "string_too_long"),
        "purpose": (len(typed["purpose"].strip()), LONGEST_PURPOSE, "string_too_long"),
        "addressees": (len(typed["addressees"]), MOST_ADDRESSEES, "too_long"),
    }
    return [
        ProblemFault(
            code=code,
            detail=labels.text(f"validation.{code}", language, max_length=most),
            pointer=f"/{name}",
        )
        for name, (length, most, code) in lengths.items()
        if length > most
    ]


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _field(fault: ProblemFault) -> str:
    """The field of the page that a fault is about."""
    name = (fault.pointer or "").removeprefix("/").partition("/")[0]
    return {"form": "subject", "regime": "subject"}.get(name, name)


def _error(fault: ProblemFault) -> Mapping[str, Any]:
    return {"text": fault.detail, "href": f"#{_field(fault)}"}
