"""Pages: templates, with labels and formats in the language of the reader.

In a template: `t("key")`, `language`, `principal`, `settings`, `today`, `path`, the filters of
`shared.web.filters`, and what the caller gives. An unknown variable or label is an error.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from shared.clock import Clock
from shared.labels.labels import Labels, Language
from shared.web.filters import FILTERS
from shared.web.formats import Formats
from shared.web.languages import language_of
from shared.web.navigation import navigation_for
from shared.web.principals import Principal
from shared.web.static_files import StaticUrls

TEMPLATES = Path(__file__).parent / "templates"


class Pages:
    """Renders templates of `template_folders`; those of this package (base, macros) are there."""

    def __init__(
        self,
        template_folders: Sequence[Path],
        labels: Labels,
        *,
        clock: Clock,
        static_urls: StaticUrls,
        demo: bool = False,
    ) -> None:
        self._labels, self._clock, self._demo = labels, clock, demo
        self._formats = {language: Formats(language, labels) for language in Language}
        self.environment = make_environment([*template_folders, TEMPLATES])
        self.environment.globals["static"] = static_urls.url

    def render(
        self,
        request: Request,
        name: str,
        *,
        principal: Principal | None = None,
        status_code: int = 200,
        **context: Any,
    ) -> HTMLResponse:
        """The page `name`. Without `principal`, the one that the access rule found is taken."""
        principal = principal or getattr(request.state, "principal", None)
        language = language_of(request)
        text = self.environment.get_template(name).render(
            self._common(request, principal, language=language) | context
        )
        headers = {"Content-Language": language, "Vary": "Cookie"}
        return HTMLResponse(text, status_code, headers=headers)

    def _common(
        self, request: Request, principal: Principal | None, *, language: Language
    ) -> dict[str, Any]:
        def t(key: str, *, count: int | None = None, **values: Any) -> str:
            return self._labels.text(key, language, count=count, **values)

        return {
            "t": t,
            "language": language,
            "languages": tuple(Language),
            "formats": self._formats[language],
            "principal": principal,
            "csrf_token": (principal.csrf_token if principal else None) or "",
            "demo": self._demo,
            "today": self._clock.today(),
            "now": self._clock.now(),
            "path": request.url.path,
            "here": request.url.path + (f"?{request.url.query}" if request.url.query else ""),
            "navigation": navigation_for(principal, demo=self._demo) if principal else (),
        }


def make_environment(folders: Sequence[Path]) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in folders]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters.update(FILTERS)
    return environment


async def current_pages(request: Request) -> Pages:
    pages: Pages = request.app.state.pages
    return pages


PagesDep = Annotated[Pages, Depends(current_pages)]
