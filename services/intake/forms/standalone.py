"""Forms of packs as one page that needs no server: its styles and scripts are in the file."""

import base64
import json
import re
from functools import cache
from pathlib import Path
from typing import Any

from markupsafe import Markup

import shared.formulas
from services.intake.forms.preview import preview_of
from shared.catalogue.catalogue import Catalogue
from shared.domain.forms import FormTemplate
from shared.labels.labels import Labels, Language
from shared.web.formats import Formats
from shared.web.pages import TEMPLATES as SHARED_TEMPLATES
from shared.web.pages import make_environment
from shared.web.static_files import STATIC

TEMPLATE = "catalogue/preview.html"
TEMPLATES = Path(__file__).parents[1] / "templates"
STYLES = (
    *("css/tokens.css", "css/base.css", "css/layout.css", "css/components.css"),
    *(
        "css/forms.css",
        "css/tables.css",
        "css/print.css",
        "intake/grid.css",
        "intake/words.css",
        "intake/entry.css",
    ),
)
MAIN_SCRIPT = "preview.js"
SCRIPT_FOLDERS = (STATIC / "intake", Path(shared.formulas.__file__).parent)
IMPORTED = re.compile(r'from "(?:\./|/forms/scripts/)([\w-]+\.js)"')
INLINE = "tonghop/"
"""Before the names of modules that lie in the page itself: they have no folder to be found in."""


def standalone_page(
    known: Catalogue, form: FormTemplate, *, labels: Labels, language: Language
) -> str:
    """HTML of the form, whole in itself."""
    preview = preview_of(known, form, labels=labels, language=language)
    template = make_environment([TEMPLATES, SHARED_TEMPLATES]).get_template(TEMPLATE)

    def t(key: str, *, count: int | None = None, **values: Any) -> str:
        return labels.text(key, language, count=count, **values)

    return template.render(
        t=t,
        language=language,
        formats=Formats(language, labels),
        preview=preview,
        styles=Markup("\n".join(map(_style, STYLES))),  # noqa: S704
        import_map=Markup(_import_map()),  # noqa: S704
        main_script=INLINE + MAIN_SCRIPT,
    )


def _style(name: str) -> str:
    return (STATIC / name).read_text(encoding="utf-8")


@cache
def _import_map() -> str:
    """Every module that the page runs, by name, as JSON that may stand in a script element."""
    modules: dict[str, str] = {}
    waiting = [MAIN_SCRIPT]
    while waiting:
        name = waiting.pop()
        if name not in modules:
            text = _script(name)
            waiting += IMPORTED.findall(text)
            modules[name] = IMPORTED.sub(rf'from "{INLINE}\1"', text)
    return json.dumps(
        {"imports": {INLINE + name: _as_address(text) for name, text in modules.items()}}
    )


def _script(name: str) -> str:
    path = next(folder / name for folder in SCRIPT_FOLDERS if (folder / name).is_file())
    return path.read_text(encoding="utf-8")


def _as_address(script: str) -> str:
    return "data:text/javascript;base64," + base64.b64encode(script.encode()).decode()
