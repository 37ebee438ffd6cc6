"""/forms: every version of every form, and each as officers will see it."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Path, Query, Request, Response

from services.intake.dependencies import IntakeDep
from services.intake.forms.preview import asking, last_day_of, preview_of
from services.intake.wording import form_title, regime_name
from shared.catalogue.catalogue import Catalogue
from shared.domain.forms import FormTemplate
from shared.labels.labels import Language
from shared.web.access import require
from shared.web.languages import language_of
from shared.web.pages import PagesDep
from shared.web.principals import Principal, Role
from shared.web.problems import NotFound

READERS = (Role.REVIEWER, Role.ANALYST, Role.ADMINISTRATOR)
"""Who looks at forms that are not theirs to fill in."""

LARGEST_VERSION = 100_000

ReaderDep = Annotated[Principal, require(*READERS)]

router = APIRouter(include_in_schema=False)


@router.get("/forms")
async def forms(request: Request, pages: PagesDep, _: ReaderDep, intake: IntakeDep) -> Response:
    """Biểu mẫu: mọi phiên bản trong danh mục."""
    known, language = await intake.catalogue.current(), language_of(request)
    today = intake.clock.today()
    ordered = sorted(known.forms, key=lambda each: (each.code, -each.version))
    return pages.render(
        request,
        "catalogue/forms.html",
        lines=[
            {
                "form": each,
                "title": form_title(each, language),
                "in_force": each.is_in_force(today),
                "last_day": last_day_of(each),
                "regimes": _regimes(known, each, language=language),
            }
            for each in ordered
        ],
    )


@router.get("/forms/{slug}")
async def form_page(
    request: Request,
    slug: Annotated[str, Path(max_length=64)],
    pages: PagesDep,
    _: ReaderDep,
    *,
    intake: IntakeDep,
    version: Annotated[int | None, Query(ge=1, le=LARGEST_VERSION)] = None,
) -> Response:
    """Một biểu mẫu như người nhập sẽ thấy; nhập thử được, không lưu gì."""
    known, today = await intake.catalogue.current(), intake.clock.today()
    versions = [each for each in known.forms if each.slug == slug]
    form = _chosen(versions, version=version, on=today)
    labels, language = request.app.state.labels, language_of(request)
    return pages.render(
        request,
        "catalogue/form.html",
        preview=preview_of(known, form, labels=labels, language=language),
        versions=sorted(versions, key=lambda each: each.version),
    )


def _chosen(versions: list[FormTemplate], *, version: int | None, on: date) -> FormTemplate:
    """The version asked for; without one that in force on a day, else the newest."""
    if version is not None:
        found = [each for each in versions if each.version == version]
    else:
        newest_last = sorted(versions, key=lambda each: each.version)
        found = [each for each in newest_last if each.is_in_force(on)] or newest_last
    if not found:
        raise NotFound
    return found[-1]


def _regimes(known: Catalogue, form: FormTemplate, *, language: Language) -> str:
    names = (regime_name(each, language) for each in asking(known, form))
    return "; ".join(dict.fromkeys(names))
