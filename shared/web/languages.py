"""In which language to answer."""

from fastapi import Request

from shared.labels.labels import Language
from shared.web.authentication import is_api

LANGUAGE_COOKIE = "tonghop_language"


def language_of(request: Request) -> Language:
    """Programs: by Accept-Language. People: what they chose, else their account's, else Vietnamese.

    A browser's Accept-Language is not asked for pages: many officers use an English Windows.
    """
    if is_api(request):
        return accepted_language(request.headers.get("accept-language", ""))
    chosen = request.cookies.get(LANGUAGE_COOKIE)
    if chosen in set(Language):
        return Language(chosen)
    principal = getattr(request.state, "principal", None)
    return principal.language if principal is not None else Language.VI


def accepted_language(header: str) -> Language:
    """English only when it is preferred to Vietnamese (RFC 9110 section 12.5.4)."""
    weights = dict(_weight(part) for part in header.split(",") if part.strip())
    anything = weights.get("*", 0.0)
    wants_english = weights.get("en", 0.0) > weights.get("vi", anything)
    return Language.EN if wants_english else Language.VI


def _weight(part: str) -> tuple[str, float]:
    tag, _, parameter = part.strip().partition(";")
    name, _, value = parameter.strip().partition("=")
    try:
        weight = float(value) if name == "q" else 1.0
    except ValueError:
        weight = 0.0
    return tag.split("-")[0].lower(), weight
