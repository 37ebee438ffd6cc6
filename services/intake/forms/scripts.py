"""The interpreter of formulas for browsers: the same files that its tests run."""

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import FileResponse

import shared.formulas
from shared.web.access import Anyone
from shared.web.problems import NotFound

_FOLDER = Path(shared.formulas.__file__).parent
SCRIPTS = {path.name: path for path in _FOLDER.glob("*.js")}

router = APIRouter(include_in_schema=False)


@router.get("/forms/scripts/{name}")
async def read_script(name: str, _: Anyone) -> FileResponse:
    """One module, asked for again each time by its ETag."""
    if name not in SCRIPTS:
        raise NotFound
    return FileResponse(
        SCRIPTS[name], media_type="text/javascript", headers={"Cache-Control": "no-cache"}
    )
