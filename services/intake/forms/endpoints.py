"""GET /api/v1/forms: forms as they are drawn, completed and checked in a browser."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.intake.dependencies import IntakeDep
from services.intake.forms.schemas import FormModel, FormsModel, summary_json
from shared.catalogue.errors import UnknownForm
from shared.formulas.forms_json import form_json
from shared.web.access import SignedIn
from shared.web.conditional import next_page
from shared.web.json import json_response
from shared.web.languages import language_of
from shared.web.paging import LimitQuery, OffsetQuery, page_of
from shared.web.problems import NotFound

router = APIRouter(prefix="/api/v1", tags=["forms"])

On = Annotated[date | None, Query(description="The day on which the form is in force.")]


@router.get("/forms", summary="List forms", responses={200: {"model": FormsModel}})
async def list_forms(
    request: Request,
    _: SignedIn,
    intake: IntakeDep,
    *,
    on: On = None,
    offset: OffsetQuery = 0,
    limit: LimitQuery = 100,
) -> Response:
    """The forms in force on a day, today if none is given."""
    known, language = await intake.catalogue.current(), language_of(request)
    day = on or intake.clock.today()
    items = [
        summary_json(form, on=day, language=language)
        for form in known.forms
        if form.is_in_force(day)
    ]
    page = page_of(items, offset=offset, limit=limit)
    return json_response(page.as_json(), headers=next_page(request, offset=page.next))


@router.get("/forms/{slug}", summary="Read a form", responses={200: {"model": FormModel}})
async def read_form(
    request: Request,
    slug: Annotated[str, Path(max_length=64)],
    _: SignedIn,
    intake: IntakeDep,
    on: On = None,
) -> Response:
    """A form with its rows, columns, formulas and checks."""
    known = await intake.catalogue.current()
    try:
        form = known.form_by_slug(slug, on=on or intake.clock.today())
    except UnknownForm as error:
        raise NotFound(str(error)) from None
    return json_response(form_json(form, language_of(request).value))
