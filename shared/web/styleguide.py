"""The page that shows every component once, in the demo only, for those who build pages."""

from fastapi import APIRouter, Request, Response

from shared.web.access import Anyone
from shared.web.pages import PagesDep

router = APIRouter(include_in_schema=False)


@router.get("/styleguide")
async def styleguide(request: Request, pages: PagesDep, _: Anyone) -> Response:
    return pages.render(request, "web/styleguide.html")
